//! Locks that leases hold: who is stopped for longer than its lease lives has lost its lock, and does not know it. That
//! a lease ended is no anomaly; a sale that was written after somebody else had got the lock is one.

use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, File, LockHold, OperationOutcome, UNSAID};
use crate::check::history::findings::Findings;

/// Each leased hold in the order in which the locks were given, and of those behind each the one that was got first.
pub(super) fn check(evidence: &Evidence, findings: &mut Findings<'_>) {
    let leased = evidence.holds.iter().filter(|hold| hold.leased);
    let got = leased.filter(|hold| hold.got != UNSAID);
    let mut holds: Vec<(File, &LockHold)> = got
        .filter_map(|hold| Some((*evidence.files.get(hold.lock as usize)?, hold)))
        .collect();
    holds.sort_by_key(|(file, hold)| (file.device, file.inode, hold.operation));
    let mut ended = Vec::new();
    let mut next: Option<(File, &LockHold)> = None;
    for (file, hold) in holds.into_iter().rev() {
        let later = next.filter(|(later, _)| later.device == file.device);
        if let Some((later, by)) = later
            && later.inode > file.inode
            && by.operation != hold.operation
            && wrote_under(evidence, hold).is_some_and(|at| at > by.got)
        {
            ended.push([hold.operation, by.operation]);
        }
        if later.is_none_or(|(_, by)| hold.got <= by.got) {
            next = Some((file, hold));
        }
    }
    ended.sort_unstable();
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
