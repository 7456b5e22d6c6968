//! The locks of an event, how they are waited for, and which file of a name they are on.
//!
//! Knows files and their names; knows nothing of what is decided or written under a lock.
//!
//! The protocol. Three locks guard an event, always taken in this order:
//!
//! 1. **the name lock**, `flock` on `tickets.json.lock`, from the read to the write: it keeps out a process that
//!    locks that file from outside, and queues the buyers;
//! 2. **the ledger lock**, `flock` on the ledger itself, from the read to the write: nobody writes a line
//!    without it, by whatever name the ledger was reached;
//! 3. **the sync lock**, on a byte of the ledger ([`range`]): making durable, from the sync to the
//!    publication. It is not held while a line is decided, and nobody waits for one of the others with it:
//!    a process that publishes tries the name lock.
//!
//! Invariants:
//! - No file is ever renamed over while somebody may wait for its lock, except the ledger by a reset, which
//!   holds all three. A process that gets a lock compares the file it locked with the file that the name means, and
//!   starts again if they differ; for the name lock [`held::Held::verify`] does so just before the write.
//! - A lock is awaited by blocking: the kernel queues the waiters in order. A thread of its own
//!   blocks ([`handed_over`]), so that the wait has a deadline on the monotonic clock; when the deadline
//!   passes, that thread drops the lock as soon as it gets it, and ends. A process that does nothing
//!   but buy blocks itself, and a guard ends it ([`guarded`]) at the deadline.
//! - No child process is started, and no handle duplicated, while a lock is held: both would share
//!   the lock. The standard library opens every file close-on-exec.

pub(crate) mod awaited;
pub(crate) mod busy;
pub(crate) mod decision;
pub(crate) mod flock;
pub(crate) mod guarded;
pub(crate) mod handed_over;
pub(crate) mod held;
pub(crate) mod lock_file;
pub(crate) mod lock_file_creation;
pub(crate) mod polled;
pub(crate) mod publication;
pub(crate) mod range;
pub(crate) mod stepped;
pub(crate) mod strategy;
pub(crate) mod wait;
