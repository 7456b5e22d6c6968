//! The wait strategies: how a thread waits for its locks, so that it need not wait for ever.

use std::fmt;
use std::fs::File;

use crate::error::Result;
use crate::store::file::backoff::Backoff;
use crate::store::file::lock::awaited::AwaitedLock;
use crate::store::file::lock::guarded::{self, DeadlineGuard};
use crate::store::file::lock::handed_over::{self, LockWaiter};
use crate::store::file::lock::polled::poll;
use crate::store::file::lock::stepped::{self, StepControl};
use crate::store::file::lock::wait::Wait;

/// How a thread waits for its locks.
pub(crate) enum WaitStrategy {
    /// A second thread blocks and hands the lock over.
    HandedOver {
        waiter: LockWaiter,
        /// Whether to poll before: a lock that is held for microseconds is free again long before a second thread
        /// has run. A process that finds it free overtakes those that queue.
        polls: bool,
    },
    /// The thread itself blocks, and the guard ends the whole process when that takes too long.
    Guarded(Box<dyn DeadlineGuard>),
    /// The lock is tried, and the control is asked before each further try.
    Stepped(Box<dyn StepControl>),
}

impl WaitStrategy {
    /// A second thread blocks and hands the lock over, in the order of the queue.
    pub(crate) fn queued() -> Self {
        Self::HandedOver {
            waiter: LockWaiter::default(),
            polls: false,
        }
    }

    /// Whether a step control is asked.
    pub(crate) fn is_stepped(&self) -> bool {
        matches!(self, Self::Stepped(_))
    }

    /// Waits until the lock is there, at the longest until the deadline of the wait.
    pub(crate) fn lock(&mut self, lock: AwaitedLock<'_>, wait: &mut Wait<'_>) -> Result<File> {
        let deadline = wait.deadline();
        let backoff = match self {
            Self::Stepped(control) => return stepped::lock(lock, &mut **control),
            Self::HandedOver { polls: true, .. } => wait.backoff(),
            Self::HandedOver { .. } | Self::Guarded(_) => Backoff::NONE,
        };
        if poll(&lock, backoff, deadline, wait)? {
            return Ok(lock.file);
        }
        match self {
            Self::HandedOver { waiter, .. } => handed_over::lock(lock, waiter, deadline, wait),
            Self::Guarded(guard) => guarded::lock(lock, &mut **guard, deadline, wait.limit),
            Self::Stepped(control) => stepped::lock(lock, &mut **control),
        }
    }
}

impl Default for WaitStrategy {
    fn default() -> Self {
        Self::HandedOver {
            waiter: LockWaiter::default(),
            polls: true,
        }
    }
}

impl fmt::Debug for WaitStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HandedOver { .. } => "HandedOver",
            Self::Guarded(_) => "Guarded",
            Self::Stepped(_) => "Stepped",
        })
    }
}
