//! A booking office in a file.
//!
//! An event is one human-readable `tickets.json`. Any number of processes on one machine query it
//! and buy from it, without a server. Under its advisory file lock it never sells more than there
//! is. Without the lock it races, and the race is found and named.
//!
//! A sale, on disk when it is answered:
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
//! A sale whose answer was lost is asked for again with its key, and is not sold twice:
//!
//! ```
//! use tickets::BoxOffice;
//! use tickets::office::{Order, Unobserved};
//!
//! # let directory = tempfile::tempdir()?;
//! # let file = directory.path().join("tickets.json");
//! # std::fs::write(&file, r#"{"ticket": 2}"#)?;
//! let mut office = BoxOffice::at(&file)?;
//! let order = Order::new("alice", 1).key("web-7f1c");
//! let sale = office.purchase(&order, &mut Unobserved)?;
//! let again = office.purchase(&order, &mut Unobserved)?;
//! assert!(again.replayed);
//! assert_eq!((again.id, again.left), (sale.id, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What any program recorded of its sales is judged (`docs/evidence.md` describes the lines). Here two buyers read
//! one version, and both sold:
//!
//! ```
//! use tickets::check::{Anomaly, evidence, judge};
//!
//! let lines = r#"
//! {"evidence":1,"stock":2,"first":1}
//! {"buyer":"alice","invoke":10,"return":40,"read":1,"seen":2,"write":2,"left":1,"nonce":"a","outcome":"sold"}
//! {"buyer":"bob","invoke":20,"return":50,"read":1,"seen":2,"write":2,"left":1,"nonce":"b","outcome":"sold"}
//! "#;
//! let evidence = evidence::read_lines(lines.as_bytes(), "run.jsonl".as_ref())?;
//! let verdict = judge(&evidence);
//! assert_eq!(verdict.findings[0].kind, Anomaly::LostUpdate);
//! # Ok::<(), tickets::Error>(())
//! ```
//!
//! - [`BoxOffice`] queries and sells. It is `Send`, and not `Sync`: each thread opens its own.
//! - [`rush`] starts many buyers at once and judges what they did.
//! - [`check`] is the judgement itself, without any file.
//! - [`lab`] runs every schedule of a few buyers.
//! - [`draw`] and [`timeline`] make a picture of either.
//! - [`doctor`] tells whether a directory is fit for an event.
//! - `cli`, a feature that is on unless it is turned off, is the program `tickets`. Without it none of the program's
//!   dependencies is compiled.
//!
//! `docs/design.md` states the protocol and its invariants.
// What only a feature uses is there without it, too: the build with all of them is the strict one.
#![cfg_attr(
    not(all(feature = "cli", feature = "serve", feature = "etcd")),
    allow(dead_code, unused_imports)
)]

#[macro_use]
mod known_bad;

pub mod check;
mod child;
mod children;
#[cfg(feature = "cli")]
pub mod cli;
pub mod doctor;
pub mod draw;
pub mod error;
#[cfg(feature = "cli")]
mod guest_list;
mod json_words;
pub mod lab;
mod ledger;
pub mod office;
mod overwriting;
mod plural;
mod random;
mod run_clock;
pub mod rush;
mod scratch;
#[cfg(feature = "serve")]
mod serve;
mod shown;
mod span;
pub(crate) mod store;
pub mod timeline;

pub use child::serve_as_child;
pub use error::{Error, Kind, Result};
pub use ledger::{LockKind, MAX_COUNT_BYTES, MAX_STOCK};
pub use office::BoxOffice;
pub use shown::{quoted, shown, steers};
#[cfg(feature = "cli")]
pub(crate) use store::file::closed_directory::name_closed_directory;
#[cfg(feature = "cli")]
pub(crate) use store::file::event::free_event;
#[cfg(feature = "cli")]
pub(crate) use store::file::output::Output;
#[cfg(feature = "cli")]
pub(crate) use store::file::output_contents::Contents;
#[cfg(feature = "cli")]
pub(crate) use store::file::output_mark::OutputMark;

/// ```compile_fail,E0277
/// fn share<T: Sync>() {}
/// share::<tickets::BoxOffice>();
/// ```
const _: fn() = || {
    fn send<T: Send>() {}
    send::<BoxOffice>();
};
