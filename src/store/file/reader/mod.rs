//! The ledger as it is read: raw lines, the view of its end, look-ups, verification.
//!
//! Knows files of lines and their arithmetic; knows nothing of locks and syncs, and writes nothing.

pub(crate) mod apart;
mod by_hand;
mod changed_line;
pub(crate) mod edited;
pub(crate) mod fast_forward;
pub(crate) mod format;
mod kept_beside;
pub(crate) mod key_index;
pub(crate) mod ledger_file;
pub(crate) mod ledger_summary;
pub(crate) mod line_check;
pub(crate) mod lookups;
pub(crate) mod numbered_line;
pub(crate) mod raw_lines;
pub(crate) mod sale_lookup;
mod saved_line;
pub(crate) mod scan;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod sought;
mod sound_copy;
pub(crate) mod torn_tail;
pub(crate) mod unfinished;
pub(crate) mod verify;
pub(crate) mod view;
