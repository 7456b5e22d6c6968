//! Findings in words; those about locks here.

use super::phrases::Phrases;
use super::verdict::HistoryFinding;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, UNSAID};

/// One finding as a sentence, with names, times and values; its own text is not looked at.
#[must_use]
pub fn sentence(evidence: &Evidence, finding: &HistoryFinding) -> String {
    let words = Phrases { evidence, finding };
    let version = finding.version.unwrap_or_default();
    match finding.kind {
        Anomaly::LostUpdate => words.lost_update(version),
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

impl Phrases<'_> {
    fn lock(&self) -> String {
        let (a, b) = (self.who(0), self.who(1));
        let hold = |at: usize| {
            let operation = self.operation(at);
            let held = self
                .evidence
                .holds_of(&operation)
                .find(|hold| hold.got != UNSAID);
            held.map_or((UNSAID, UNSAID, 0), |hold| {
                let file = self.evidence.files.get(hold.lock as usize);
                (hold.got, hold.released, file.map_or(0, |file| file.inode))
            })
        };
        let (got, released, inode) = hold(0);
        let (other_got, _, other_inode) = hold(1);
        match self.finding.kind {
            Anomaly::BrokenLock => format!(
                "{b} got the lock (of the file with inode {inode}) at {}, while {a} held it from {} to {}",
                self.time(other_got),
                self.time(got),
                self.time(released)
            ),
            Anomaly::SplitLock => format!(
                "{a} locked one file (inode {inode}) and {b} locked another (inode {other_inode}): two locks keep nobody out"
            ),
            Anomaly::DeadInodeLock => format!(
                "{a} got the lock of a file (inode {inode}) at {}, when another file had taken its place",
                self.time(got)
            ),
            Anomaly::UnlockedWrite => {
                format!(
                    "{a} wrote version {} outside a lock that keeps others out",
                    self.operation(0).write
                )
            }
            _ => format!(
                "{a} waits for a lock that {b} holds, and {b} waits for {a} in turn: neither ever goes on"
            ),
        }
    }
}
