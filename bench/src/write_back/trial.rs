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
/// How near to the end of a block the next line must begin for most of it to go into a new one.
const NEAR: u64 = 40;
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
        let mut disk = Disk::new(self.kind, scratch.path())?;
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
        let filler = disk.fill()?;
        let refusal = seller.sell_until_refused();
        let before = seller.end();
        drop(filler);
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
        let worker = match place.store.lines() {
            None => Some(Worker::start(place, Task::Sell)?),
            Some(_) => None,
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
        let Some(lines) = self.place.store.lines() else {
            return (0..BEFORE + 7 * round).try_for_each(|_| self.sell(0));
        };
        let path = self.place.directory.join(lines);
        let length = || {
            let found = fs::metadata(&path).map(|found| found.len());
            found.map_err(|error| format!("could not look at {}: {error}", path.display()))
        };
        self.sell(0)?;
        let first = length()?;
        self.sell(0)?;
        // What a line of an empty name has.
        let line = (length()? - first).saturating_sub(self.name(0).len() as u64);
        let blocks = u64::from(1 + round);
        loop {
            let end = length()?;
            let room = self.block - end % self.block;
            if end / self.block + 1 >= blocks && room <= NEAR {
                return Ok(());
            }
            self.sell(next_name(room, line))?;
        }
    }

    /// Sells on full storage; why it is refused, if it is.
    fn sell_until_refused(&mut self) -> Option<String> {
        let sales = if self.worker.is_some() { ON_FULL } else { 1 };
        (0..sales).find_map(|_| self.sell(LONGEST).err())
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

/// How long the next name is for the lines to end near the end of a block; a line has so much without one.
fn next_name(room: u64, line: u64) -> u64 {
    let short = 20;
    if room <= line + short {
        // Over the end, into the next block.
        LONGEST
    } else if room <= line + LONGEST {
        // Some digits may become more.
        room - line - 4
    } else {
        // The last line of the block still has room.
        (room - line)
            .saturating_sub(line + short)
            .clamp(short, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, NEAR, next_name};

    #[test]
    fn lines_come_near_the_end_of_every_block() {
        for block in [1024, 4096] {
            for line in 40..160 {
                let mut end = line;
                let mut sales = 0;
                while block - end % block > NEAR {
                    let name = next_name(block - end % block, line);
                    assert!((20..=LONGEST).contains(&name) || name + 4 >= 20, "{name}");
                    end += line + name;
                    sales += 1;
                    assert!(sales < 60, "{block} {line}");
                }
            }
        }
    }
}
