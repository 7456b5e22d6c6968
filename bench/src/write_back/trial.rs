//! One trial: a commit whose write-back fails, sales by others afterwards, and which of them are left.

use std::collections::HashSet;
use std::path::Path;

use super::disk::{Disk, Kind};
use super::place::{Place, Worker};
use super::protocol::{Store, Task};
use super::seller::{SHORTEST, Seller, name};
use crate::Result;
use crate::scratch::Scratch;

/// What comes after the sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The file system is unmounted cleanly.
    Unmount,
    /// The power is cut.
    Cut,
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// No commit failed.
    Missed,
    /// A commit failed.
    Struck(Struck),
}

/// What came of a trial whose commit failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Struck {
    /// What the process whose commit failed said.
    pub(crate) refusal: String,
    /// The sales by others, afterwards.
    pub(crate) after: Answered,
    /// The sales before.
    pub(crate) before: Answered,
    /// Why others were refused, if any was.
    pub(crate) others_refused: Option<String>,
    /// Why it cannot be read any more, if so.
    pub(crate) unreadable: Option<String>,
    /// Why it cannot sell any more, if so.
    pub(crate) sells_no_more: Option<String>,
}

/// Sales that were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answered {
    /// How many.
    pub(crate) sales: usize,
    /// How many of them are gone.
    pub(crate) gone: usize,
}

impl Answered {
    fn of(answered: &[String], left: &HashSet<String>) -> Self {
        Self {
            sales: answered.len(),
            gone: answered
                .iter()
                .filter(|buyer| !left.contains(*buyer))
                .count(),
        }
    }
}

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial<'a> {
    pub(crate) kind: Kind,
    pub(crate) store: Store,
    pub(crate) end: End,
    /// How many sales a database makes first.
    pub(crate) before: u32,
    /// How many sales others make afterwards.
    pub(crate) others: u32,
    pub(crate) tickets: &'a Path,
}

impl Trial<'_> {
    /// Tries it on a fresh file system; each round has sold more before.
    pub(crate) fn run(&self, round: u32, scratch: &Scratch) -> Result<Outcome> {
        let mut disk = Disk::new(self.kind, scratch.path(), round)?;
        let place = Place {
            store: self.store,
            directory: disk.at.join("store"),
            tickets: self.tickets,
            scratch: scratch.path(),
        };
        place.create()?;
        let reader = self.reader(&place)?;

        let mut seller = Seller::new(&place, self.kind.block)?;
        seller.sell_before(self.before, round)?;
        let full = disk.fill()?;
        let refusal = seller.sell_until_refused()?;
        let before = seller.end();
        drop(full);
        let Some(refusal) = refusal else {
            return Ok(Outcome::Missed);
        };

        let (after, others_refused) = self.sell_after(&place);
        // It is killed: if it ended by itself, it would be the last to close the database, and move all into it.
        drop(reader);
        match self.end {
            End::Unmount => disk.unmount()?,
            End::Cut => disk.cut()?,
        }
        let (left, unreadable) = match disk.mount() {
            Ok(()) => place.buyers(),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        let left: HashSet<_> = left.into_iter().collect();
        let sells_no_more = place.sell(&name("next", 1, SHORTEST)).err();
        Ok(Outcome::Struck(Struck {
            refusal,
            after: Answered::of(&after, &left),
            before: Answered::of(&before, &left),
            others_refused,
            unreadable,
            sells_no_more,
        }))
    }

    /// A process that reads the database all the time, where the store is one that is tried so.
    fn reader(&self, place: &Place<'_>) -> Result<Option<Worker>> {
        if self.store != Store::SqliteRead {
            return Ok(None);
        }
        let mut reader = Worker::start(place, Task::Hold)?;
        reader.wait_done()?;
        Ok(Some(reader))
    }

    /// The sales by others that were answered, and why one was refused.
    fn sell_after(&self, place: &Place<'_>) -> (Vec<String>, Option<String>) {
        let (mut after, mut refused) = (Vec::new(), None);
        for other in 1..=self.others {
            let buyer = name("after", other as usize, SHORTEST);
            match place.sell(&buyer) {
                Ok(()) => after.push(buyer),
                Err(problem) => refused = refused.or(Some(problem)),
            }
        }
        (after, refused)
    }
}
