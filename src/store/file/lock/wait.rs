//! A wait for a lock: for how long, how, and as long as what.

use std::time::{Duration, Instant};

use crate::store::file::backoff::Backoff;

/// How long to stay away from a lock at first.
const NAP: Duration = Duration::from_millis(1);

/// How often to nap before queueing: enough for a few holders of a lock that nobody thinks under.
const NAPS: u32 = 15;

/// A process that gives the processor up at once hands it to the next one that finds the lock taken; and after so many
/// looks those who look are too many. The naps are so long that those who stay sell a hundred or so undisturbed.
const BACKOFF: Backoff = Backoff::NONE.spins(3).yields(10).naps(NAPS, NAP, NAP);

const LONG_BACKOFF: Backoff =
    Backoff::NONE
        .yields(1)
        .naps(NAPS, Duration::from_millis(4), Duration::from_millis(16));

/// A request for a lock: for how long, and whether it is still wanted.
pub(crate) struct Wait<'a> {
    /// For how long to wait, on the monotonic clock.
    pub(crate) limit: Duration,
    /// When that is over, from the first lock on that is waited for.
    deadline: Option<Instant>,
    /// Asked a few times a second while waiting; `false` ends the wait.
    pub(crate) still_wanted: &'a mut dyn FnMut() -> bool,
    /// Called after each nap, before the lock is tried again: what can be done without it need not be done
    /// under it.
    meanwhile: Option<&'a mut dyn FnMut()>,
    /// How to look again, when somebody holds the lock, before this queues for it.
    backoff: Backoff,
}

impl<'a> Wait<'a> {
    /// Waits so long, as long as it is wanted.
    pub(crate) fn wanted(limit: Duration, still_wanted: &'a mut dyn FnMut() -> bool) -> Self {
        Self {
            limit,
            deadline: None,
            still_wanted,
            meanwhile: None,
            backoff: BACKOFF,
        }
    }

    /// When the wait is over: one deadline for all the locks that are taken one after the other.
    pub(crate) fn deadline(&mut self) -> Instant {
        let limit = self.limit;
        *self.deadline.get_or_insert_with(|| Instant::now() + limit)
    }

    /// The same, over at this moment: what another lock has left of it.
    pub(crate) fn until(self, deadline: Instant) -> Self {
        let deadline = Some(deadline);
        Self { deadline, ..self }
    }

    /// The same for a lock that its holders take again at once, for they wait for no disk: a process that looks
    /// less often, and ever more seldom, disturbs them less. (The busy handler of `SQLite` naps up to 100 ms.)
    pub(crate) fn backing_off_for_longer(self) -> Self {
        let backoff = LONG_BACKOFF;
        Self { backoff, ..self }
    }

    /// How to look again.
    pub(crate) fn backoff(&self) -> Backoff {
        self.backoff
    }

    /// Does what can be done without the lock.
    pub(crate) fn use_the_time(&mut self) {
        if let Some(meanwhile) = &mut self.meanwhile {
            meanwhile();
        }
    }

    /// The same, with something to do meanwhile.
    pub(crate) fn doing(self, meanwhile: &'a mut dyn FnMut()) -> Self {
        Self {
            meanwhile: Some(meanwhile),
            ..self
        }
    }
}
