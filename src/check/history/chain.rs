//! The chain of versions: who wrote each, and how many it left.

use std::collections::HashMap;

use super::{Anomaly, Findings};
use crate::check::evidence::{CommittedLine, Evidence, NONE, Operation, OperationOutcome, UNSAID};

/// The versions of a run, from the one before it.
pub(super) struct Chain {
    /// The version before the run.
    pub(super) first: u64,
    /// Who wrote each version after the first: an index of the operations and 1, or 0 for nobody. Memory
    /// that starts as zeros takes no room before it is used.
    writers: Vec<u32>,
    /// How many were left at each version, the first included. Until the replay: how many more than at the
    /// version before.
    left: Vec<i64>,
}

impl Chain {
    /// Puts the chain together and replays it.
    pub(super) fn of(evidence: &Evidence, findings: &mut Findings<'_>) -> Self {
        // No chain without a gap is longer.
        let most = evidence.operations.len() + evidence.ledger.as_ref().map_or(0, Vec::len);
        let mut chain = Self {
            first: evidence.first,
            writers: vec![0; most],
            left: vec![0; most + 1],
        };
        let mut ledger = evidence
            .ledger
            .as_ref()
            .map(|lines| Ledger::of(lines, evidence.first));
        let waiting = chain.place_all(evidence, ledger.as_mut(), findings);
        if let Some(ledger) = ledger {
            ledger.check(evidence, findings);
        }
        chain.replay(evidence, &waiting, findings);
        chain
    }

    /// Who wrote this version.
    pub(super) fn writer(&self, version: u64) -> Option<u32> {
        self.writers.get(self.slot(version)?)?.checked_sub(1)
    }

    /// How many were left at this version; `None` where it was never committed.
    pub(super) fn left(&self, version: u64) -> Option<i64> {
        let at = version.checked_sub(self.first)?;
        if at > 0 {
            self.writer(version)?;
        }
        self.left.get(at as usize).copied()
    }

    /// The last version.
    pub(super) fn last(&self) -> u64 {
        self.first + (self.left.len() as u64).saturating_sub(1)
    }

    fn slot(&self, version: u64) -> Option<usize> {
        Some(version.checked_sub(self.first)?.checked_sub(1)? as usize)
    }

