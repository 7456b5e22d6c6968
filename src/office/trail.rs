//! The trail of one sale on the ledger: where it was sold, and what was given back since.

use super::order::Order;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Line, Op};
use crate::store::file::event::EventFiles;
use crate::store::file::files::FileId;
use crate::store::file::ledger_file::LedgerFile;
use crate::store::file::search::{Mark, locate, search};

/// What to follow.
#[derive(Debug, Clone, Copy)]
pub(super) enum Clue<'a> {
    /// An idempotency key.
    Key(&'a str),
    /// A sale's id.
    Id(&'a str),
}

/// A sale as the ledger has it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) id: String,
    pub(super) buyer: String,
    pub(super) quantity: u64,
    pub(super) seq: u64,
    /// How many of it were given back.
    pub(super) cancelled: u64,
    /// Where the last line about it ends, in bytes.
    pub(super) end: u64,
}

/// What was found so far. The long way is gone without a lock; under the lock, only what was appended
/// since.
#[derive(Debug)]
pub(super) struct Trail<'a> {
    clue: Clue<'a>,
    ledger: Option<FileId>,
    mark: Mark,
    pub(super) found: Option<Found>,
}

impl<'a> Trail<'a> {
    pub(super) fn of(clue: Clue<'a>) -> Self {
        Self {
            clue,
            ledger: None,
            mark: Mark::default(),
            found: None,
        }
    }

    /// Follows the trail to `end`, on this ledger.
    pub(super) fn follow(
        &mut self,
        files: &EventFiles,
        ledger: &LedgerFile,
        end: u64,
    ) -> Result<()> {
        if self.ledger != Some(ledger.id) {
            // Another ledger than before: a reset came between.
            *self = Self {
                ledger: Some(ledger.id),
                ..Self::of(self.clue)
            };
            if let Clue::Id(id) = self.clue {
                let Some(mark) = line_of(files, ledger, id, end)? else {
                    // It may be appended yet.
                    self.ledger = None;
                    return Ok(());
                };
                self.mark = mark;
            }
        }
        let text = match (&self.found, self.clue) {
            (Some(found), _) => needle("ref", &found.id),
            (None, Clue::Key(key)) => needle("key", key),
            (None, Clue::Id(id)) => needle("id", id),
        };
        let (clue, found) = (self.clue, &mut self.found);
        search(
            files,
            ledger,
            &mut self.mark,
            end,
            &text,
            &mut |line, end| note(clue, found, line, end),
        )
    }
}

/// The line before that of a sale, which begins with the number of its line.
fn line_of(files: &EventFiles, ledger: &LedgerFile, id: &str, end: u64) -> Result<Option<Mark>> {
    let seq = id.split_once('-').and_then(|(seq, _)| seq.parse().ok());
    match seq {
        Some(seq) => locate(files, ledger, seq, end),
        None => Ok(None),
    }
}

/// How a member stands in a line. A text with quotes in it stands there with other letters, so that
/// nobody can plant one inside a name.
fn needle(member: &str, text: &str) -> String {
    format!("\"{member}\":{}", serde_json::Value::from(text))
}

/// Takes note of a line; returns what to look for after it, if that is something else.
fn note(clue: Clue<'_>, found: &mut Option<Found>, line: &Line<'_>, end: u64) -> Option<String> {
    let record = &line.record;
    if let Some(sale) = found {
        if record.op == Op::Cancel && record.reference.as_deref() == Some(&sale.id) {
            sale.cancelled = sale
                .cancelled
                .saturating_add(record.quantity.unsigned_abs());
            sale.end = end;
        }
        return None;
    }
    let is_it = match clue {
        Clue::Key(key) => record.key.as_deref() == Some(key),
        Clue::Id(id) => record.id.as_deref() == Some(id),
    };
    if record.op != Op::Sell || !is_it {
        return None;
    }
    let sale = found.insert(Found {
        id: record.id.as_deref().unwrap_or_default().to_owned(),
        buyer: record.buyer.as_deref().unwrap_or_default().to_owned(),
        quantity: record.quantity.unsigned_abs(),
        seq: record.seq,
        cancelled: 0,
        end,
    });
    Some(needle("ref", &sale.id))
}

impl Found {
    /// How many of it are not given back.
    pub(super) fn kept(&self) -> u64 {
        self.quantity.saturating_sub(self.cancelled)
    }

    /// Whether an order with its key is the same order again. The error says why it is not.
    pub(super) fn replays(&self, order: &Order<'_>) -> Result<()> {
        let key = order.key.unwrap_or_default();
        let refused = |message: String| Err(Error::new(Kind::Refused, message));
        if self.buyer != order.buyer || self.quantity != order.quantity {
            return refused(format!(
                "the key {key:?} belongs to another sale: {} of {} to {:?}, not {} to {:?}",
                self.id, self.quantity, self.buyer, order.quantity, order.buyer
            ));
        }
        match self.cancelled {
            0 => Ok(()),
            cancelled => refused(format!(
                "the key {key:?} belongs to sale {}, of which {cancelled} of {} were cancelled since",
                self.id, self.quantity
            )),
        }
    }
}
