//! Findings in words; those about locks here.

use super::clashing::clashing;
use super::forks::Forks;
use super::phrases::Phrases;
use super::verdict::HistoryFinding;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, File, LockHold, NOWHERE, UNSAID};

/// The file of a lock that there is not.
const NOBODYS: File = File {
    device: 0,
    inode: 0,
};

/// What a hold is that its holder was about to have alone.
const CONVERTED: &str =
    ", and had asked for it alone meanwhile: flock drops a shared lock while it converts it";

/// One finding as a sentence, with names, times and values; its own text is not looked at.
#[must_use]
pub fn sentence(evidence: &Evidence, finding: &HistoryFinding) -> String {
    let words = Phrases { evidence, finding };
    let version = finding.version.unwrap_or_default();
    match finding.kind {
        Anomaly::LostUpdate => words.lost_update(&Forks::of(evidence), version),
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
    }
}

/// Puts the lost updates in words, all by one tree of versions.
pub(super) fn tell_lost_updates(evidence: &Evidence, findings: &mut [HistoryFinding]) {
    let lost = |finding: &&mut HistoryFinding| finding.kind == Anomaly::LostUpdate;
    let mut findings = findings.iter_mut().filter(lost).peekable();
    if findings.peek().is_none() {
        return;
    }
    let forks = Forks::of(evidence);
    for finding in findings {
        let version = finding.version.unwrap_or_default();
        let words = Phrases { evidence, finding };
        finding.text = words.lost_update(&forks, version);
    }
}

impl Phrases<'_> {
    /// Whether a hold was shared, and its holder had asked for the lock alone by a time, and did not have it so yet.
    fn is_in_conversion(&self, hold: &LockHold, at: u64) -> bool {
        let next = self.evidence.held_on(hold);
        let asked = next.is_some_and(|next| {
            let wanted = next.wanted == UNSAID || next.wanted <= at;
            !next.shared && wanted && next.got > at
        });
        hold.shared && asked
    }

    fn lock(&self) -> String {
        let (a, b) = (self.who(0), self.who(1));
        let locks = clashing(self.evidence, self.finding);
        let hold = |at: usize| {
            locks.get(at).map_or((UNSAID, UNSAID, NOBODYS), |hold| {
                let file = self.evidence.files.get(hold.lock as usize);
                (hold.got, hold.released, file.copied().unwrap_or(NOBODYS))
            })
        };
        let (got, released, file) = hold(0);
        let (other_got, _, other) = hold(1);
        let inode = file.inode;
        match self.finding.kind {
            Anomaly::BrokenLock => {
                let first = locks.first().copied();
                let how = first.filter(|hold| self.is_in_conversion(hold, other_got));
                format!(
                    "{b} got the lock (of the file with inode {inode}) at {}, while {a} held it{} from {} to {}{}",
                    self.time(other_got),
                    if how.is_some() { " shared" } else { "" },
                    self.time(got),
                    self.time(released),
                    if how.is_some() { CONVERTED } else { "" }
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
                     {b} got the lock at {}",
                    did.write,
                    self.time(did.intend),
                    self.time(got),
                    self.time(other_got),
                )
            }
            Anomaly::UnlockedWrite => {
                format!(
                    "{a} wrote version {} outside a lock that keeps others out",
                    self.operation(0).write
                )
            }
            _ => self.deadlock(),
        }
    }
}
