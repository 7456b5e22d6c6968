//! What follows from reads and writes: which write each read saw, which was before which, and how many each left.
//!
//! A read saw the last write before it. So every other write was before the one that it saw, or after the read.

use super::event_set::EventSet;
use super::lefts::Lefts;
use super::moments::{Contradiction, Moments};

/// So often all is gone through.
const PASSES: usize = 64;

/// A read: the event, the writes one of which it saw, and what was done with that.
#[derive(Debug, Clone)]
pub(super) struct ReadEvent {
    pub(super) event: usize,
    pub(super) options: Vec<usize>,
    /// How many were left there, as far as that is said.
    pub(super) seen: Option<u64>,
    /// The write of the same operation, and how many that took.
    pub(super) wrote: Option<(usize, u64)>,
}

/// All that is known. The first events are the writes, of which the first is the count before the run.
#[derive(Debug, Clone, Default)]
pub(super) struct Reasons {
    pub(super) moments: Moments,
    pub(super) reads: Vec<ReadEvent>,
    /// By write: how many it left.
    pub(super) lefts: Vec<Lefts>,
}

impl Reasons {
    /// All that follows, one from another. Gives how often all was gone through.
    pub(super) fn follow(&mut self) -> Result<usize, Contradiction> {
        for pass in 1..=PASSES {
            self.moments.compare()?;
            let mut has_grown = false;
            for at in 0..self.reads.len() {
                has_grown |= self.drop_options(at)?;
                has_grown |= self.count(at)?;
                self.put_others(at)?;
            }
            if !self.moments.take_grown() && !has_grown {
                return Ok(pass);
            }
        }
        Ok(PASSES)
    }

    /// Drops the writes that a read cannot have seen: gives whether there are such.
    fn drop_options(&mut self, at: usize) -> Result<bool, Contradiction> {
        let Some(read) = self.reads.get(at) else {
            return Ok(false);
        };
        let moments = &self.moments;
        let may = |write: &usize| {
            let is_later = moments.is_before(read.event, *write);
            let is_gone =
                moments.parts(*write, read.event) && self.is_written_between(*write, read.event);
            !is_later && !is_gone && self.may_be_left(read, *write)
        };
        let options: Vec<usize> = read.options.iter().copied().filter(may).collect();
        if options.is_empty() {
            return Err(Contradiction);
        }
        let has_dropped = options.len() < read.options.len();
        if let Some(read) = self.reads.get_mut(at) {
            read.options = options;
        }
        Ok(has_dropped)
    }

    /// Whether a write is known to lie between a write and a read.
    fn is_written_between(&self, write: usize, read: usize) -> bool {
        let later = self.moments.later(write).into_iter();
        let mut later = later.flat_map(EventSet::all);
        later.any(|event| event < self.lefts.len() && self.moments.is_before(event, read))
    }

    fn left(&self, write: usize) -> Lefts {
        self.lefts.get(write).cloned().unwrap_or_default()
    }

    /// Whether a write left what a read saw, and what it left itself.
    fn may_be_left(&self, read: &ReadEvent, write: usize) -> bool {
        let left = self.left(write).common(&Lefts::only(read.seen));
        let own = read.wrote.map(|(own, quantity)| (self.left(own), quantity));
        let is_own = |(own, quantity): (Lefts, u64)| !left.less(quantity).common(&own).is_none();
        !left.is_none() && own.is_none_or(is_own)
    }

    /// How many were left at what a read saw, and at what its operation wrote: gives whether that tells more.
    fn count(&mut self, at: usize) -> Result<bool, Contradiction> {
        let Some(read) = self.reads.get(at) else {
            return Ok(false);
        };
        let any = read
            .options
            .iter()
            .filter_map(|write| self.lefts.get(*write));
        let mut left = Lefts::of_any(any).common(&Lefts::only(read.seen));
        let wrote = read.wrote;
        let only = match read.options[..] {
            [one] => Some(one),
            _ => None,
        };
        let mut has_changed = false;
        if let Some((own, quantity)) = wrote {
            has_changed |= self.narrow(own, &left.less(quantity))?;
            left = left.common(&self.left(own).and(quantity));
        }
        if let Some(only) = only {
            has_changed |= self.narrow(only, &left)?;
        }
        Ok(has_changed)
    }

    fn narrow(&mut self, write: usize, left: &Lefts) -> Result<bool, Contradiction> {
        let Some(own) = self.lefts.get_mut(write) else {
            return Ok(false);
        };
        let common = own.common(left);
        if common.is_none() {
            return Err(Contradiction);
        }
        let has_changed = common != *own;
        *own = common;
        Ok(has_changed)
    }

    /// Of a read that saw one write, every other write was before that or after the read.
    fn put_others(&mut self, at: usize) -> Result<(), Contradiction> {
        let Some((event, [saw])) = self
            .reads
            .get(at)
            .map(|read| (read.event, &read.options[..]))
        else {
            return Ok(());
        };
        let saw = *saw;
        self.moments.put(saw, event)?;
        for write in (0..self.lefts.len()).filter(|write| *write != saw) {
            if self.moments.is_before(saw, write) {
                self.moments.put(event, write)?;
            } else if self.moments.is_before(write, event) {
                self.moments.put(write, saw)?;
            }
        }
        Ok(())
    }
}