    /// Gives each sale its version. Returns those of which nobody knows whether they sold, by version.
    fn place_all(
        &mut self,
        evidence: &Evidence,
        mut ledger: Option<&mut Ledger<'_>>,
        findings: &mut Findings<'_>,
    ) -> Vec<u32> {
        let (mut waiting, mut odd, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        let mut acknowledged = Acknowledged {
            rest: evidence.stock,
            told: false,
        };
        for (index, operation) in (0..).zip(&evidence.operations) {
            findings.verdict.count_in(operation);
            let sold = operation.outcome == OperationOutcome::Sold;
            if sold {
                acknowledged.add(index, operation, findings);
            }
            if operation.write == UNSAID {
                continue;
            }
            let written = ledger.as_mut().map(|ledger| ledger.claim(operation));
            if !sold && !operation.is_pending() {
                if written == Some(true) {
                    findings.add(Anomaly::Phantom, &[index], operation.write);
                }
                continue;
            }
            if written == Some(true)
                && (sold || operation.is_pending())
                && let Some(ledger) = ledger.as_deref()
                && !ledger.agrees(operation)
            {
                findings.add(Anomaly::Phantom, &[index], operation.write);
            }
            match written {
                Some(false) if sold => missing.push(index),
                None if !sold => waiting.push(index),
                Some(false) => {}
                _ if !follows(operation) || operation.write <= self.first => odd.push(index),
                _ => self.place(index, operation, findings),
            }
        }
        for index in odd {
            findings.add(Anomaly::Phantom, &[index], None);
            if let Some(operation) = evidence.operation(index)
                && operation.write > self.first
                && self.writer(operation.write).is_none()
            {
                self.place(index, operation, findings);
            }
        }
        for index in missing {
            let Some(operation) = evidence.operation(index) else {
                continue;
            };
            let version = operation.write;
            match self.writer(version) {
                _ if !follows(operation) || version <= self.first => {
                    findings.add(Anomaly::Phantom, &[index], None);
                }
                Some(writer) if evidence.operation(writer).is_some_and(follows) => {
                    findings.add(Anomaly::LostUpdate, &[index, writer], version - 1);
                }
                _ => findings.add(Anomaly::LostSale, &[index], version),
            }
        }
        let by_version = |index: &u32| {
            let operation = evidence.operation(*index);
            operation.map_or((0, 0), |operation| (operation.write, operation.invoke))
        };
        waiting.retain(|index| evidence.operation(*index).is_some_and(follows));
        waiting.sort_by_key(by_version);
        waiting
    }

    fn place(&mut self, index: u32, operation: &Operation, findings: &mut Findings<'_>) {
        let version = operation.write;
        match self.writer(version) {
            Some(writer) => findings.add(Anomaly::LostUpdate, &[writer, index], version - 1),
            None if self.write(index, operation) => {}
            // More versions than there are writes: some in between must be missing.
            None => findings.add(Anomaly::Gap, &[index], version),
        }
    }

    /// Puts a writer to its version, if there is room for that.
    fn write(&mut self, index: u32, operation: &Operation) -> bool {
        let slot = self.slot(operation.write);
        let Some(slot) = slot.filter(|slot| *slot < self.writers.len()) else {
            return false;
        };
        if let (Some(writer), Some(change)) =
            (self.writers.get_mut(slot), self.left.get_mut(slot + 1))
        {
            (*writer, *change) = (index + 1, -i64::from(operation.quantity));
        }
        true
    }

    fn replay(&mut self, evidence: &Evidence, waiting: &[u32], findings: &mut Findings<'_>) {
        let seen = Seen::of(evidence, self, waiting);
        let known = self.writers.iter().rposition(|writer| *writer != 0);
        let known = known.map_or(0, |last| last + 1);
        let wanted = seen.last.saturating_sub(self.first) as usize;
        let mut end = match waiting {
            [] => known,
            _ => known.max(wanted).min(self.writers.len()),
        };
        let mut left = evidence.stock.cast_signed();
        let (mut short, mut missing) = (false, false);
        for slot in 0..end {
            let version = self.first + slot as u64 + 1;
            if self.writer(version).is_none() {
                let before = (!missing).then_some(left);
                let writer = seen.choose(evidence, waiting, version, before);
                if let Some(operation) = evidence.operation(writer) {
                    self.write(writer, operation);
                } else if slot >= known && !seen.is_followed(evidence, waiting, version) {
                    end = slot;
                    break;
                }
            }
            if let Some(writer) = self.writer(version) {
                if missing
                    && let Some(operation) = evidence.operation(writer)
                    && operation.seen != UNSAID
                {
                    // What is behind a gap is judged by what its first writer saw.
                    left = operation.seen.cast_signed();
                }
                left = left.saturating_add(self.left.get(slot + 1).copied().unwrap_or_default());
                missing = false;
                if left < 0 && !short {
                    short = true;
                    findings.add(Anomaly::Oversold, &[writer], version);
                }
            } else {
                findings.add(Anomaly::Gap, &[], version);
                missing = true;
            }
            if let Some(at) = self.left.get_mut(slot + 1) {
                *at = left;
            }
        }
        if let Some(first) = self.left.first_mut() {
            *first = evidence.stock.cast_signed();
        }
        self.writers.truncate(end);
        self.left.truncate(end + 1);
        self.count(evidence, findings);
    }

    /// What the ledger and the final count say is left must be what the chain leaves.
    fn count(&self, evidence: &Evidence, findings: &mut Findings<'_>) {
        for line in evidence.ledger.iter().flatten() {
            let left = self.left(line.seq);
            if left.is_some_and(|left| left != line.left.cast_signed()) {
                let writer = self.writer(line.seq);
                findings.add(Anomaly::Conservation, writer.as_slice(), line.seq);
            }
        }
        let Some(last) = evidence.last else { return };
        if self.left(last.seq) != Some(last.left.cast_signed()) {
            findings.add(Anomaly::Conservation, &[], None);
            return;
        }
        // Whoever was told that it bought must be in the count.
        let behind = last.seq + 1..=self.last();
        let told = behind
            .filter_map(|version| self.writer(version))
            .find(|writer| {
                let operation = evidence.operation(*writer);
                operation.is_some_and(|operation| operation.outcome == OperationOutcome::Sold)
            });
        if let Some(told) = told {
            findings.add(Anomaly::LostSale, &[told], None);
        }
    }
}

/// Whether the version it writes follows the one that it read.
fn follows(operation: &Operation) -> bool {
    operation.read == UNSAID && operation.write > 0
        || operation.read.checked_add(1) == Some(operation.write)
}

/// Counts what was acknowledged, up to the stock.
struct Acknowledged {
    rest: u64,
    told: bool,
}

impl Acknowledged {
    fn add(&mut self, index: u32, operation: &Operation, findings: &mut Findings<'_>) {
        match self.rest.checked_sub(u64::from(operation.quantity)) {
            Some(rest) => self.rest = rest,
            None if self.told => {}
            None => {
                self.told = true;
                findings.add(Anomaly::Oversold, &[index], None);
            }
        }
    }
}

/// What the ledger holds.
struct Ledger<'a> {
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

impl<'a> Ledger<'a> {
    fn of(lines: &'a [CommittedLine], first: u64) -> Self {
        let in_order = (first + 1..).zip(lines).all(|(seq, line)| line.seq == seq);
        Self {
            lines,
            first,
            disorder: (!in_order).then(|| Disorder::of(lines, first)),
            claimed: vec![false; lines.len()],
        }
    }

