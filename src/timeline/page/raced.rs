//! Two whose race windows overlap: both have read one version, and neither has written.

use super::situation::{Pending, Situation};

/// Who wrote by a version.
#[derive(Debug, Clone, Copy)]
pub(super) struct WriteBy {
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

/// Two who both wrote by one version, in a run: the first of all pairs whose race windows overlapped.
#[derive(Debug, Clone)]
pub(super) struct FirstOverlap {
    /// By the order of their reads.
    pub(super) names: [String; 2],
    pub(super) from: u64,
}

impl Situation<'_> {
    /// The first pair of all whose race windows overlapped, of whom both wrote by what they had read.
    pub(super) fn first_overlap(&self) -> Option<FirstOverlap> {
        let all = self.writes_by.values();
        let first = all.filter_map(|writes| overlap(writes));
        let (one, other) = first.min_by_key(|(_, other)| other.read)?;
        Some(FirstOverlap {
            names: [self.name(one.lane), self.name(other.lane)],
            from: other.read,
        })
    }

    /// A process writes at a step by what it has read.
    pub(super) fn races(&mut self, lane: usize, by: Pending, wrote: u64) {
        let read = by.step;
        let own = WriteBy { lane, read, wrote };
        let writes = self.writes_by.entry(by.version).or_default();
        writes.push(own);
        let Some(first) = writes.first().copied() else {
            return;
        };
        let from = first.read.max(read);
        if first.lane != lane && from < first.wrote {
            let names = [self.name(first.lane), self.name(lane)];
            self.raced.insert(wrote, Raced { names, from });
        }
    }
}

/// The first two, by their reads, of whom the one had not written yet when the other read.
fn overlap(writes: &[WriteBy]) -> Option<(WriteBy, WriteBy)> {
    let mut by_read = writes.to_vec();
    by_read.sort_by_key(|one| one.read);
    let mut last: Option<WriteBy> = None;
    for one in by_read {
        match last {
            Some(open) if open.lane != one.lane && one.read < open.wrote => {
                return Some((open, one));
            }
            Some(open) if one.wrote <= open.wrote => {}
            _ => last = Some(one),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write((lane, read, wrote): (usize, u64, u64)) -> WriteBy {
        WriteBy { lane, read, wrote }
    }

    fn first(writes: &[(usize, u64, u64)]) -> Option<(usize, usize, u64)> {
        let writes: Vec<WriteBy> = writes.iter().copied().map(write).collect();
        overlap(&writes).map(|(one, other)| (one.lane, other.lane, other.read))
    }

    /// The first pair need not be that of the first two who write.
    #[test]
    fn the_first_race_windows_that_overlap_are_found() {
        assert_eq!(
            first(&[(2, 10, 17), (8, 16, 19), (1, 2, 31), (7, 4, 29)]),
            Some((1, 7, 4))
        );
        assert_eq!(first(&[(1, 1, 2), (2, 3, 4)]), None);
        // One that has ended is passed over, and one that is open still is remembered.
        assert_eq!(
            first(&[(1, 1, 9), (2, 10, 12), (3, 11, 13)]),
            Some((2, 3, 11))
        );
        assert_eq!(first(&[]), None);
    }
}
