//! Locks that leases hold: who is stopped for longer than its lease lives has lost its lock, and does not know it. That
//! a lease ended is no anomaly; a sale that was written after somebody else had got the lock is one.

use std::collections::BTreeSet;

use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, File, LockHold, OperationOutcome, UNSAID};
use crate::check::history::findings::Findings;

/// Of so many who asked later and got a smaller number it is looked at when they got it.
const MOST: usize = 64;

/// Who got a lock after another: by the numbers, which grow with the holders, unless the times tell that they do not.
pub(super) fn check(evidence: &Evidence, findings: &mut Findings<'_>) {
    let leased = evidence.holds.iter().filter(|hold| hold.leased);
    let got = leased.filter(|hold| hold.got != UNSAID);
    let mut holds: Vec<(File, &LockHold)> = got
        .filter_map(|hold| Some((*evidence.files.get(hold.lock as usize)?, hold)))
        .collect();
    holds.sort_by_key(|(file, hold)| (file.device, file.inode, hold.operation));
    let mut ended = Vec::new();
    for lock in holds.chunk_by(|one, other| one.0.device == other.0.device) {
        let numbers: Vec<_> = lock
            .chunk_by(|one, other| one.0.inode == other.0.inode)
            .collect();
        let mut greater = BTreeSet::new();
        for alike in numbers.iter().rev() {
            ended.extend(alike.iter().filter_map(|(_, hold)| {
                let (from, until) = (evidence.asked(hold), wrote_under(evidence, hold)?);
                let mut later = greater.range((from, 0)..(until.max(from), 0));
                let by = later.find(|(_, by)| *by != hold.operation)?;
                Some([hold.operation, by.1])
            }));
            greater.extend(alike.iter().map(|(_, hold)| (hold.got, hold.operation)));
        }
        let mut smaller = BTreeSet::new();
        for alike in &numbers {
            ended.extend(alike.iter().filter_map(|(_, hold)| {
                let (from, until) = (hold.got.saturating_add(1), wrote_under(evidence, hold)?);
                let later = smaller.range((from, 0, 0)..(until.max(from), 0, 0));
                let is_in_time =
                    |(_, got, by): &&(u64, u64, u32)| *got < until && *by != hold.operation;
                let by = later.take(MOST).find(is_in_time)?;
                Some([hold.operation, by.2])
            }));
            let asked = alike
                .iter()
                .map(|(_, hold)| (evidence.asked(hold), hold.got, hold.operation));
            smaller.extend(asked);
        }
    }
    ended.sort_unstable();
    ended.dedup();
    for pair in ended {
        findings.add(Anomaly::EndedLock, &pair, None);
    }
}

/// When the sale of this hold's operation was begun to be written, if that was within this hold.
fn wrote_under(evidence: &Evidence, hold: &LockHold) -> Option<u64> {
    let did = evidence.operation(hold.operation)?;
    let has_written = did.outcome == OperationOutcome::Sold || did.wrote != UNSAID;
    let is_within = (hold.got..=hold.released).contains(&did.intend);
    (has_written && did.intend != UNSAID && is_within).then_some(did.intend)
}
