//! Sales that were written outside their locks, though the times of the writes alone do not tell: another read the version before
//! after the lock was let go, or the written one before the lock was got.

use std::collections::HashMap;

use crate::check::evidence::{Evidence, LockHold, NONE, Operation, OperationOutcome, UNSAID};

/// Who read and wrote each version, as far as that tells when it was written.
pub(super) struct Sightings<'a> {
    evidence: &'a Evidence,
    /// From which version on it is not known who wrote it.
    silent_from: u64,
    versions: HashMap<u64, AtVersion>,
}

struct AtVersion {
    /// The two who began last to read it, and when, ns: the one who wrote next may be one of them.
    last_begun: [(u64, u32); 2],
    /// The two who had read it first, and when, ns.
    first_read: [(u64, u32); 2],
    /// How many may have written it.
    writers: u32,
    /// By when all of them had, ns; [`UNSAID`] where that is not known.
    written_by: u64,
    /// How many lines the ledger has of it.
    lines: u32,
}

impl<'a> Sightings<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let mut all = Self {
            evidence,
            silent_from: evidence.silent_from(),
            versions: HashMap::new(),
        };
        for (at, did) in (0..).zip(&evidence.operations) {
            if did.read != UNSAID {
                let began = began_to_read(evidence, did);
                let version = all.version(did.read);
                let [last, before] = version.last_begun;
                let own = (began, at);
                if before.1 == NONE || began > before.0 {
                    let is_last = last.1 == NONE || began > last.0;
                    version.last_begun = if is_last { [own, last] } else { [last, own] };
                }
                let [first, next] = version.first_read;
                let own = (did.read_by(), at);
                if own.0 < next.0 {
                    let is_first = own.0 < first.0;
                    version.first_read = if is_first { [own, first] } else { [first, own] };
                }
            }
            if did.write != UNSAID {
                let version = all.version(did.write);
                version.writers += 1;
                version.written_by = version.written_by.max(written_by(did));
            }
        }
        for line in evidence.ledger.iter().flatten() {
            all.version(line.seq).lines += 1;
        }
        for intent in &evidence.earlier_intents {
            // Whether that was written, and when, nobody knows.
            let version = all.version(intent.write);
            version.writers += 1;
            version.written_by = UNSAID;
        }
        all
    }

    fn version(&mut self, version: u64) -> &mut AtVersion {
        self.versions.entry(version).or_insert(AtVersion {
            last_begun: [(0, NONE); 2],
            first_read: [(UNSAID, NONE); 2],
            writers: 0,
            written_by: 0,
            lines: 0,
        })
    }

    /// By whose read a sale was written while it held no lock that keeps others out.
    pub(super) fn by_whom(&self, index: u32, did: &Operation) -> Option<u32> {
        let known = did.intend != UNSAID && did.read != UNSAID && did.write != UNSAID;
        let written = match self.evidence.ledger.as_ref() {
            Some(lines) => lines.iter().any(|line| line.is_of(did)),
            None => did.wrote != UNSAID,
        };
        if !known || !written || did.read >= did.write {
            return None;
        }
        let still = self.still_read(index, did);
        let by_then = self.read_before(index, did);
        still.or(by_then)
    }

    /// Who read the version before this sale, and began when the sale held no lock any more.
    fn still_read(&self, index: u32, did: &Operation) -> Option<u32> {
        let before = self.versions.get(&did.read)?;
        let (began, reader) = other_than(index, before.last_begun)?;
        // Nobody may have put it back after this sale.
        let is_gone = before.written_by <= did.intend && before.lines <= before.writers;
        let is_known = is_gone && did.read < self.silent_from;
        let is_between = did.intend <= began && began <= did.wrote;
        let is_free = !holds_between(self.evidence, did, (began, did.wrote));
        (is_known && is_between && is_free).then_some(reader)
    }

    /// Who had read what this sale wrote, which nobody else did, when the sale held no lock yet.
    fn read_before(&self, index: u32, did: &Operation) -> Option<u32> {
        let own = self.versions.get(&did.write)?;
        let (by, reader) = other_than(index, own.first_read)?;
        let is_alone = own.writers == 1 && own.lines <= 1 && did.write < self.silent_from;
        let is_known = is_alone && did.write > self.evidence.first;
        let is_between = did.intend <= by && by <= did.wrote;
        let is_free = !holds_between(self.evidence, did, (did.intend, by));
        (is_known && is_between && is_free).then_some(reader)
    }
}

fn other_than(index: u32, all: [(u64, u32); 2]) -> Option<(u64, u32)> {
    all.into_iter().find(|(_, at)| ![index, NONE].contains(at))
}

/// When it began to read: not before it had got the lock under which it did. Of a lock whose path means another file, what was
/// read may have been opened before.
fn began_to_read(evidence: &Evidence, did: &Operation) -> u64 {
    let is_file = |hold: &LockHold| {
        let file = evidence.files.get(hold.lock as usize);
        file.is_some_and(|file| (file.device, file.inode) != (0, 0)) && !hold.leased
    };
    let holds = evidence.holds_of(did).filter(|hold| {
        let is_read_under = (hold.got..=hold.released).contains(&did.read_at);
        let is_sure = hold.path == hold.lock || hold.path == NONE && !is_file(hold);
        hold.got != UNSAID && did.read_at != UNSAID && is_read_under && is_sure
    });
    holds.fold(did.invoke, |from, hold| from.max(hold.got))
}

/// By when it had written, if it did, ns.
fn written_by(did: &Operation) -> u64 {
    match (did.wrote, did.outcome) {
        (UNSAID, OperationOutcome::Sold) => did.returned,
        (wrote, _) => wrote,
    }
}

/// Whether it held a lock that keeps others out at some time between these.
fn holds_between(evidence: &Evidence, did: &Operation, (from, until): (u64, u64)) -> bool {
    let mut holds = evidence.holds_of(did);
    holds.any(|hold| {
        let meets = hold.got <= until && hold.released >= from;
        hold.got != UNSAID && !hold.shared && meets
    })
}
