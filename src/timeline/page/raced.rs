//! Two whose race windows overlap: both have read one version, and neither has written.

use super::situation::{Pending, Situation};

/// Who wrote by a version first.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstWrite {
    lane: usize,
    /// At which step it had read, and at which it wrote.
    read: u64,
    wrote: u64,
}

/// Two who both wrote by one version.
#[derive(Debug, Clone)]
pub(super) struct Raced {
    /// By the order of their writes.
    pub(super) names: [String; 2],
    /// The first step after which both had read, and neither had written.
    pub(super) from: u64,
}

impl Situation<'_> {
    /// A process writes at a step by what it has read.
    pub(super) fn races(&mut self, lane: usize, by: Pending, wrote: u64) {
        let read = by.step;
        let own = FirstWrite { lane, read, wrote };
        let first = *self.first_writes.entry(by.version).or_insert(own);
        let from = first.read.max(read);
        if first.lane != lane && from < first.wrote {
            let names = [self.name(first.lane), self.name(lane)];
            self.raced.insert(wrote, Raced { names, from });
        }
    }
}
