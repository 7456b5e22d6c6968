//! The ledger as it is read: raw lines, the view of its end, look-ups, verification.

pub(crate) mod fast_forward;
pub(crate) mod ledger_file;
pub(crate) mod raw_lines;
pub(crate) mod sale_lookup;
pub(crate) mod search;
pub(crate) mod torn_tail;
pub(crate) mod unfinished;
pub(crate) mod verify;
pub(crate) mod view;
