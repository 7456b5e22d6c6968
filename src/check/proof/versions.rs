//! Versions: who may have written one, and how many were left at it; by plain sums over all operations.

use std::collections::BTreeSet;

use super::case::Case;
use crate::check::evidence::{Operation, OperationOutcome, UNSAID};

/// So many values are kept apart.
const MOST_LEFTS: usize = 4096;

impl Case<'_> {
    /// Those who may have written a version.
    fn writers(&self, version: u64) -> impl Iterator<Item = &Operation> + Clone {
        let all = self.evidence.operations.iter();
        let all = all.filter(move |did| did.write == version);
        let known = !self.is_untold(version);
        // Who was told that nothing was sold may have written it all the same.
        all.filter(move |did| {
            let may = did.outcome == OperationOutcome::Sold || did.is_pending();
            may && !known || self.has_written(did)
        })
    }

    /// Whether a sale may have written it that does not say what it wrote.
    pub(super) fn is_open(&self, version: u64) -> bool {
        self.evidence.operations.iter().any(|did| {
            let before = if did.read == UNSAID {
                self.evidence.first
            } else {
                did.read
            };
            did.outcome == OperationOutcome::Sold && did.write == UNSAID && before < version
        })
    }

    /// Whether nobody is known to have written a version, of the run or beside it.
    pub(super) fn is_missing(&self, version: u64) -> bool {
        self.writer(version, None).is_none() && self.strangers(version).is_empty()
    }

    /// How many tickets a version took that was there, and that nobody of the run is known to have written: by the ledger's lines
    /// of it, or by an operation that went on to write another.
    pub(super) fn strangers(&self, version: u64) -> Vec<i64> {
        if self.writer(version, None).is_some() {
            return Vec::new();
        }
        let evidence = self.evidence;
        if let Some(lines) = &evidence.ledger {
            let own = lines.iter().filter(|line| line.seq == version);
            return own.map(|line| line.quantity.into()).collect();
        }
        let mut reads = evidence.operations.iter();
        let meant = evidence.operations.iter().any(|did| did.write == version);
        if meant || !reads.any(|did| did.read == version) {
            return Vec::new();
        }
        let mut earlier = evidence.earlier_intents.iter();
        let first = earlier.find(|intent| intent.write == version);
        let did = first.and_then(|intent| evidence.operation(intent.operation));
        did.into_iter().map(|did| did.quantity.into()).collect()
    }

    /// Whether without a ledger a version was there that only an operation can have written which wrote another too.
    pub(super) fn is_of_who_bought_twice(&self, version: u64) -> bool {
        let evidence = self.evidence;
        let mut meant = evidence.earlier_intents.iter();
        let own: Vec<u32> = meant
            .by_ref()
            .filter(|intent| intent.write == version)
            .map(|intent| intent.operation)
            .collect();
        let wrote = |at: &u32| {
            let did = evidence.operation(*at);
            did.is_some_and(|did| did.outcome == OperationOutcome::Sold || did.wrote != UNSAID)
        };
        evidence.ledger.is_none()
            && !self.strangers(version).is_empty()
            && own
                .split_first()
                .is_some_and(|(one, others)| wrote(one) && others.iter().all(|at| at == one))
    }

    /// Who wrote it: somebody who was told so, else somebody who may have, and who fits what is said of it.
    pub(super) fn writer(&self, version: u64, before: Option<i64>) -> Option<&Operation> {
        let follows = |did: &&Operation| did.read == UNSAID || did.read + 1 == did.write;
        let known =
            |did: &&Operation| did.outcome == OperationOutcome::Sold || self.has_written(did);
        let told = self.writers(version).filter(known);
        let told = told.clone().find(follows).or_else(|| told.clone().next());
        told.or_else(|| {
            let all = self.writers(version).filter(follows);
            let fits = |did: &&Operation| {
                let saw = (did.seen != UNSAID).then_some(did.seen.cast_signed());
                let Some(saw) = saw.or(before) else {
                    return true;
                };
                let after = saw - i64::from(did.quantity);
                let is_other = |left: u64| left != UNSAID && left.cast_signed() != after;
                let mut readers = self.evidence.operations.iter();
                let last = self.evidence.last.filter(|last| last.seq == version);
                after >= 0
                    && !last.is_some_and(|last| is_other(last.left))
                    && !readers
                        .any(|reader| reader.read == version && is_other(reader.left_at_read()))
            };
            let fitting = all.clone().filter(fits).min_by_key(|did| did.invoke);
            fitting.or_else(|| all.min_by_key(|did| did.invoke))
        })
    }

    /// How many may have been left at a version: the stock less what was sold up to it; where several sales wrote one
    /// version, less what any of them sold. Behind a missing version, what the next writer saw. Empty where it was
    /// never committed; `None` where it may have been more than can be told apart.
    pub(super) fn lefts(&self, version: u64) -> Option<Vec<i64>> {
        let first = self.evidence.first;
        if version < first || self.too_far(version) {
            return Some(Vec::new());
        }
        if self.is_open(version) {
            return None;
        }
        let mut left = self.evidence.stock.cast_signed();
        let mut lefts = BTreeSet::from([left]);
        let mut missing = false;
        for at in first + 1..=version {
            let writer = self.writer(at, (!missing).then_some(left));
            let strangers = match writer {
                None => self.strangers(at),
                Some(_) => Vec::new(),
            };
            missing = match writer {
                None if strangers.is_empty() => true,
                None => {
                    let mut lines = self.evidence.ledger.iter().flatten();
                    if let Some(line) = lines.find(|line| line.seq == at).filter(|_| missing) {
                        left = line.left.cast_signed();
                        lefts = BTreeSet::from([left]);
                    } else {
                        left -= strangers.first().copied().unwrap_or_default();
                        let after = |left: i64| strangers.iter().map(move |sold| left - sold);
                        lefts = lefts.iter().copied().flat_map(after).collect();
                    }
                    if lefts.len() > MOST_LEFTS {
                        return None;
                    }
                    false
                }
                Some(did) => {
                    if missing && did.seen != UNSAID {
                        left = did.seen.cast_signed();
                        lefts = BTreeSet::from([left]);
                    }
                    left -= i64::from(did.quantity);
                    let sold: Vec<i64> = self.sold_with(at, did).collect();
                    let after = |left: i64| sold.iter().map(move |sold| left - sold);
                    lefts = lefts.iter().copied().flat_map(after).collect();
                    if lefts.len() > MOST_LEFTS {
                        return None;
                    }
                    false
                }
            };
        }
        Some(lefts.into_iter().filter(|_| !missing).collect())
    }

    /// How many were sold with a version, by its writer or by who wrote it as well.
    fn sold_with(&self, version: u64, writer: &Operation) -> impl Iterator<Item = i64> {
        let all = self.evidence.operations.iter();
        let wrote = all.filter(move |did| {
            let sold = did.outcome == OperationOutcome::Sold;
            let follows = did.read == UNSAID || did.read + 1 == did.write;
            let is_known = || sold || self.has_written(did) || self.must_have_written(did);
            did.write == version && follows && (is_known() || self.is_shown(did))
        });
        let quantities = wrote.map(|did| i64::from(did.quantity));
        quantities.chain([i64::from(writer.quantity)])
    }

    /// More versions than anybody meant to write: one before it is missing.
    pub(super) fn too_far(&self, version: u64) -> bool {
        let intents = self.evidence.earlier_intents.len();
        let writes = (self.evidence.operations.len() + intents) as u64;
        let lines = self.evidence.ledger.iter().flatten().count() as u64;
        version.saturating_sub(self.evidence.first) > writes + lines
    }

    /// Whether a later version was written, for all that is known.
    pub(super) fn is_followed(&self, version: u64) -> bool {
        let seen = |write: u64| {
            let mut all = self.evidence.operations.iter();
            let last = self.evidence.last;
            last.is_some_and(|last| last.seq >= write)
                || all.any(|did| did.read != UNSAID && did.read >= write)
        };
        let mut all = self.evidence.operations.iter();
        all.any(|did| {
            let mut writers = self.writers(did.write);
            let sure = did.outcome == OperationOutcome::Sold
                || !self.is_untold(did.write)
                || self.has_written(did)
                || seen(did.write);
            did.write > version && sure && writers.any(|writer| std::ptr::eq(writer, did))
        })
    }

    pub(super) fn saw_another(&self, did: &Operation) -> bool {
        if did.seen != UNSAID && self.differs(did.read, did.seen.cast_signed()) {
            return true;
        }
        let sum = self.sum_read(did);
        let its = self.sums_of(did.read);
        let is_another = sum.is_some_and(|sum| !its.is_empty() && !its.contains(&sum));
        is_another || its.is_empty() && self.read_another_than_final(did)
    }

    /// The checksums that the ledger's lines say of a version: of one that stands there more than once, any may have been read.
    pub(super) fn sums_of(&self, version: u64) -> Vec<u64> {
        let lines = (0..).zip(self.evidence.ledger.iter().flatten());
        let lines = lines.filter(|(_, line)| line.seq == version);
        let its = lines.filter_map(|(at, _)| {
            let mut sums = self.evidence.ledger_sums.iter();
            sums.find(|(line, _): &&(u32, u64)| *line == at)
        });
        its.map(|(_, sum)| *sum).collect()
    }

    pub(super) fn told_another(&self, did: &Operation) -> bool {
        let sold = match did.outcome {
            OperationOutcome::Sold => i64::from(did.quantity),
            _ => 0,
        };
        did.left != UNSAID && self.differs(did.read, did.left.cast_signed().saturating_add(sold))
    }

    /// Whether a version was committed, and so many were not left at it.
    pub(super) fn differs(&self, version: u64, left: i64) -> bool {
        let lefts = self.lefts(version).unwrap_or_default();
        !lefts.is_empty() && !lefts.contains(&left)
    }

    pub(super) fn ledger_differs(&self, version: u64) -> bool {
        let mut lines = self.evidence.ledger.iter().flatten();
        lines.any(|line| line.seq == version && self.differs(version, line.left.cast_signed()))
    }
}
