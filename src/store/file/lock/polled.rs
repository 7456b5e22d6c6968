//! Polling: the lock is tried again after each pause of a backoff, before anybody queues for it.

use std::time::Instant;

use crate::error::Result;
use crate::store::file::backoff::{Backoff, Pause};
use crate::store::file::lock::awaited::AwaitedLock;
use crate::store::file::lock::wait::Wait;

/// Tries the lock, and again after each pause. `false`: the backoff is over, or would last longer than the deadline.
pub(crate) fn poll(
    lock: &AwaitedLock<'_>,
    mut backoff: Backoff,
    deadline: Instant,
    wait: &mut Wait<'_>,
) -> Result<bool> {
    loop {
        if lock.attempt()? {
            return Ok(true);
        }
        let Some(pause) = backoff.next() else {
            return Ok(false);
        };
        match pause {
            // A process that queues notices the deadline, and that the lock is wanted no more.
            Pause::Nap(nap) if Instant::now() + nap >= deadline => return Ok(false),
            Pause::Nap(_) => {
                pause.take();
                wait.use_the_time();
            }
            Pause::Spin | Pause::Yield => pause.take(),
        }
    }
}
