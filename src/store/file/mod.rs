//! The file store: an event in `tickets.json`, the ledger beside it, and the locks.
//!
//! Knows files, locks and crashes; knows nothing of purchases.

pub(crate) mod admin;
pub(crate) mod append;
pub(crate) mod backoff;
#[cfg(feature = "cli")]
pub(crate) mod closed_directory;
pub(crate) mod count;
pub(crate) mod event;
pub(crate) mod file_store;
pub(crate) mod files;
pub(crate) mod ledger_lock;
pub(crate) mod lock;
pub(crate) mod output;
pub(crate) mod output_contents;
#[cfg(feature = "cli")]
pub(crate) mod output_mark;
pub(crate) mod people;
pub(crate) mod preallocation;
pub(crate) mod reader;
pub(crate) mod recovered_head;
pub(crate) mod recovery;
pub(crate) mod recycled;
pub(crate) mod rights;
pub(crate) mod sellable;
pub(crate) mod store_impl;
pub(crate) mod sync;
pub(crate) mod sys;
pub(crate) mod transaction;
pub(crate) mod unsafe_locking;
