//! Sales that were written outside their locks, though the times of the writes alone do not tell: another read the version before
//! after the lock was let go, or the written one before the lock was got.

use std::collections::HashMap;

use super::done_by;
use crate::check::evidence::{CommittedLine, Evidence, LockHold, NONE, Operation, UNSAID};

/// Who read and wrote each version, as far as that tells when it was written.
pub(super) struct Sightings<'a> {
    evidence: &'a Evidence,
    /// From which version on it is not known who wrote it.
    silent_from: u64,
    versions: HashMap<u64, AtVersion>,
    /// The lines of the ledger by version: the version and the line.
    lines: Vec<(u64, u32)>,
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
}

impl<'a> Sightings<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let mut all = Self {
            evidence,
            silent_from: evidence.silent_from(),
            versions: HashMap::new(),
            lines: Vec::new(),
        };
        let lines = (0..).zip(evidence.ledger.iter().flatten());
        all.lines.extend(lines.map(|(at, line)| (line.seq, at)));
        all.lines.sort_unstable();
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
                version.written_by = version.written_by.max(done_by(did));
            }
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
        })
    }

    /// The ledger's lines of a version.
    fn lines_of(&self, version: u64) -> impl Iterator<Item = &CommittedLine> {
        let from = self.lines.partition_point(|line| line.0 < version);
        let own = self.lines.iter().skip(from);
        let own = own.take_while(move |line| line.0 == version);
        let ledger = self.evidence.ledger.as_deref().unwrap_or_default();
        own.filter_map(|line| ledger.get(line.1 as usize))
    }

    /// Whether the ledger has more lines of a version than there are who may have written it.
    fn is_put_back(&self, version: u64, writers: u32) -> bool {
        self.lines_of(version).count() > writers as usize
    }

    /// By whose read a sale was written while it held no lock that keeps others out.
    pub(super) fn by_whom(&self, index: u32, did: &Operation) -> Option<u32> {
        if did.write == UNSAID || did.read >= did.write {
            return None;
        }
        // Without a ledger, who read it tells that it was written, and else only the sale itself.
        let (is_written, says_so) = match &self.evidence.ledger {
            Some(_) => {
                let is_on_it = self.lines_of(did.write).any(|line| line.is_of(did));
                (is_on_it, is_on_it)
            }
            None => (true, did.wrote != UNSAID),
        };
        if !is_written {
            return None;
        }
        let still = says_so.then(|| self.still_read(index, did)).flatten();
        let by_then = self.read_before(index, did);
        still.or(by_then)
    }

    /// Who read the version before this sale, and began when the sale held no lock any more.
    fn still_read(&self, index: u32, did: &Operation) -> Option<u32> {
        let before = self.versions.get(&did.read)?;
        let (began, reader) = other_than(index, before.last_begun)?;
        // Nobody may have put it back after this sale.
        let (from, until) = (did.writes_from(), done_by(did));
        let is_gone = before.written_by < from && !self.is_put_back(did.read, before.writers);
        let is_known = is_gone && did.read < self.silent_from;
        let is_between = from <= began && began <= until;
        let is_free = !holds_between(self.evidence, did, (began, until));
        (is_known && is_between && is_free).then_some(reader)
    }

    /// Who had read what this sale wrote, which nobody else did, when the sale held no lock yet.
    fn read_before(&self, index: u32, did: &Operation) -> Option<u32> {
        let own = self.versions.get(&did.write)?;
        let (by, reader) = other_than(index, own.first_read)?;
        let (from, until) = (did.writes_from(), done_by(did));
        let is_alone = own.writers == 1 && !self.is_put_back(did.write, own.writers);
        let is_known = is_alone && did.write > self.evidence.first && did.write < self.silent_from;
        let is_between = from <= by && by <= until;
        let is_free = !holds_between(self.evidence, did, (from, by));
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
        file.is_some_and(|file| !file.is_none()) && !hold.leased
    };
    let holds = evidence.holds_of(did).filter(|hold| {
        // Of equal stamps it may have read before it got the lock, or after it let it go.
        let read = did.read_moment();
        let is_read_under = hold.got_moment() < read && read < hold.released_moment();
        let is_sure = hold.path == hold.lock || hold.path == NONE && !is_file(hold);
        hold.got != UNSAID && did.read_at != UNSAID && is_read_under && is_sure
    });
    holds.fold(did.invoke, |from, hold| from.max(hold.got))
}

/// Whether it held a lock that keeps others out at some time between these.
fn holds_between(evidence: &Evidence, did: &Operation, (from, until): (u64, u64)) -> bool {
    let mut holds = evidence.holds_of(did);
    holds.any(|hold| {
        let meets = hold.got <= until && hold.released >= from;
        hold.got != UNSAID && !hold.shared && meets
    })
}
