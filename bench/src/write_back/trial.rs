//! One trial: a commit whose write-back fails, sales by others afterwards, and which of them are left.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::disk::{Disk, Kind};
use super::store::{Place, Store, Worker};
use super::worker::Task;
use crate::Result;
use crate::scratch::Scratch;

/// How long a name may be: it moves the end of a file of lines.
const LONGEST: u64 = 200;
/// How long a name is at least: it says which sale it is.
const SHORTEST: u64 = 12;
/// How many sales a database makes first: enough for its file to have grown, and for `SQLite` to have
/// pages in its log that the database has no room for yet.
const BEFORE: u32 = 150;
/// How many sales a database may make on full storage until it wants a new block.
const ON_FULL: u32 = 300;

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
        let reader = match self.store {
            Store::SqliteRead => Some(Worker::start(&place, Task::Hold)?),
            _ => None,
        };
        let reader = reader.map(|mut reader| reader.wait_done().map(|()| reader));
        let reader = reader.transpose()?;

        let mut seller = Seller::new(&place, self.kind.block)?;
        seller.sell_before(round)?;
        let full = disk.fill()?;
        let refusal = seller.sell_until_refused()?;
        let before = seller.end();
        drop(full);
        let Some(refusal) = refusal else {
            return Ok(Outcome::Missed);
        };

        let (mut after, mut others_refused) = (Vec::new(), None);
        for other in 1..=self.others {
            let buyer = format!("after-{other}");
            match place.sell(&buyer) {
                Ok(()) => after.push(buyer),
                Err(problem) => others_refused = others_refused.or(Some(problem)),
            }
        }
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
        Ok(Outcome::Struck(Struck {
            refusal,
            after: Answered::of(&after, &left),
            before: Answered::of(&before, &left),
            others_refused,
            unreadable,
        }))
    }
}

/// The process whose commit is to fail: one that stays, or, where each sale is one of its own, those.
struct Seller<'a> {
    place: &'a Place<'a>,
    worker: Option<Worker>,
    block: u64,
    answered: Vec<String>,
}

impl<'a> Seller<'a> {
    fn new(place: &'a Place<'a>, block: u64) -> Result<Self> {
        let worker = match place.store {
            Store::Tickets | Store::Append => None,
            _ => Some(Worker::start(place, Task::Sell)?),
        };
        Ok(Self {
            place,
            worker,
            block,
            answered: Vec::new(),
        })
    }

    /// Sells until the next commit is about to take a new block.
    fn sell_before(&mut self, round: u32) -> Result<()> {
        if self.worker.is_some() {
            return (0..BEFORE + 7 * round).try_for_each(|_| self.sell(SHORTEST));
        }
        let blocks = u64::from(1 + round);
        self.sell(SHORTEST)?;
        let mut name = SHORTEST;
        let mut end = self.length()?;
        while end % self.block != 0 || end / self.block < blocks {
            self.sell(name)?;
            let longer = self.length()?;
            let line = (longer - end).saturating_sub(name);
            end = longer;
            name = next_name(self.block - end % self.block, line);
        }
        Ok(())
    }

    /// Sells on full storage; why it is refused, if that is the first sale that takes a new block. One that
    /// took one and was answered found a block that is there, which is no failure.
    fn sell_until_refused(&mut self) -> Result<Option<String>> {
        let block = self.block;
        let blocks = |length: u64| length.div_ceil(block);
        let before = self.length()?;
        for _ in 0..ON_FULL {
            if let Err(problem) = self.sell(LONGEST) {
                return Ok(Some(problem));
            }
            if blocks(self.length()?) > blocks(before) {
                break;
            }
        }
        Ok(None)
    }

    /// How long the file is that grows.
    fn length(&self) -> Result<u64> {
        let path = self.place.directory.join(self.place.store.grows());
        let found = fs::metadata(&path).map(|found| found.len());
        found.map_err(|error| format!("could not look at {}: {error}", path.display()))
    }

    /// Sells to a name as long as that, or longer.
    fn sell(&mut self, long: u64) -> Result<()> {
        let buyer = self.name(long);
        match &mut self.worker {
            Some(worker) => worker.sell(&buyer)?,
            None => self.place.sell(&buyer)?,
        }
        self.answered.push(buyer);
        Ok(())
    }

    fn name(&self, long: u64) -> String {
        let long = usize::try_from(long).unwrap_or_default();
        format!("{:x<long$}", format!("before-{}-", self.answered.len()))
    }

    /// Ends it; who has bought.
    fn end(self) -> Vec<String> {
        if let Some(worker) = self.worker {
            worker.end();
        }
        self.answered
    }
}

/// How long the next name is for a line to end with a block; a line has so much without one.
fn next_name(room: u64, line: u64) -> u64 {
    if room < line + SHORTEST {
        // Over the end, into the next block.
        LONGEST
    } else if room <= line + LONGEST {
        room - line
    } else {
        // The last line of the block still has room.
        (room - line)
            .saturating_sub(line + SHORTEST)
            .clamp(SHORTEST, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, SHORTEST, next_name};

    #[test]
    fn lines_come_to_end_with_a_block() {
        for block in [1024, 4096] {
            for line in 40..200 {
                let (mut end, mut sales) = (line + SHORTEST, 0);
                while end % block != 0 {
                    let name = next_name(block - end % block, line);
                    assert!((SHORTEST..=LONGEST).contains(&name), "{name}");
                    end += line + name;
                    sales += 1;
                    assert!(sales < 60, "{block} {line}");
                }
            }
        }
    }
}
