//! One line of evidence, as it is written and as it is understood.

use std::borrow::Cow;

use serde::Deserialize;

use super::file::{File, LockPath, PathInode};
use super::nonce::WriteNonce;

/// The version of the format.
pub const FORMAT: u64 = 1;

/// The largest version, count and time that is understood.
pub const MAX_NUMBER: u64 = (1 << 63) - 1;

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum OperationOutcome {
    /// Told that it bought.
    Sold,
    /// Told that too few are left.
    SoldOut,
    /// Told how many are left; it wanted nothing else.
    Query,
    /// Told that it could not, and that nothing was sold.
    Failed,
    /// Told that nobody knows whether it bought.
    Unknown,
    /// Killed before it was told anything.
    Killed,
    /// Not told anything by the end of the evidence.
    Open,
}

impl OperationOutcome {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Sold,
        Self::SoldOut,
        Self::Query,
        Self::Failed,
        Self::Unknown,
        Self::Killed,
        Self::Open,
    ];

    /// Its name in the format.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sold => "sold",
            Self::SoldOut => "sold_out",
            Self::Query => "query",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Killed => "killed",
            Self::Open => "open",
        }
    }

    /// Whether who was told that was told how many are left.
    pub(super) fn tells_left(self) -> bool {
        matches!(self, Self::Sold | Self::SoldOut | Self::Query)
    }
}

/// A step of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceStep {
    /// Before it touches anything.
    Invoke {
        /// How many tickets it wants; 0 for a query.
        quantity: u32,
    },
    /// Before it asks for a lock.
    LockWanted {
        /// The file to be locked, where it is known by then.
        lock: Option<File>,
        /// Whether it is to be held together with others, where that is said.
        shared: Option<bool>,
    },
    /// After the lock was got.
    LockGot {
        /// The file that is locked.
        lock: File,
        /// What the lock's path means now.
        path: LockPath,
        /// Whether others may hold it too.
        shared: bool,
        /// Whether a lease holds it, which ends without its holder.
        leased: bool,
    },
    /// The count was read.
    Read {
        /// The version.
        seq: u64,
        /// How many were left, where that was seen.
        left: Option<u64>,
        /// The checksum of what was read.
        sum: Option<u64>,
    },
    /// What was read made no sense: empty, cut or mixed.
    ReadTorn,
    /// Before it writes.
    Intend {
        /// The version that it read.
        read: u64,
        /// The version that it is to write.
        write: u64,
        /// Tells this write from all others.
        nonce: Option<WriteNonce>,
    },
    /// After it wrote.
    Wrote,
    /// Before it lets a lock go.
    LockReleased {
        /// Which, where it says so; else the one that it got last of those that it holds.
        lock: Option<File>,
    },
    /// After everything.
    Return {
        /// How it ended.
        outcome: OperationOutcome,
        /// How many it was told are left.
        left: Option<u64>,
    },
    /// Its process is dead.
    Killed,
}

/// A lock's hold, in a whole operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WholeHold {
    /// When it was asked for.
    pub wanted: Option<u64>,
    /// When it was got, if ever.
    pub got: Option<u64>,
    /// When it was let go.
    pub released: Option<u64>,
    /// The device of the locked file.
    pub device: u64,
    /// Its inode.
    pub inode: u64,
    /// The device of the file that the path meant.
    pub path_device: Option<u64>,
    /// Its inode, or that there was none.
    #[serde(default, deserialize_with = "PathInode::said")]
    pub path_inode: Option<PathInode>,
    /// Whether others may hold it too.
    #[serde(default)]
    pub shared: bool,
    /// Whether a lease holds it, which ends without its holder.
    #[serde(default)]
    pub leased: bool,
}

/// A whole operation in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole<'a> {
    /// Who.
    pub buyer: Cow<'a, str>,
    /// Its process; 0 where that is not said.
    pub pid: u32,
    /// How many tickets it wants; 0 for a query.
    pub quantity: u32,
    /// Before it touched anything, ns.
    pub invoke: u64,
    /// After everything, ns; `None` for one that never was answered.
    pub returned: Option<u64>,
    /// The version that it read.
    pub read: Option<u64>,
    /// When it had read it, ns.
    pub read_at: Option<u64>,
    /// How many it saw left.
    pub seen: Option<u64>,
    /// The checksum of what it read.
    pub sum: Option<u64>,
    /// Whether what it read made no sense.
    pub torn: bool,
    /// The version that it wrote or was to write.
    pub write: Option<u64>,
    /// How many it was told are left.
    pub left: Option<u64>,
    /// Tells its write from all others.
    pub nonce: Option<WriteNonce>,
    /// Before it wrote, ns.
    pub intend: Option<u64>,
    /// After it wrote, ns.
    pub wrote: Option<u64>,
    /// How it ended.
    pub outcome: OperationOutcome,
    /// Its lock.
    pub lock: Option<WholeHold>,
}

/// One line.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time passes by, a million a second: none is worth an allocation"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceRecord<'a> {
    /// The first line.
    Header {
        /// The run's name.
        run: Cow<'a, str>,
        /// How many were left before it.
        stock: u64,
        /// The version before it.
        first: u64,
    },
    /// A step.
    Step {
        /// Whose.
        buyer: Cow<'a, str>,
        /// Its process; 0 where that is not said.
        pid: u32,
        /// When, ns.
        at: u64,
        /// What.
        step: EvidenceStep,
    },
    /// An operation.
    Whole(Whole<'a>),
    /// A line of the ledger.
    Committed {
        /// The version.
        seq: u64,
        /// Which attempt wrote it.
        nonce: Option<WriteNonce>,
        /// How many it left.
        left: u64,
        /// Who bought.
        buyer: Cow<'a, str>,
        /// How many.
        quantity: u32,
        /// The checksum of this version.
        sum: Option<u64>,
    },
    /// The count when all was over.
    Final {
        /// The version.
        seq: u64,
        /// How many are left.
        left: u64,
        /// How many lines of the ledger the evidence has.
        committed: Option<u64>,
        /// The checksum of the version, which tells it from others of its number.
        sum: Option<u64>,
    },
    /// The run cannot be judged.
    Spoiled {
        /// Why.
        why: Cow<'a, str>,
    },
}
