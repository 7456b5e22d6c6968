//! Durability: group commit, commit delay, wakeup, the sync lock, the proof that lines are durable.
//!
//! Knows ledgers, their view and the count; knows nothing of what a line sells.

pub(crate) mod commit_delay;
pub(crate) mod direct;
pub(crate) mod group_commit;
pub(crate) mod open_ledger;
pub(crate) mod outcome;
pub(crate) mod own_tail;
pub(crate) mod prove;
pub(crate) mod sync_attempt;
pub(crate) mod sync_lock;
pub(crate) mod unwritten;
pub(crate) mod wakeup;