    /// Whether the ledger has what this operation was to write.
    fn claim(&mut self, operation: &Operation) -> bool {
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
    fn agrees(&self, operation: &Operation) -> bool {
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

    /// Every line is somebody's, and they stand in their order.
    fn check(&self, evidence: &Evidence, findings: &mut Findings<'_>) {
        if self.disorder.is_none() && self.claimed.iter().all(|claimed| *claimed) {
            return;
        }
        let disorder = self.disorder.as_ref();
        let forked = disorder.is_some_and(|disorder| !disorder.forks.is_empty());
        let mut before = evidence.first;
        for (line, claimed) in self.lines.iter().zip(&self.claimed) {
            if !claimed {
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

/// What others saw of the versions that only somebody without an answer can have written.
struct Seen {
    /// The last version that anybody read.
    last: u64,
    /// How many were left at them; `None` where that was seen in two ways.
    left: HashMap<u64, Option<u64>>,
}

impl Seen {
    fn of(evidence: &Evidence, chain: &Chain, waiting: &[u32]) -> Self {
        let mut seen = Self {
            last: 0,
            left: HashMap::new(),
        };
        if waiting.is_empty() {
            return seen;
        }
        let reads = evidence.operations.iter();
        let reads = reads.map(|operation| (operation.read, operation.left_at_read()));
        let last = evidence.last.map(|last| (last.seq, last.left));
        for (version, left) in reads.chain(last).filter(|read| read.0 != UNSAID) {
            seen.last = seen.last.max(version);
            if chain.writer(version).is_none() && left != UNSAID {
                let known = seen.left.entry(version).or_insert(Some(left));
                *known = known.filter(|known| *known == left);
            }
        }
        seen
    }

    /// Who of those without an answer wrote this version: the first to begin that fits what others saw.
    /// Which of those that fit changes nothing: all of them have read the version before.
    fn choose(
        &self,
        evidence: &Evidence,
        waiting: &[u32],
        version: u64,
        before: Option<i64>,
    ) -> u32 {
        let write = |index: &u32| evidence.operation(*index).map_or(0, |op| op.write);
        let from = waiting.partition_point(|index| write(index) < version);
        let candidates = waiting.get(from..).unwrap_or_default().iter();
        let candidates = candidates.take_while(|index| write(index) == version);
        let fits = |index: &&u32| {
            let Some(operation) = evidence.operation(**index) else {
                return false;
            };
            let saw = (operation.seen != UNSAID).then_some(operation.seen.cast_signed());
            let after = saw
                .or(before)
                .map(|saw| saw - i64::from(operation.quantity));
            match (self.left.get(&version), after) {
                (Some(seen), Some(after)) => {
                    seen.map(u64::cast_signed) == Some(after) && after >= 0
                }
                (None, Some(after)) => after >= 0,
                (_, None) => true,
            }
        };
        let mut all = candidates.clone();
        let fitting = candidates.clone().find(fits);
        fitting.or_else(|| all.next()).copied().unwrap_or(NONE)
    }

    /// Whether somebody may have written a later version that was read.
    fn is_followed(&self, evidence: &Evidence, waiting: &[u32], version: u64) -> bool {
        let write = |index: &u32| evidence.operation(*index).map_or(0, |op| op.write);
        let next = waiting.partition_point(|index| write(index) <= version);
        waiting
            .get(next)
            .is_some_and(|index| write(index) <= self.last)
    }
}
