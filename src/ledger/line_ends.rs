//! Which line another was written upon: the one whose sum its own was made with. After a race there are several of one
//! number.

use std::collections::HashMap;

use super::line::Line;
use super::sum::Sum;

/// So many lines of one number are tried, the last first.
const TRIED: usize = 64;

/// Where the lines of a ledger end, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct LineEnds(HashMap<u64, Vec<(u64, Sum)>>);

impl LineEnds {
    /// Where the line ends that this one was written upon, in bytes; `None` where that is none of those so far. The line is
    /// one of them from then on.
    pub(crate) fn upon(&mut self, line: &Line<'_>, end: u64) -> Option<u64> {
        let seq = line.record.seq;
        let before = seq.checked_sub(1).and_then(|seq| self.0.get(&seq));
        let before = before.map_or(&[][..], Vec::as_slice);
        let mut tried = before.iter().rev().take(TRIED);
        let upon = tried
            .find(|(_, sum)| line.follows(*sum))
            .map(|(end, _)| *end);
        self.0.entry(seq).or_default().push((end, line.sum));
        upon
    }
}
