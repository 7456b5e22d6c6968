//! Evidence of a run: what each of its operations did, and when. `docs/evidence.md` is the format.
//!
//! Times are nanoseconds of one clock, `CLOCK_MONOTONIC`, for all processes of a host. What an operation
//! did lies between its `invoke`, stamped before it touched anything, and its `returned`, stamped after
//! everything: so a late or an early stamp widens the interval. That can hide an anomaly, never invent
//! one. A lock's hold is stamped inside: `got` after it was got, `released` before it is let go.

mod gather;
mod names;
mod parse;
mod plain;
mod read;
mod record;
mod write;

pub use gather::Gatherer;
pub(crate) use gather::MAX_NAME;
pub use names::Names;
pub use read::{MAX_LINE, read, read_lines};
pub(crate) use read::{gather, refused};
pub use record::{
    EvidenceRecord, EvidenceStep, FORMAT, File, MAX_NUMBER, OperationOutcome, Whole, WholeHold,
    WriteNonce,
};

/// A time or a number that was not said, and an index that there is none of as `u32`.
pub const UNSAID: u64 = u64::MAX;
/// How the name of a buyer ends who was none of the recorded run.
pub(crate) const STRANGER: &str = " (not of this run)";
/// No such index.
pub const NONE: u32 = u32::MAX;

/// What a run did.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The run's name.
    pub run: String,
    /// How many were left before it.
    pub stock: u64,
    /// The version before it.
    pub first: u64,
    /// Buyers by number.
    pub names: Names,
    /// Locked files by number.
    pub files: Vec<File>,
    /// In the order in which the evidence has them.
    pub operations: Vec<Operation>,
    /// Locks that were wanted or held.
    pub holds: Vec<Hold>,
    /// Checksums of what was read: the operation's index, in rising order, and the sum.
    pub sums: Vec<(u32, u64)>,
    /// The ledger's lines since the first version, in their order; `None` when nobody said what it holds.
    pub ledger: Option<Vec<CommittedLine>>,
    /// Checksums of the ledger's lines: the index, in rising order, and the sum.
    pub ledger_sums: Vec<(u32, u64)>,
    /// The count after the run.
    pub last: Option<FinalCount>,
    /// The checksum of that count's version, where it was said.
    pub last_sum: Option<u64>,
    /// Why it cannot be judged, if whoever recorded it said so.
    pub spoiled: Option<String>,
}

/// One operation: a query, or an attempt to buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Who: a number of [`Evidence::names`].
    pub buyer: u32,
    /// Its process; 0 where that was not said.
    pub pid: u32,
    /// How many tickets it wants; 0 for a query.
    pub quantity: u32,
    /// Its last lock: an index of [`Evidence::holds`], or [`NONE`].
    pub hold: u32,
    /// How it ended.
    pub outcome: OperationOutcome,
    /// Whether what it read made no sense.
    pub torn: bool,
    /// Before it touched anything, ns.
    pub invoke: u64,
    /// After everything, ns; [`UNSAID`] for one that was not answered.
    pub returned: u64,
    /// The version it read, or [`UNSAID`].
    pub read: u64,
    /// When it had read it, ns, or [`UNSAID`].
    pub read_at: u64,
    /// How many it saw left, or [`UNSAID`].
    pub seen: u64,
    /// The version that it wrote or was to write, or [`UNSAID`].
    pub write: u64,
    /// How many it was told are left, or [`UNSAID`].
    pub left: u64,
    /// What tells its write from others.
    pub nonce: WriteNonce,
    /// Before it wrote, ns, or [`UNSAID`].
    pub intend: u64,
    /// After it wrote, ns, or [`UNSAID`].
    pub wrote: u64,
}

impl Operation {
    /// An operation of which only its start is known, ns.
    #[must_use]
    pub fn new(buyer: u32, quantity: u32, invoke: u64) -> Self {
        Self {
            buyer,
            pid: 0,
            quantity,
            hold: NONE,
            outcome: OperationOutcome::Open,
            torn: false,
            invoke,
            returned: UNSAID,
            read: UNSAID,
            read_at: UNSAID,
            seen: UNSAID,
            write: UNSAID,
            left: UNSAID,
            nonce: WriteNonce::UNSAID,
            intend: UNSAID,
            wrote: UNSAID,
        }
    }

