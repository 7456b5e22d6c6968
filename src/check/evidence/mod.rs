//! Evidence of a run: what each of its operations did, and when; read, written, gathered. `docs/evidence.md` is the
//! format.
//!
//! Knows operations and their steps; knows nothing of what is right or wrong about them.
//!
//! Times are nanoseconds of one clock, `CLOCK_MONOTONIC`, for all processes of a host. What an operation
//! did lies between its `invoke`, stamped before it touched anything, and its `returned`, stamped after
//! everything: so a late or an early stamp widens the interval. That can hide an anomaly, never invent
//! one. A lock's hold is stamped inside: `got` after it was got, `released` before it is let go.

mod by_beginning;
mod conversions;
mod cut;
mod denied_writes;
mod file;
mod further_reads;
mod gather;
mod idle;
mod kinds;
mod locks;
mod members;
mod model;
mod moment;
mod names;
mod nonce;
mod observed;
mod one_at_a_time;
mod one_write_each;
mod open_operations;
mod operation;
mod parse;
mod plain;
mod possibilities;
mod presumed;
mod read;
mod record;
mod retried;
mod silent_sales;
mod steps;
mod tried_again;
mod write;

pub(crate) use cut::is_untold;
pub use file::{File, LockPath, PathInode};
pub use further_reads::FurtherRead;
pub(crate) use further_reads::Touched;
pub use gather::Gatherer;
pub use model::{CommittedLine, EarlierIntent, Evidence, FinalCount};
pub use moment::StampOrder;
pub use names::Names;
pub use nonce::WriteNonce;
pub(crate) use open_operations::MAX_NAME;
pub(crate) use operation::STRANGER;
pub use operation::{LockHold, NONE, NOWHERE, Operation, UNSAID};
pub use read::{MAX_LINE, read, read_lines};
pub(crate) use read::{gather, refused};
pub use record::{
    EvidenceRecord, EvidenceStep, FORMAT, MAX_NUMBER, OperationOutcome, Whole, WholeHold,
};
pub(crate) use silent_sales::SilentClaims;
