//! How a ledger begins on a cluster: made, or started anew as another generation.
//!
//! A reset moves nothing. The new ledger's first lines and the count that names them are one transaction; the old lines
//! stay where they are, which is their archive.

use std::path::PathBuf;

use super::commit::{Done, WriteCondition};
use super::deadline::Deadline;
use super::key_space::{ClusterHead, KeySpace};
use super::wire::KeyValue;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Anchor, CountFile, EventSettings, MAX_STOCK, NewLines, Record, Tally};
use crate::store::file::admin::booked::refuse_bookings;
use crate::store::file::reader::settings::settings;
use crate::store::options::Restart;
use crate::store::results::{Reset, WayBack};

/// The stock of an event to practise on.
const USUAL: u64 = 2;

/// A ledger without lines, with a count that counts nothing yet.
pub(super) fn empty(count: CountFile, generation: u64, found: Option<&KeyValue>) -> ClusterHead {
    ClusterHead {
        count,
        tally: Tally::default(),
        anchor: Anchor::of(generation),
        modified: found.map_or(0, |found| found.mod_revision.0),
        created: found.map_or(0, |found| found.create_revision.0),
        revision: 0,
    }
}

/// Its first lines; those of an event with settings say so.
pub(super) fn first_lines(
    stock: u64,
    settings: Option<&EventSettings>,
) -> Result<NewLines<'static>> {
    if stock > MAX_STOCK {
        let message =
            format!("a stock of {stock} is more than the {MAX_STOCK} that can be counted");
        return Err(Error::new(Kind::Usage, message));
    }
    let open = Record::open(stock, None);
    let records = match settings {
        None => vec![open],
        Some(settings) => vec![
            open.of_newest_format(),
            Record::set(2, stock, settings.clone()),
        ],
    };
    let mut lines = NewLines::behind(Tally::default());
    lines.add(records)?;
    Ok(lines)
}

impl KeySpace {
    /// Makes an event where none is; one with settings is made for real.
    ///
    /// # Errors
    /// [`Kind::Refused`]: there is one, or a ledger of one.
    pub(super) fn make(
        &self,
        stock: u64,
        settings: Option<&EventSettings>,
        deadline: Deadline,
    ) -> Result<ClusterHead> {
        let lines = first_lines(stock, settings)?;
        let before = empty(CountFile::fresh(stock), 1, None);
        let is_free =
            self.count(deadline)?.0.is_none() && self.newest_generation(deadline)?.is_none();
        if is_free {
            let done = self.commit(&before, &lines, &WriteCondition::Unchanged, deadline)?;
            if let Done::Written(head) = done {
                return Ok(*head);
            }
        }
        Err(self.is_there())
    }

    /// The error that there is an event, or something of one.
    pub(super) fn is_there(&self) -> Error {
        let error = Error::new(Kind::Refused, "is there already, and is left alone");
        error.at(self.client.place(), 0, 0).hint(
            "nothing was changed; 'tickets query' says what it holds; -f names another event; for more tickets, or \
             fewer, 'tickets adjust +N --reason TEXT'",
        )
    }

    /// Starts the event anew as the next generation. `None`: others changed it meanwhile; nothing was done.
    pub(super) fn restart(&self, how: Restart, deadline: Deadline) -> Result<Option<Reset>> {
        let (found, revision) = self.count(deadline)?;
        let newest = self.newest_generation(deadline)?;
        let Some(newest) = newest else {
            return self.make_to_practise(how, deadline).map(Some);
        };
        let read = found.as_ref().map(|found| self.head_of(found, revision));
        let head = match read {
            Some(Ok(head)) => Some(head),
            _ if how.forced => None,
            Some(Err(error)) => return Err(unknown(&error)),
            None => {
                return Err(unknown(
                    &self.head(deadline).err().unwrap_or_else(|| self.taken()),
                ));
            }
        };
        let old = head.as_ref().map_or(newest, |head| head.anchor.generation);
        let copy = match self.copy(old, revision, None, deadline) {
            // Compacted away under the look: it is begun anew, as where others changed it.
            Err(error) if matches!(error.kind(), Kind::Busy { .. }) => return Ok(None),
            copy => copy?,
        };
        let told = |error| self.not_of_the_copy(&copy.files, old, error);
        if !how.forced {
            refuse_bookings(&copy.files, &copy.ledger).map_err(told)?;
        }
        let opened = copy
            .ledger
            .first_line(&copy.files)
            .map_err(told)?
            .map(|line| line.left);
        let stock = how.stock.or(opened).unwrap_or(USUAL);
        let settings = settings(&copy.files, &copy.ledger.file).map_err(told)?;
        let count = head.map_or_else(
            || CountFile::fresh(stock),
            |head| head.count.unanchored().restarted(stock),
        );
        let before = empty(count, newest.max(old) + 1, found.as_ref());
        let lines = first_lines(stock, settings.as_ref())?;
        match self.commit(&before, &lines, &WriteCondition::Unchanged, deadline)? {
            Done::Conflict(_) => Ok(None),
            Done::Written(_) => Ok(Some(Reset {
                made: false,
                stock,
                archive: Some(self.ledger_place(old)),
                kept: None,
                back: WayBack::None,
            })),
        }
    }

    fn make_to_practise(&self, how: Restart, deadline: Deadline) -> Result<Reset> {
        if !how.makes {
            return Err(self.head(deadline).err().unwrap_or_else(|| self.taken()));
        }
        let stock = how.stock.unwrap_or(USUAL);
        self.make(stock, None, deadline)?;
        Ok(Reset {
            made: true,
            stock,
            archive: None::<PathBuf>,
            kept: None,
            back: WayBack::None,
        })
    }

    fn taken(&self) -> Error {
        Error::new(
            Kind::Busy { holder: None },
            "others changed the event meanwhile",
        )
        .at(self.client.place(), 0, 0)
    }
}

/// Why a reset is refused where the count makes no sense.
fn unknown(error: &Error) -> Error {
    let message = format!("{}: what was booked is unknown", error.message());
    let refused = Error::new(Kind::Refused, message);
    let refused = match error.place() {
        Some(place) => refused.at(&place.file, 0, 0),
        None => refused,
    };
    refused.hint(
        "nothing was changed; 'tickets audit --repair' writes the count anew; --force resets all the same, and keeps the \
         old ledger",
    )
}
