//! A booking office in a file.
//!
//! An event is one human-readable `tickets.json`. Any number of processes on one machine query it
//! and buy from it, without a server. Under its advisory file lock it never sells more than there
//! is. Without the lock it races, and the race is found and named.
//!
//! ```
//! use tickets::{BoxOffice, Kind};
//!
//! # let directory = tempfile::tempdir()?;
//! # let file = directory.path().join("tickets.json");
//! std::fs::write(&file, r#"{"ticket": 2}"#)?;
//!
//! let mut office = BoxOffice::at(&file)?;
//! let sale = office.book("alice", 2)?;
//! assert_eq!(sale.left, 0);
//!
//! let refused = office.book("bob", 1).unwrap_err();
//! assert_eq!(refused.kind(), Kind::SoldOut { left: 0 });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`BoxOffice`] queries and sells; every sale is durable when it is answered.
//! - [`rush`] starts many buyers at once and judges what they did.
//! - [`race`] is the judgement itself, without any file.
//! - [`doctor`] tells whether a directory is fit for an event.
//!
//! `docs/design.md` states the protocol and its invariants.

#[macro_use]
mod known_bad;

mod children;
pub mod doctor;
pub mod error;
mod ledger;
pub mod office;
pub mod race;
mod random;
pub mod rush;
mod shown;
pub(crate) mod store;

pub use error::{Error, Kind, Result};
pub use ledger::{LockKind, MAX_COUNT_BYTES, MAX_STOCK};
pub use office::BoxOffice;
pub use shown::{quoted, shown, steers};
pub use store::file::output::{Contents, Output, PAGE};