    /// Whether nobody knows when it was: somebody else's sale beside a rush, as a rush records it. It may have
    /// been made at any time, and has no place in a drawing.
    #[must_use]
    pub fn is_timeless(&self, name: &str) -> bool {
        let times = [self.returned, self.read_at, self.intend, self.wrote];
        self.invoke == 0 && times == [UNSAID; 4] && name.ends_with(STRANGER)
    }

    /// The time by which what it did is over, ns: an outcome that nobody knows may yet come about.
    #[must_use]
    pub fn over(&self) -> u64 {
        match self.outcome {
            OperationOutcome::Sold
            | OperationOutcome::SoldOut
            | OperationOutcome::Query
            | OperationOutcome::Failed => self.returned,
            OperationOutcome::Unknown | OperationOutcome::Killed | OperationOutcome::Open => UNSAID,
        }
    }

    /// How many were left at the version that it read, as it saw or as it was told; [`UNSAID`] for neither.
    #[must_use]
    pub fn left_at_read(&self) -> u64 {
        match (self.seen, self.left, self.outcome) {
            (UNSAID, UNSAID, _) => UNSAID,
            (UNSAID, left, OperationOutcome::Sold) => left.saturating_add(u64::from(self.quantity)),
            (UNSAID, left, _) => left,
            (seen, ..) => seen,
        }
    }

    /// Whether it may have sold without having been told.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.write != UNSAID
            && matches!(
                self.outcome,
                OperationOutcome::Unknown | OperationOutcome::Killed | OperationOutcome::Open
            )
    }
}

/// A lock that an operation wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The operation's index.
    pub operation: u32,
    /// The locked file: an index of [`Evidence::files`], or [`NONE`] while it is not known.
    pub lock: u32,
    /// The file that the lock's path meant then, or [`NONE`].
    pub path: u32,
    /// The lock that the operation asked for before this one: an index of [`Evidence::holds`], or [`NONE`].
    pub previous: u32,
    /// Whether others may hold it too.
    pub shared: bool,
    /// When it was asked for, ns, or [`UNSAID`].
    pub wanted: u64,
    /// When it was got, ns; [`UNSAID`] if never.
    pub got: u64,
    /// When it was let go, ns, or [`UNSAID`].
    pub released: u64,
}

/// A line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommittedLine {
    /// Its version.
    pub seq: u64,
    /// How many it left.
    pub left: u64,
    /// Which attempt wrote it.
    pub nonce: WriteNonce,
    /// Who bought: a number of [`Evidence::names`].
    pub buyer: u32,
    /// How many.
    pub quantity: u32,
}

impl CommittedLine {
    /// Whether this is what the operation wrote: by the nonce, or by the buyer where one is not said.
    #[must_use]
    pub fn is_of(&self, operation: &Operation) -> bool {
        self.seq == operation.write
            && if self.nonce == WriteNonce::UNSAID || operation.nonce == WriteNonce::UNSAID {
                self.buyer == operation.buyer
            } else {
                self.nonce == operation.nonce
            }
    }

    /// Whether it says of what the operation wrote what that wanted.
    #[must_use]
    pub fn agrees_with(&self, operation: &Operation) -> bool {
        (self.buyer, self.quantity) == (operation.buyer, operation.quantity)
    }
}

/// The count when all was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinalCount {
    /// Its version.
    pub seq: u64,
    /// How many it says are left.
    pub left: u64,
}

impl Evidence {
    /// An operation by its index.
    #[must_use]
    pub fn operation(&self, index: u32) -> Option<&Operation> {
        self.operations.get(index as usize)
    }

    /// The locks that an operation asked for, the last first.
    pub fn holds_of<'a>(&'a self, operation: &Operation) -> impl Iterator<Item = &'a Hold> {
        let at = |index: u32| self.holds.get(index as usize);
        std::iter::successors(at(operation.hold), move |hold| at(hold.previous))
    }

    /// The checksum of what an operation read.
    #[must_use]
    pub fn sum_of(&self, operation: u32) -> Option<u64> {
        let at = self
            .sums
            .binary_search_by_key(&operation, |sum| sum.0)
            .ok()?;
        self.sums.get(at).map(|sum| sum.1)
    }
}
