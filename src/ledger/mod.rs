//! The ledger: lines, their chained checksums, their arithmetic, and the text of the count file. Pure: no I/O.
//!
//! Knows nothing of files, clusters and people.

#[cfg(feature = "etcd")]
mod anchor;
mod count_file;
mod count_members;
mod count_merge;
mod count_salvage;
mod count_text;
mod event_settings;
mod holds;
mod index;
mod limits;
mod line;
mod line_ends;
mod lock_kind;
mod new_lines;
mod op;
mod record;
mod step;
mod sum;
mod tally;

pub use event_settings::EventSettings;
pub use limits::{MAX_COUNT_BYTES, MAX_STOCK};
pub use lock_kind::LockKind;
pub use step::{Nonce, Step};

#[cfg(feature = "etcd")]
pub(crate) use anchor::Anchor;
pub(crate) use count_file::CountFile;
pub(crate) use count_members::Counted;
pub(crate) use count_text::Fault;
pub(crate) use holds::{VerifiedHolds, number};
pub(crate) use index::{Index, millisecond};
pub(crate) use limits::FORMAT;
pub(crate) use line::{Line, MARK, UNFIT};
pub(crate) use line_ends::LineEnds;
#[cfg(feature = "etcd")]
pub(crate) use new_lines::NewLine;
pub(crate) use new_lines::NewLines;
pub(crate) use op::Op;
pub(crate) use record::{Record, Replaced};
pub(crate) use sum::{MAX_LINE, Sum};
pub(crate) use tally::{Tally, newer};
