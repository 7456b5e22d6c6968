//! Which of the locks that its operations had a finding is about.

use super::verdict::HistoryFinding;
use super::words_of_deadlocks::deadlocked;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, File, LockHold, UNSAID};

/// The locks that a finding is about, in the order of its operations; the waits of a deadlock. Empty for what is about no lock
/// that was got.
pub(crate) fn clashing<'a>(evidence: &'a Evidence, finding: &HistoryFinding) -> Vec<&'a LockHold> {
    let locks = Locks { evidence };
    match (finding.kind, &finding.operations[..]) {
        (Anomaly::Deadlock, _) => deadlocked(evidence, finding),
        (Anomaly::DeadInodeLock, [one]) => {
            let dead = locks.got(*one).find(|hold| hold.is_dead());
            dead.into_iter().collect()
        }
        (Anomaly::BrokenLock, [one, other]) => {
            locks.pair(*one, *other, |hold, second| hold.lock == second.lock)
        }
        (Anomaly::SplitLock, [one, other]) => {
            let has_acts = evidence.has_acts();
            let is_idle = |hold: &LockHold| evidence.is_idle(hold, has_acts);
            let apart = |hold: &LockHold, second: &LockHold| hold.lock != second.lock;
            locks.pair(*one, *other, |hold, second| {
                apart(hold, second) && !is_idle(hold) && !is_idle(second)
            })
        }
        (Anomaly::EndedLock, [one, other]) => locks.ended(*one, *other),
        _ => Vec::new(),
    }
}

struct Locks<'a> {
    evidence: &'a Evidence,
}

impl<'a> Locks<'a> {
    /// What an operation got, the last first.
    fn got(&self, at: u32) -> impl Iterator<Item = &'a LockHold> {
        let holds = self.evidence.operation(at).into_iter();
        let holds = holds.flat_map(|did| self.evidence.holds_of(did));
        holds.filter(|hold| hold.got != UNSAID)
    }

    fn file(&self, hold: &LockHold) -> Option<File> {
        self.evidence.files.get(hold.lock as usize).copied()
    }

    /// Two that were held at one time, and not both shared.
    fn pair(
        &self,
        one: u32,
        other: u32,
        is_of: impl Fn(&LockHold, &LockHold) -> bool,
    ) -> Vec<&'a LockHold> {
        let until = |hold: &LockHold| self.evidence.held_until(hold);
        let clashes = |hold: &LockHold, second: &LockHold| {
            let meet = hold.got < until(second) && second.got < until(hold);
            meet && !(hold.shared && second.shared) && is_of(hold, second)
        };
        let pairs = self.got(one);
        let mut pairs = pairs.filter_map(|hold| {
            let second = self.got(other).find(|second| clashes(hold, second))?;
            Some(vec![hold, second])
        });
        pairs.next().unwrap_or_default()
    }

    /// The lease that one wrote under, and the first that the other got after it and before that write.
    fn ended(&self, one: u32, other: u32) -> Vec<&'a LockHold> {
        let intend = self
            .evidence
            .operation(one)
            .map_or(UNSAID, |did| did.intend);
        let leased = |at: u32| self.got(at).filter(|hold| hold.leased);
        let mut own = leased(one).filter(|hold| (hold.got..=hold.released).contains(&intend));
        let Some(own) = own.next() else {
            return Vec::new();
        };
        let later = leased(other).filter(|second| {
            let files = self.file(own).zip(self.file(second));
            let is_later = files.is_some_and(|(first, other)| {
                // The numbers tell the order of the holders, unless the times tell another.
                let by_number = first.inode < other.inode && self.evidence.asked(own) <= second.got;
                let by_time = first.inode > other.inode && self.evidence.asked(second) > own.got;
                first.device == other.device && (by_number || by_time)
            });
            is_later && second.got < intend
        });
        let later = later.min_by_key(|second| second.got);
        [own].into_iter().chain(later).collect()
    }
}
