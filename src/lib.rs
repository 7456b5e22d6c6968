//! A booking office in a file.
//!
//! An event is one human-readable `tickets.json`. Any number of processes on one machine query it
//! and buy from it, without a server. Under its advisory file lock it never sells more than there
//! is. Without the lock it races, and the race is found and named.

pub mod error;
pub mod office;
pub mod race;
pub mod rush;
pub(crate) mod store;

pub use error::{Error, Kind, Result};
pub use office::BoxOffice;
pub use store::lock::LockKind;
pub use store::snapshot::{MAX_COUNT_BYTES, MAX_STOCK};
