//! What a read tells: that a write was outside a lock, and that a version has another checksum.

use super::case::Case;
use crate::check::evidence::{LockHold, NONE, Operation, OperationOutcome, UNSAID};

impl Case<'_> {
    /// Whether what another read shows that a sale was written while it held no lock that keeps others out.
    pub(super) fn seen_outside(&self, did: &Operation, reader: &Operation) -> bool {
        let mut holds = self.evidence.holds.iter();
        let locks = holds.any(|hold| hold.got != UNSAID);
        let untimed = self.evidence.holds_of(did).any(LockHold::is_untimed);
        let wrote = did.outcome == OperationOutcome::Sold || did.wrote != UNSAID;
        if !locks || untimed || !wrote {
            return false;
        }
        let known = did.read < did.write && did.write != UNSAID;
        // Between these it wrote.
        let begun = [did.intend, did.read_at, did.invoke];
        let begun = begun.into_iter().find(|at| *at != UNSAID).unwrap_or(0);
        let done = match did.wrote {
            UNSAID => did.over(),
            wrote => wrote,
        };
        let free = |from: u64, until: u64| {
            let mut holds = self.got(did);
            let meets = |hold: &LockHold| hold.got <= until && from <= hold.released;
            begun <= from
                && from <= until
                && until <= done
                && !holds.any(|hold| !hold.shared && meets(hold))
        };
        // Who began to read it after that write was done contradicts that it was.
        let others = |version: u64| {
            let all = self.evidence.operations.iter();
            all.filter(move |one| one.read == version && !std::ptr::eq(*one, did))
        };
        let still = reader.read == did.read
            && others(did.read).all(|one| self.began_to_read(one) <= done)
            && self.is_over_by(did.read, begun)
            && free(self.began_to_read(reader), done)
            && self.has_written(did);
        let before = reader.read == did.write
            && did.write > self.evidence.first
            && self.may_have_written_of(did.write) == 1
            && self.lines_of(did.write) <= 1
            && others(did.write).all(|one| one.read_by() >= begun)
            && free(begun, reader.read_by())
            && (self.evidence.ledger.is_none() || self.on_ledger(did));
        let open = |version: u64| self.is_open(version);
        known && (still && !open(did.read) || before && !open(did.write))
    }

    /// Whether everybody who may have written a version had by a time.
    fn is_over_by(&self, version: u64, time: u64) -> bool {
        let all = self.evidence.operations.iter();
        let mut wrote = all.filter(|did| did.write == version);
        let is_over = |did: &Operation| match did.outcome {
            OperationOutcome::Sold if did.wrote == UNSAID => did.returned <= time,
            _ => did.wrote <= time,
        };
        let mut earlier = self.evidence.earlier_intents.iter();
        self.lines_of(version) <= self.may_have_written_of(version)
            && wrote.all(is_over)
            && !earlier.any(|intent| intent.write == version)
    }

    fn lines_of(&self, version: u64) -> usize {
        let lines = self.evidence.ledger.iter().flatten();
        lines.filter(|line| line.seq == version).count()
    }

    /// How many may have written a version, whatever they were told.
    fn may_have_written_of(&self, version: u64) -> usize {
        let all = self.evidence.operations.iter();
        let earlier = self.evidence.earlier_intents.iter();
        all.filter(|did| did.write == version).count()
            + earlier.filter(|intent| intent.write == version).count()
    }

    /// When it began to read: after `invoke`, and after it got the lock under which it read, where that was the lock that its path
    /// meant.
    fn began_to_read(&self, did: &Operation) -> u64 {
        let under = self.got(did).filter(|hold| {
            let file = self.evidence.files.get(hold.lock as usize);
            let is_file = !hold.leased && file.is_some_and(|file| file.device != 0);
            let right = hold.path == hold.lock || hold.path == NONE && !is_file;
            right && did.read_at != UNSAID && hold.got < did.read_at && did.read_at < hold.released
        });
        under
            .map(|hold| hold.got)
            .chain([did.invoke])
            .max()
            .unwrap_or_default()
    }

    /// Whether only one may have written a version, so that it has one checksum.
    fn is_one(&self, version: u64) -> bool {
        let writers = self.evidence.operations.iter();
        let writers = writers.filter(|did| did.write == version);
        let lines = self.evidence.ledger.iter().flatten();
        let strangers = lines
            .filter(|line| line.seq == version)
            .filter(|line| !writers.clone().any(|did| line.is_of(did)))
            .count();
        let most = usize::from(version > self.evidence.first);
        let all = self.may_have_written_of(version) + strangers;
        version >= self.evidence.first
            && !self.is_open(version)
            && all <= most
            && self.lines_of(version) <= most
    }

    /// Whether the final count has a checksum that none of the ledger's lines of its version has.
    pub(super) fn final_sum_differs(&self, version: u64) -> bool {
        let last = self.evidence.last.filter(|last| last.seq == version);
        let Some((_, sum)) = last.zip(self.evidence.last_sum) else {
            return false;
        };
        let lines = (0..).zip(self.evidence.ledger.iter().flatten());
        let mut lines = lines.filter(|(_, line)| line.seq == version).peekable();
        let differs = |at: u32| {
            let mut sums = self.evidence.ledger_sums.iter();
            sums.any(|(line, own)| *line == at && *own != sum)
        };
        lines.peek().is_some() && lines.all(|(at, _)| differs(at))
    }

    /// Whether it read another checksum than the final count of the same version has, of which there is one.
    pub(super) fn read_another_than_final(&self, did: &Operation) -> bool {
        let last = self.evidence.last.filter(|last| last.seq == did.read);
        let sums = self.sum_read(did).zip(self.evidence.last_sum);
        last.is_some() && self.is_one(did.read) && sums.is_some_and(|(one, other)| one != other)
    }

    /// Whether two read one version, of which there is one, with unlike checksums.
    pub(super) fn read_unlike(&self, one: &Operation, other: &Operation) -> bool {
        let sums = self.sum_read(one).zip(self.sum_read(other));
        one.read == other.read
            && self.is_one(one.read)
            && sums.is_some_and(|(one, other)| one != other)
    }

    pub(super) fn sum_read(&self, did: &Operation) -> Option<u64> {
        let mut all = self.evidence.operations.iter();
        let index = all.position(|one| std::ptr::eq(one, did))?;
        self.evidence.sum_of(index as u32)
    }
}
