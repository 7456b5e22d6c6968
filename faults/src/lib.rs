//! What becomes of an event when the system fails under whoever sells from it.
//!
//! Each row of the matrix strikes the real program with faults of one kind, and judges what is left by
//! arithmetic of its own: never oversold; what was answered is there, once; what was refused is not; all
//! else is as it was; the next command does its work; `audit` finds nothing.
//!
//! `cargo test` runs a slice of every row, `tickets-faults all` all of it; [`ROWS`] is the table.
//!
//! A row that notices no mistake is worth nothing: `tickets-faults mutants` makes known mistakes, one at
//! a time, and each must be noticed by the row that is named beside it.

// What cannot be set up, or is not as it must be, ends a case on the spot; the row notes it and goes on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc
)]

mod access;
mod attached;
mod between;
mod block_map;
mod books;
mod cluster_event;
mod disk;
mod disk_model;
mod event;
mod holder;
mod kernel_locks;
mod life;
mod matrix;
pub mod mutants;
mod namespaces;
mod node;
mod nodes;
mod oracle;
mod order;
mod orphan;
mod power_cut;
mod program;
mod report;
mod request;
mod rng;
mod row;
mod rows;
mod runner;
mod service;
mod stopped;
mod strace;
mod task;
mod test_event;
mod thin;
mod trace;
mod unsynced;

pub use kernel_locks::{KernelLock, locks};
pub use matrix::{Plan, ROWS, find};
pub use orphan::orphan;
pub use program::{Program, Run};
pub use report::Report;
pub use row::Extent;
pub use runner::{Settings, run};
pub use test_event::{TestEvent, eventually};
