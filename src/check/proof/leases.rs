//! Which lock is which: leases that had ended, and locks that are meant to be two.

use super::case::Case;
use crate::check::evidence::{File, LockHold, Operation, OperationOutcome, UNSAID};

impl Case<'_> {
    pub(super) fn file(&self, hold: &LockHold) -> Option<File> {
        self.evidence.files.get(hold.lock as usize).copied()
    }

    /// Whether `one` asked, while it held a lock, for what `other` got: then those are two locks that are meant to be two.
    pub(super) fn asks_for(&self, one: &Operation, other: &Operation) -> bool {
        let waits = self.evidence.holds_of(one);
        let mut waits = waits.filter(|wait| wait.got == UNSAID && wait.wanted != UNSAID);
        waits.any(|wait| {
            self.got(one).any(|own| own.got <= wait.wanted)
                && self.got(other).any(|theirs| theirs.lock == wait.lock)
        })
    }

    /// Whether `one` wrote within a hold whose lease had ended: `other` had got the same lock after it, before that write.
    pub(super) fn ended(&self, one: &Operation, other: &Operation) -> bool {
        let sold = one.outcome == OperationOutcome::Sold || one.wrote != UNSAID;
        let leased = |did| self.got(did).filter(|hold| hold.leased);
        sold && one.intend != UNSAID
            && leased(one).any(|hold| {
                let within = hold.got <= one.intend && one.intend <= hold.released;
                let taken = leased(other).any(|second| {
                    let files = self.file(hold).zip(self.file(second));
                    let asked = |did: &Operation, of: &LockHold| match of.wanted {
                        UNSAID => did.invoke,
                        wanted => wanted,
                    };
                    let later = files.is_some_and(|(first, next)| {
                        let by_number = first.inode < next.inode && asked(one, hold) <= second.got;
                        let by_time = first.inode > next.inode && asked(other, second) > hold.got;
                        first.device == next.device && (by_number || by_time)
                    });
                    later && second.got < one.intend
                });
                within && taken
            })
    }
}
