//! Findings in words; those about locks here.

use super::clashing::clashing;
use super::phrases::Phrases;
use super::possible_forks::PossibleForks;
use super::verdict::HistoryFinding;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, File, NOWHERE, UNSAID};
use crate::check::listing::choice;

/// So many who may have written are named.
const NAMED: usize = 3;

/// The file of a lock that there is not.
const NOBODYS: File = File {
    device: 0,
    inode: 0,
};

/// One finding as a sentence, with names, times and values; its own text is not looked at.
#[must_use]
pub fn sentence(evidence: &Evidence, finding: &HistoryFinding) -> String {
    let words = Phrases { evidence, finding };
    let version = finding.version.unwrap_or_default();
    let unless = if finding.is_supposed() {
        words.unless_others_wrote()
    } else {
        String::new()
    };
    let said = match finding.kind {
        Anomaly::LostUpdate => {
            let possible = evidence.possible();
            words.lost_update(&PossibleForks::of(evidence, &possible), version)
        }
        Anomaly::StaleRead => words.stale(version),
        Anomaly::TornRead => words.torn(),
        Anomaly::DirtyRead => words.dirty(version),
        Anomaly::Phantom => words.phantom(),
        Anomaly::Oversold => words.oversold(version),
        Anomaly::LostSale => words.lost_sale(),
        Anomaly::Conservation => words.conservation(version),
        Anomaly::FalseSoldOut => words.false_sold_out(version),
        Anomaly::Gap => words.gap(version),
        _ => words.lock(),
    };
    said + &unless
}

/// Puts the lost updates in words, all by one tree of versions.
pub(super) fn tell_lost_updates(evidence: &Evidence, findings: &mut [HistoryFinding]) {
    let lost = |finding: &&mut HistoryFinding| finding.kind == Anomaly::LostUpdate;
    let mut findings = findings.iter_mut().filter(lost).peekable();
    if findings.peek().is_none() {
        return;
    }
    let possible = evidence.possible();
    let forks = PossibleForks::of(evidence, &possible);
    for finding in findings {
        let version = finding.version.unwrap_or_default();
        let words = Phrases { evidence, finding };
        finding.text = words.lost_update(&forks, version);
    }
}

impl Phrases<'_> {
    /// Who may have written without saying so: then it is another thing that is wrong.
    fn unless_others_wrote(&self) -> String {
        let unsure = self.evidence.unsure_writers();
        let dids = unsure.iter().filter_map(|at| self.evidence.operation(*at));
        let names = dids.map(|did| self.evidence.names.name(did.buyer).to_owned());
        let names: Vec<String> = names.collect();
        match names.len() {
            0 => String::new(),
            1..=NAMED => format!(" (unless {} wrote, who may have)", choice(&names)),
            many => format!(" (unless one of {many} others wrote, who may have)"),
        }
    }

    fn outside(&self) -> String {
        let text = format!(
            "{} wrote version {} outside a lock that keeps others out",
            self.who(0),
            self.operation(0).write
        );
        if self.finding.operations.len() < 2 {
            return text;
        }
        format!("{text}: {}", self.seen_outside())
    }

    /// By what another read a sale is known to have been written outside its locks.
    fn seen_outside(&self) -> String {
        let (a, b) = (self.who(0), self.who(1));
        let (did, reader) = (self.operation(0), self.operation(1));
        let read = reader.read;
        if read == did.write {
            let by = self.time(reader.read_by());
            let from = self.time(did.writes_from());
            return format!("{b} had read it by {by}, and {a} held none from {from} until then");
        }
        let own = self.evidence.holds_of(&did).filter(|hold| !hold.shared);
        let released = own.map(|hold| hold.released).filter(|at| *at != UNSAID);
        let released = released
            .filter(|at| *at <= did.wrote)
            .max()
            .unwrap_or(UNSAID);
        format!(
            "{b} still read version {read} after {a} had let it go at {}",
            self.time(released)
        )
    }

    fn lock(&self) -> String {
        let (a, b) = (self.who(0), self.who(1));
        let locks = clashing(self.evidence, self.finding);
        let hold = |at: usize| {
            locks.get(at).map_or((UNSAID, NOBODYS), |hold| {
                let file = self.evidence.files.get(hold.lock as usize);
                (hold.got, file.copied().unwrap_or(NOBODYS))
            })
        };
        let (got, file) = hold(0);
        let (other_got, other) = hold(1);
        let inode = file.inode;
        let leased = |at: usize| locks.get(at).is_some_and(|hold| hold.leased);
        let named = [(file, leased(0)), (other, leased(1))];
        match self.finding.kind {
            Anomaly::BrokenLock => self.broken_lock(&locks),
            Anomaly::SplitLock if named.iter().any(|(file, leased)| *leased || file.is_none()) => {
                let told = |(file, leased): (File, bool)| match (file, leased) {
                    (file, true) => format!(
                        "the lease with the number {} of {}",
                        file.inode, file.device
                    ),
                    (NOBODYS, false) => "one that is no file's".to_owned(),
                    (file, false) if file.is_none() => {
                        format!("that with the number {}, no file's", file.inode)
                    }
                    (file, false) => format!("that of the file with inode {}", file.inode),
                };
                let [one, other] = named.map(told);
                format!(
                    "{a} had one lock ({one}) and {b} had another ({other}): two locks keep nobody out"
                )
            }
            Anomaly::SplitLock => {
                // Two devices may have one inode.
                let told = |of: File| {
                    let device = if inode == other.inode {
                        format!(" of device {}", of.device)
                    } else {
                        String::new()
                    };
                    format!("inode {}{device}", of.inode)
                };
                format!(
                    "{a} locked one file ({}) and {b} locked another ({}): two locks keep nobody out",
                    told(file),
                    told(other)
                )
            }
            Anomaly::DeadInodeLock => format!(
                "{a} got the lock of a file (inode {inode}) at {}, when {}",
                self.time(got),
                if locks.first().is_some_and(|hold| hold.path == NOWHERE) {
                    "that file had been removed: whoever comes next locks a new one"
                } else {
                    "another file had taken its place"
                }
            ),
            Anomaly::EndedLock => {
                let did = self.operation(0);
                format!(
                    "{a} began to write version {} at {} under a lock that had ended: it got it at {}, its lease ended, and \
                     {b} got the lock at {}{}",
                    did.write,
                    self.time(did.intend),
                    self.time(got),
                    self.time(other_got),
                    if other.inode < inode {
                        format!(
                            "; the lock's numbers do not grow with its holders: {a} had {inode}, and {b}, who asked for it \
                             later, got {}",
                            other.inode
                        )
                    } else {
                        String::new()
                    }
                )
            }
            Anomaly::UnlockedWrite => self.outside(),
            _ => self.deadlock(),
        }
    }
}
