//! Who sells until a commit wants a new block and the storage has none.

use std::fs;

use super::place::{Place, Worker};
use super::protocol::{Store, Task};
use crate::Result;

/// How long a name may be: it moves the end of a file of lines.
const LONGEST: u64 = 200;
/// How long a name is at least: it says which sale it is.
pub(crate) const SHORTEST: u64 = 12;
/// After so many lines none ends with a block: the file grows in another way.
const MOST: u32 = 2000;
/// How many sales a database may make on full storage until it wants a new block.
const ON_FULL: u32 = 300;

/// The process whose commit is to fail: one that stays, or, where each sale is one of its own, those.
pub(crate) struct Seller<'a> {
    place: &'a Place<'a>,
    worker: Option<Worker>,
    block: u64,
    answered: Vec<String>,
}

impl<'a> Seller<'a> {
    /// Starts it, if it stays.
    pub(crate) fn new(place: &'a Place<'a>, block: u64) -> Result<Self> {
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
    pub(crate) fn sell_before(&mut self, sales: u32, round: u32) -> Result<()> {
        if self.worker.is_some() {
            return (0..sales + 7 * round).try_for_each(|_| self.sell(SHORTEST));
        }
        let blocks = u64::from(1 + round);
        self.sell(SHORTEST)?;
        let mut name = SHORTEST;
        let mut end = self.length()?;
        for _ in 0..MOST {
            if end % self.block == 0 && end / self.block >= blocks {
                break;
            }
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
    pub(crate) fn sell_until_refused(&mut self) -> Result<Option<String>> {
        let block = self.block;
        let blocks = |length: u64| length.div_ceil(block);
        let before = self.length()?;
        for _ in 0..ON_FULL {
            if let Err(problem) = self.sell(SHORTEST) {
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
        let buyer = name("before", self.answered.len(), long);
        match &mut self.worker {
            Some(worker) => worker.sell(&buyer)?,
            None => self.place.sell(&buyer)?,
        }
        self.answered.push(buyer);
        Ok(())
    }

    /// Ends it; who has bought.
    pub(crate) fn end(self) -> Vec<String> {
        if let Some(worker) = self.worker {
            worker.end();
        }
        self.answered
    }
}

/// The name of a buyer, which tells them from all others, as long as that or longer.
pub(crate) fn name(when: &str, number: usize, long: u64) -> String {
    let long = usize::try_from(long).unwrap_or_default();
    format!("{:x<long$}", format!("{when}-{number}-"))
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
