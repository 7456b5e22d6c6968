//! In words: that two held one lock at once.

use super::phrases::Phrases;
use crate::check::evidence::{Evidence, LockHold, UNSAID};

/// What a hold is that its holder was about to have alone.
const CONVERTED: &str =
    ", and had asked for it alone meanwhile: flock drops a shared lock while it converts it";

impl Phrases<'_> {
    /// `locks`: the two holds.
    pub(super) fn broken_lock(&self, locks: &[&LockHold]) -> String {
        let (a, b) = (self.who(0), self.who(1));
        let [hold, second] = locks else {
            return format!("{b} got the lock while {a} held it");
        };
        let converted = self.is_in_conversion(hold, second.got);
        let until = match hold.released {
            UNSAID => format!(
                " and does not say until when ('lock_released'): taken to have held it until the last that it read or wrote, at {}",
                self.time(self.evidence.held_until(hold))
            ),
            released => format!(" to {}", self.time(released)),
        };
        format!(
            "{b} got the lock{} at {}, while {a} held it{} from {}{until}{}{}",
            which(self.evidence, hold),
            self.time(second.got),
            if converted { " shared" } else { "" },
            self.time(hold.got),
            if converted { CONVERTED } else { "" },
            self.of_processes(hold)
        )
    }

    /// A mutex that two processes have for themselves is not one lock, though both may call it so.
    fn of_processes(&self, hold: &LockHold) -> String {
        let pids = (self.operation(0).pid, self.operation(1).pid);
        let is_told = pids.0 != pids.1 && pids.0 != 0 && pids.1 != 0;
        if hold.leased || !is_told || !is_no_file(self.evidence, hold) {
            return String::new();
        }
        format!(
            "; they are of two processes ({} and {}): where each has a mutex of its own, each needs a number of its own ('inode')",
            pids.0, pids.1
        )
    }

    /// Whether a hold was shared, and its holder had asked for the lock alone by a time, and did not have it so yet.
    fn is_in_conversion(&self, hold: &LockHold, at: u64) -> bool {
        let next = self.evidence.held_on(hold);
        let asked = next.is_some_and(|next| {
            let wanted = next.wanted == UNSAID || next.wanted <= at;
            !next.shared && wanted && next.got > at
        });
        hold.shared && asked
    }
}

fn is_no_file(evidence: &Evidence, hold: &LockHold) -> bool {
    let file = evidence.files.get(hold.lock as usize);
    file.is_none_or(|file| file.is_none())
}

/// Which lock it is; nothing of the only one that is no file's.
fn which(evidence: &Evidence, hold: &LockHold) -> String {
    match evidence.files.get(hold.lock as usize) {
        Some(file) if hold.leased => format!(" (the lease with the number {})", file.inode),
        Some(file) if !file.is_none() => format!(" (of the file with inode {})", file.inode),
        Some(file) if file.inode != 0 => {
            format!(" (the one with the number {}, no file's)", file.inode)
        }
        _ => String::new(),
    }
}
