//! The lines of the ledger: which operation wrote each.

use std::collections::HashMap;

use super::findings::Findings;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{CommittedLine, Evidence, NONE, Operation, SilentClaims};

/// What the ledger holds, and which operations claim its lines.
pub(super) struct LedgerClaims<'a> {
    lines: &'a [CommittedLine],
    first: u64,
    /// Where the lines do not stand in the order of their versions.
    disorder: Option<Disorder>,
    claimed: Vec<bool>,
}

/// Which lines a ledger has of each version.
struct Disorder {
    /// The first line of each version: its index, or [`NONE`].
    places: Vec<u32>,
    /// Further lines of a version that stands there more than once.
    forks: HashMap<u64, Vec<u32>>,
}

impl<'a> LedgerClaims<'a> {
    pub(super) fn of(lines: &'a [CommittedLine], first: u64) -> Self {
        let in_order = (first + 1..).zip(lines).all(|(seq, line)| line.seq == seq);
        Self {
            lines,
            first,
            disorder: (!in_order).then(|| Disorder::of(lines, first)),
            claimed: vec![false; lines.len()],
        }
    }

    /// Whether the ledger has what this operation was to write.
    pub(super) fn claim(&mut self, operation: &Operation) -> bool {
        let slot = operation.write.checked_sub(self.first + 1);
        let found = match &self.disorder {
            None => slot.filter(|slot| self.is_free(*slot, operation)),
            Some(disorder) => {
                let all = disorder.of_version(operation.write, slot);
                let free = all
                    .map(u64::from)
                    .filter(|index| self.is_free(*index, operation));
                // Of several the one that says what it wanted.
                let says = |index: &u64| self.says_so(*index, operation);
                free.clone().find(says).or_else(|| free.clone().next())
            }
        };
        match found.and_then(|index| self.claimed.get_mut(index as usize)) {
            Some(claimed) => {
                *claimed = true;
                true
            }
            None => false,
        }
    }

    /// Whether a line that is what the operation wrote says of it what it wanted.
    pub(super) fn agrees(&self, operation: &Operation) -> bool {
        let slot = operation.write.checked_sub(self.first + 1);
        match &self.disorder {
            None => slot.is_some_and(|slot| self.says_so(slot, operation)),
            Some(disorder) => disorder
                .of_version(operation.write, slot)
                .any(|index| self.says_so(index.into(), operation)),
        }
    }

    fn says_so(&self, index: u64, operation: &Operation) -> bool {
        let line = self.lines.get(index as usize);
        line.is_some_and(|line| line.is_of(operation) && line.agrees_with(operation))
    }

    /// Whether a line is what the operation was to write, and nobody has claimed it.
    fn is_free(&self, index: u64, operation: &Operation) -> bool {
        let line = self.lines.get(index as usize);
        let claimed = self.claimed.get(index as usize);
        claimed == Some(&false) && line.is_some_and(|line| line.is_of(operation))
    }

    /// The lines that are no operation's.
    pub(super) fn unclaimed(&self) -> impl Iterator<Item = &'a CommittedLine> {
        let lines = self.lines.iter().zip(&self.claimed);
        lines
            .filter(|(_, claimed)| !**claimed)
            .map(|(line, _)| line)
    }

    /// Every line is somebody's, and they stand in their order.
    pub(super) fn check(&self, evidence: &Evidence, findings: &mut Findings<'_>) {
        if self.disorder.is_none() && self.claimed.iter().all(|claimed| *claimed) {
            return;
        }
        let disorder = self.disorder.as_ref();
        let forked = disorder.is_some_and(|disorder| !disorder.forks.is_empty());
        let mut before = evidence.first;
        let silent = SilentClaims::of(evidence);
        for (line, claimed) in self.lines.iter().zip(&self.claimed) {
            if !claimed && !silent.may_be(line) {
                findings.add(Anomaly::Phantom, &[], line.seq);
            }
            // Where versions fork, their branches may stand in any order.
            if line.seq != before + 1 && !forked {
                findings.add(Anomaly::Gap, &[], line.seq);
            }
            before = line.seq;
        }
    }
}

impl Disorder {
    fn of(lines: &[CommittedLine], first: u64) -> Self {
        let mut places = vec![NONE; lines.len()];
        let mut forks: HashMap<u64, Vec<u32>> = HashMap::new();
        for (index, line) in (0..).zip(lines) {
            let slot = line.seq.checked_sub(first + 1).map(|slot| slot as usize);
            match slot.and_then(|slot| places.get_mut(slot)) {
                Some(free) if *free == NONE => *free = index,
                _ => forks.entry(line.seq).or_default().push(index),
            }
        }
        Self { places, forks }
    }

    /// The lines of a version, the first one first.
    fn of_version(&self, version: u64, slot: Option<u64>) -> impl Iterator<Item = u32> + Clone {
        let place = slot.and_then(|slot| self.places.get(slot as usize));
        let forks = self.forks.get(&version).into_iter().flatten();
        place.into_iter().chain(forks).copied()
    }
}
