//! Durability: group commit, commit delay, wakeup, the sync lock, vouching.

pub(crate) mod commit_delay;
pub(crate) mod direct;
pub(crate) mod group_commit;
pub(crate) mod own_tail;
pub(crate) mod sync_lock;
pub(crate) mod vouch;
pub(crate) mod wakeup;
