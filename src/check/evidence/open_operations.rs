//! The operations that are begun and not over: a buyer does one at a time.

use std::collections::HashMap;

use super::further_reads::ReadCount;
use super::model::Evidence;
use super::operation::{NONE, Operation};

/// The longest name of a buyer or a run, in bytes.
pub(crate) const MAX_NAME: usize = 256;

/// The operation that each buyer, by number, is in the middle of, or [`NONE`]; and the time of its last step.
#[derive(Debug, Default)]
pub(super) struct OpenOperations {
    /// By buyer: its operation, when that made its last step, and how many of its steps stood before that with the same stamp.
    all: Vec<(u32, u64, u8)>,
    /// By operation that is not over: where the checksum of what it read stands.
    sums: HashMap<u32, usize>,
    /// By operation that intends to write and has not said that it wrote: what it read since.
    waiting: HashMap<u32, Vec<ReadCount>>,
}

impl OpenOperations {
    pub(super) fn get(&self, buyer: u32) -> Option<(u32, u64)> {
        let open = self.all.get(buyer as usize).copied();
        let open = open.filter(|(index, ..)| *index != NONE);
        open.map(|(index, at, _)| (index, at))
    }

    /// How many steps of a buyer's operation stand before one at this time with the same stamp.
    pub(super) fn nth(&self, buyer: u32, at: u64) -> u8 {
        match self.all.get(buyer as usize) {
            Some((_, before, nth)) if *before == at => nth.saturating_add(1),
            _ => 0,
        }
    }

    pub(super) fn set(&mut self, buyer: u32, index: u32, (at, nth): (u64, u8)) {
        let number = buyer as usize;
        if self.all.len() <= number {
            self.all.resize(number + 1, (NONE, 0, 0));
        }
        if let Some(open) = self.all.get_mut(number) {
            *open = (index, at, nth);
        }
    }

    /// Notes where the checksum of what an operation read stands, if it says one; gives where that of an earlier read does.
    pub(super) fn read_sum(&mut self, operation: u32, place: Option<usize>) -> Option<usize> {
        match place {
            Some(place) => self.sums.insert(operation, place),
            None => self.sums.remove(&operation),
        }
    }

    /// Keeps a read of which it is not known yet whether its operation goes on by it.
    pub(super) fn wait(&mut self, operation: u32, read: ReadCount) {
        self.waiting.entry(operation).or_default().push(read);
    }

    /// Gives the reads of an operation that were kept, in their order, and keeps them no longer.
    pub(super) fn waiting(&mut self, operation: u32) -> Vec<ReadCount> {
        self.waiting.remove(&operation).unwrap_or_default()
    }

    /// The operations of which reads are kept.
    pub(super) fn that_wait(&self) -> Vec<u32> {
        self.waiting.keys().copied().collect()
    }

    /// The numbers of the buyers who are in the middle of an operation.
    pub(super) fn buyers(&self) -> impl Iterator<Item = u32> {
        (0..self.all.len() as u32).filter(|buyer| self.get(*buyer).is_some())
    }
}

/// The number of a buyer with this name.
pub(super) fn buyer_number(evidence: &mut Evidence, name: &str) -> Result<u32, String> {
    if !(1..=MAX_NAME).contains(&name.len()) {
        return Err(format!("a buyer's name has 1 to {MAX_NAME} bytes"));
    }
    let number = evidence.names.number(name);
    number.ok_or_else(|| "too many buyers".to_owned())
}

/// Begins an operation; gives its index.
pub(super) fn begin(evidence: &mut Evidence, operation: Operation) -> Result<u32, String> {
    let index = u32::try_from(evidence.operations.len()).unwrap_or(NONE);
    if index == NONE {
        return Err("too many operations".to_owned());
    }
    evidence.operations.push(operation);
    Ok(index)
}
