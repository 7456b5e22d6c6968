//! Whether what others read shows that somebody wrote who does not say so.

use std::collections::BTreeMap;

use super::case::Case;
use crate::check::evidence::{Operation, OperationOutcome, UNSAID};

impl Case<'_> {
    /// Whether a sale may have been written by an operation that does not say so, and something that was read, or the final count,
    /// is what none of those wrote who are known to have written that version.
    pub(super) fn is_shown(&self, did: &Operation) -> bool {
        self.is_silent(did) && self.is_unexplained(did.write)
    }

    /// Whether a sale wrote a version that several others may have written who do not say so, and that one of them wrote.
    pub(super) fn is_lost_to_somebody(&self, did: &Operation) -> bool {
        let all = self.evidence.operations.iter();
        let silent = all.filter(|one| one.write == did.write && self.is_silent(one));
        let sold = did.outcome == OperationOutcome::Sold || self.has_written(did);
        sold && silent.count() > 1 && self.is_unexplained(did.write)
    }

    /// Whether with one sale more of each version that shows one, of those the smallest, more was sold and is left than there was.
    pub(super) fn exceeds_with_shown(&self, left: u64) -> bool {
        let mut shown: BTreeMap<u64, u32> = BTreeMap::new();
        let all = self.evidence.operations.iter();
        for did in all.filter(|did| self.is_shown(did) && !self.must_have_written(did)) {
            let least = shown.entry(did.write).or_insert(did.quantity);
            *least = did.quantity.min(*least);
        }
        let (written, silent) = self.written();
        let written = written.iter().map(|sale| u128::from(sale.1)).sum::<u128>();
        let more = shown.values().map(|many| u128::from(*many)).sum::<u128>();
        let all = written + silent + more + u128::from(left);
        !shown.is_empty() && all > self.evidence.stock.into()
    }

    fn is_silent(&self, did: &Operation) -> bool {
        let follows = did.read == UNSAID || did.read.checked_add(1) == Some(did.write);
        did.is_pending() && did.wrote == UNSAID && follows && self.is_untold(did.write)
    }

    /// Whether another read of the same version, or the final count, had another checksum.
    fn has_other_sums(&self, reader: &Operation) -> bool {
        let Some(sum) = self.sum_read(reader) else {
            return false;
        };
        let last = self.evidence.last.filter(|last| last.seq == reader.read);
        let last = last.and(self.evidence.last_sum);
        let all = self.evidence.operations.iter();
        let others = all.filter(|one| one.read == reader.read);
        let mut sums = others.filter_map(|one| self.sum_read(one)).chain(last);
        sums.any(|other| other != sum)
    }

    /// Whether an operation read a version after it had itself read or written a newer one.
    fn is_read_after_a_newer(&self, version: u64) -> bool {
        (0..self.evidence.operations.len() as u32).any(|at| {
            let touched = self.evidence.touched(at).into_iter();
            let mut later = touched.skip_while(|one| one.version <= version);
            later.any(|one| !one.is_write && one.version == version)
        })
    }

    fn is_unexplained(&self, version: u64) -> bool {
        let known: Vec<&Operation> = self
            .evidence
            .operations
            .iter()
            .filter(|did| did.write == version)
            .filter(|did| did.outcome == OperationOutcome::Sold || self.has_written(did))
            .collect();
        let differs = |one: &Operation, left: u64| {
            let own = self.left_by(one);
            left != UNSAID && own.is_some_and(|own| own != left)
        };
        let is_not_of = |reader: &Operation, one: &Operation| {
            let enough = self.left_by(one) >= Some(u64::from(reader.quantity));
            let turned_away = reader.outcome == OperationOutcome::SoldOut && enough;
            let is_later = one.writes_from() > reader.read_by();
            let sums = self.has_other_sums(reader);
            turned_away || is_later || sums || differs(one, reader.left_at_read())
        };
        let is_past = |reader: &Operation| {
            let mut all = self.evidence.operations.iter();
            all.any(|one| {
                let sold = one.outcome == OperationOutcome::Sold && one.write > version;
                let read = one.read != UNSAID && one.read > version;
                one.over() < reader.invoke && (sold || read)
            })
        };
        let readers = || self.evidence.operations.iter();
        let mut of_version = readers().filter(|reader| reader.read == version);
        let is_read = of_version
            .any(|reader| is_past(reader) || known.iter().all(|one| is_not_of(reader, one)));
        let last = self.evidence.last.filter(|last| last.seq == version);
        let is_gone = |one: &Operation| {
            readers().any(|other| {
                let sold = other.outcome == OperationOutcome::Sold || self.has_written(other);
                let wrote = sold && other.write < version && other.writes_from() > one.over();
                other.read < version && other.invoke > one.over() || wrote
            })
        };
        let mut further = self.evidence.further_reads.iter();
        let is_read_besides = further.any(|read| {
            let reader = self.evidence.operation(read.operation);
            let is_other = known.iter().all(|one| differs(one, read.seen));
            read.version == version && (is_other || reader.is_some_and(is_past))
        });
        is_read
            || is_read_besides
            || self.is_read_after_a_newer(version)
            || last.is_some_and(|last| {
                let mut known = known.iter();
                known.all(|one| differs(one, last.left) || is_gone(one))
            })
    }
}
