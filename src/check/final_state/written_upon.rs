//! Which line each was written upon, and what became of it.

use std::collections::HashMap;

use super::model::FinalState;
use crate::overwriting::Overwriting;

/// The lines of a run as versions, behind the one before the run: what became of each.
pub(super) struct LineFates {
    /// By version: which one it grew from.
    parents: Vec<Option<usize>>,
    /// By version: the one that its checksum says it grew from.
    upon: Vec<Option<usize>>,
    fates: Overwriting,
}

impl LineFates {
    pub(super) fn of(after: &FinalState) -> Self {
        let (mut parents, mut all_upon) = (vec![None], vec![None]);
        let mut by_end: HashMap<u64, usize> = HashMap::new();
        // The last line of each number so far: what is written upon, where no checksum tells.
        let mut by_seq: HashMap<u64, usize> = HashMap::from([(after.seq, 0)]);
        for (at, line) in (1..).zip(&after.lines) {
            let upon = line.upon.and_then(|end| by_end.get(&end)).copied();
            let before = line.seq.checked_sub(1).and_then(|seq| by_seq.get(&seq));
            parents.push(upon.or(before.copied()));
            all_upon.push(upon);
            by_end.insert(line.end, at);
            by_seq.insert(line.seq, at);
        }
        // Where the count is of none of the lines, as one that nobody could publish, the last of them is what it would be.
        let counted = by_end.get(&after.counted).copied();
        let end = counted.unwrap_or(after.lines.len());
        Self {
            fates: Overwriting::of(&parents, |_| &[], |at| at == end),
            parents,
            upon: all_upon,
        }
    }

    /// The line that one was written upon, where its checksum tells.
    pub(super) fn upon(&self, line: usize) -> Option<usize> {
        self.upon.get(line).copied().flatten()
    }

    /// What became of each line, which is the version behind its place.
    pub(super) fn fates(&self) -> &Overwriting {
        &self.fates
    }

    /// Those that had gone on from overwritten lines, by the number of these; `forked`: whether several lines have a number.
    pub(super) fn gone_on(
        &self,
        after: &FinalState,
        forked: impl Fn(u64) -> bool,
    ) -> HashMap<u64, Vec<usize>> {
        let line = |at: usize| at.checked_sub(1).and_then(|at| after.lines.get(at));
        let seq = |at: usize| line(at).map(|line| line.seq);
        self.fates
            .gone_on(&self.parents, |at| seq(at).filter(|seq| forked(*seq)))
    }
}
