//! The members of a line of evidence, as JSON has them.

use std::borrow::Cow;

use serde::Deserialize;

use super::file::PathInode;
use super::record::{OperationOutcome, WholeHold};

/// Borrowed where the JSON has no escapes.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub(super) struct RecordText<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// All members that any line may have.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordMembers<'a> {
    pub(super) evidence: Option<u64>,
    #[serde(borrow)]
    pub(super) run: Option<RecordText<'a>>,
    pub(super) stock: Option<u64>,
    pub(super) first: Option<u64>,
    #[serde(borrow)]
    pub(super) step: Option<RecordText<'a>>,
    #[serde(borrow)]
    pub(super) buyer: Option<RecordText<'a>>,
    pub(super) pid: Option<u32>,
    pub(super) t: Option<u64>,
    pub(super) quantity: Option<u32>,
    pub(super) invoke: Option<u64>,
    #[serde(rename = "return")]
    pub(super) returned: Option<u64>,
    pub(super) read: Option<u64>,
    pub(super) read_at: Option<u64>,
    pub(super) seen: Option<u64>,
    pub(super) seq: Option<u64>,
    #[serde(borrow)]
    pub(super) sum: Option<RecordText<'a>>,
    pub(super) torn: Option<bool>,
    pub(super) write: Option<u64>,
    pub(super) left: Option<u64>,
    #[serde(borrow)]
    pub(super) nonce: Option<RecordText<'a>>,
    pub(super) intend: Option<u64>,
    pub(super) wrote: Option<u64>,
    pub(super) outcome: Option<OperationOutcome>,
    pub(super) lock: Option<WholeHold>,
    pub(super) device: Option<u64>,
    pub(super) inode: Option<u64>,
    pub(super) path_device: Option<u64>,
    #[serde(default, deserialize_with = "PathInode::said")]
    pub(super) path_inode: Option<PathInode>,
    pub(super) shared: Option<bool>,
    pub(super) leased: Option<bool>,
    pub(super) committed: Option<u64>,
    #[serde(rename = "final")]
    pub(super) last: Option<u64>,
    pub(super) lines: Option<u64>,
    #[serde(borrow)]
    pub(super) spoiled: Option<RecordText<'a>>,
}
