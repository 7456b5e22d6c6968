//! What is on disk: the count (`tickets.json`), the ledger beside it, and the locks.
//!
//! The store knows lines and counts; it knows no buyer.

mod acl;
pub(crate) mod aside;
mod attached;
pub(crate) mod bell;
mod block_map;
pub(crate) mod copied;
pub(crate) mod deciding;
mod direct;
pub(crate) mod durable;
mod edit;
pub(crate) mod event;
pub(crate) mod files;
pub(crate) mod holder;
pub(crate) mod hole;
pub(crate) mod in_place;
pub(crate) mod kept;
mod lease;
pub(crate) mod ledger;
pub(crate) mod ledger_file;
pub(crate) mod lines;
pub(crate) mod lock;
pub(crate) mod open;
pub(crate) mod output;
pub(crate) mod pause;
pub(crate) mod people;
pub(crate) mod reading;
pub(crate) mod replace;
pub(crate) mod restart;
pub(crate) mod rights;
pub(crate) mod search;
pub(crate) mod sellable;
mod skim;
pub(crate) mod snapshot;
pub(crate) mod spares;
pub(crate) mod swap;
pub(crate) mod sys;
pub(crate) mod temporary;
pub(crate) mod unfinished;
pub(crate) mod version;
pub(crate) mod vouch;
