//! Who was answered first with a version that is newer than another.

use super::chain::Chain;
use super::order::counts_from;
use super::reads::FirstReaders;
use crate::check::evidence::{Evidence, NONE, Operation, UNSAID};

/// Of each version and all that are newer: who was over first of those who read one of them, or wrote one after the first; and
/// which.
pub(super) struct Newer {
    first: u64,
    /// By version, as steps from the first one of the run.
    from: Vec<(u32, u32)>,
}

impl Newer {
    pub(super) fn of(evidence: &Evidence, chain: &Chain, readers: &FirstReaders) -> Self {
        let many = (chain.last() - chain.first) as usize + 1;
        let mut newer = Self {
            first: chain.first,
            from: vec![(NONE, 0); many],
        };
        let mut best = (NONE, 0);
        for at in (0..many).rev() {
            let version = chain.first + at as u64;
            let writer = writer(evidence, chain, version + 1);
            let all = [
                (writer, at as u32 + 1),
                (readers.of_version(version), at as u32),
            ];
            for one in all {
                if over(evidence, one.0) <= over(evidence, best.0) && one.0 != NONE {
                    best = one;
                }
            }
            if let Some(slot) = newer.from.get_mut(at) {
                *slot = best;
            }
        }
        newer
    }

    /// Who was over first of those behind who wrote a version, and with which.
    pub(super) fn than_written(&self, version: u64) -> Option<(u32, u64)> {
        let at = version.checked_sub(self.first)?;
        let (early, place) = self.from.get(at as usize).copied()?;
        (early != NONE).then(|| (early, self.first + u64::from(place)))
    }

    /// Who was over first of those behind who read a version, and with which.
    pub(super) fn than_read(
        &self,
        evidence: &Evidence,
        chain: &Chain,
        version: u64,
    ) -> Option<(u32, u64)> {
        let next = version.checked_add(1)?;
        let writer = writer(evidence, chain, next);
        let behind = self.than_written(next);
        match behind {
            Some((early, _)) if over(evidence, early) < over(evidence, writer) => behind,
            _ if writer != NONE => Some((writer, next)),
            _ => behind,
        }
    }
}

/// Who wrote a version, where others are held against that, or [`NONE`].
fn writer(evidence: &Evidence, chain: &Chain, version: u64) -> u32 {
    let writer = chain.writer(version);
    let writer = writer.filter(|writer| counts_from(evidence, *writer));
    writer.unwrap_or(NONE)
}

fn over(evidence: &Evidence, at: u32) -> u64 {
    evidence.operation(at).map_or(UNSAID, Operation::over)
}
