//! One operation of a run, and the locks that it wanted.

use super::moment::{Moment, StampOrder};
use super::nonce::WriteNonce;
use super::record::OperationOutcome;

/// A time or a number that was not said, and an index that there is none of as `u32`.
pub const UNSAID: u64 = u64::MAX;
/// No such index.
pub const NONE: u32 = u32::MAX;
/// What a path means that no file has any more, as the number of a file.
pub const NOWHERE: u32 = u32::MAX - 1;
/// How the name of a buyer ends who was none of the recorded run.
pub(crate) const STRANGER: &str = " (not of this run)";

/// One operation: a query, or an attempt to buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Who: a number of [`Evidence::names`](crate::check::evidence::Evidence::names).
    pub buyer: u32,
    /// Its process; 0 where that was not said.
    pub pid: u32,
    /// How many tickets it wants; 0 for a query.
    pub quantity: u32,
    /// Its last lock: an index of [`Evidence::holds`](crate::check::evidence::Evidence::holds), or [`NONE`].
    pub hold: u32,
    /// How it ended.
    pub outcome: OperationOutcome,
    /// Whether what it read made no sense.
    pub torn: bool,
    /// The order of its read, its `intend` and its write among its steps with equal stamps.
    pub order: StampOrder,
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
    /// When its process is known to be dead, ns, or [`UNSAID`].
    pub killed: u64,
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
            order: StampOrder::default(),
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
            killed: UNSAID,
        }
    }

    /// When it had read.
    pub(crate) fn read_moment(&self) -> Moment {
        Moment::new(self.read_at, self.order.0[0])
    }

    /// When it said what it would write.
    pub(crate) fn intend_moment(&self) -> Moment {
        Moment::new(self.intend, self.order.0[1])
    }

    /// It said by then what it would write.
    pub(super) fn intended(&mut self, said: Moment) {
        (self.intend, self.order.0[1]) = (said.at, said.nth());
    }

    /// When it had written.
    pub(crate) fn wrote_moment(&self) -> Moment {
        Moment::new(self.wrote, self.order.0[2])
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

    /// How many were left at the version that it wrote, or was to write, as far as it tells.
    #[must_use]
    pub fn left_behind(&self) -> Option<u64> {
        match self.left_at_read() {
            UNSAID => None,
            left => left.checked_sub(u64::from(self.quantity)),
        }
    }

    /// When it had read, at the latest, ns, or [`UNSAID`].
    #[must_use]
    pub fn read_by(&self) -> u64 {
        let times = [self.read_at, self.intend, self.wrote];
        let said = times.into_iter().find(|at| *at != UNSAID);
        said.unwrap_or_else(|| self.over())
    }

    /// When it wrote: not before that, ns.
    #[must_use]
    pub fn writes_from(&self) -> u64 {
        let times = [self.intend, self.read_at];
        let said = times.into_iter().find(|at| *at != UNSAID);
        said.unwrap_or(self.invoke)
    }

    /// Whether it wrote, as far as it says itself: it was told that it sold, or says that its write was done, whatever it was
    /// told.
    #[must_use]
    pub fn has_written(&self) -> bool {
        self.outcome == OperationOutcome::Sold || self.write != UNSAID && self.wrote != UNSAID
    }

    /// Whether it was to write, and was told that nothing was sold.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.write != UNSAID && self.outcome != OperationOutcome::Sold && !self.is_pending()
    }

    /// The time by which it had written, ns, or the latest before it did that is known.
    #[must_use]
    pub fn written_by(&self) -> u64 {
        let times = [self.wrote, self.intend];
        times
            .into_iter()
            .find(|time| *time != UNSAID)
            .unwrap_or(self.invoke)
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
pub struct LockHold {
    /// The operation's index.
    pub operation: u32,
    /// The locked file: an index of [`Evidence::files`](crate::check::evidence::Evidence::files), or [`NONE`] while
    /// it is not known.
    pub lock: u32,
    /// The file that the lock's path meant then, [`NOWHERE`] where it meant none any more, or [`NONE`] where that is not said.
    pub path: u32,
    /// The lock that the operation asked for before this one: an index of
    /// [`Evidence::holds`](crate::check::evidence::Evidence::holds), or [`NONE`].
    pub previous: u32,
    /// The hold of the same lock that this one goes on: an index of
    /// [`Evidence::holds`](crate::check::evidence::Evidence::holds), or [`NONE`]. That one ended when this one was got: the
    /// operation had got the lock again while it held it, mostly in another mode, and gave it up once.
    pub converts: u32,
    /// Whether others may hold it too.
    pub shared: bool,
    /// The order of its three times among the steps of the operation with equal stamps.
    pub order: StampOrder,
    /// Whether a lease holds it, which ends without its holder: then the inode of its file is a number that grows with each
    /// holder.
    pub leased: bool,
    /// Whether this file was named when it was asked for.
    pub wished: bool,
    /// Whether it was asked for together with others, as far as that was said; when it was got, `shared` tells.
    pub wants_shared: Option<bool>,
    /// When it was asked for, ns, or [`UNSAID`].
    pub wanted: u64,
    /// When it was got, ns; [`UNSAID`] if never.
    pub got: u64,
    /// When it was let go, ns, or [`UNSAID`].
    pub released: u64,
}

impl LockHold {
    /// When it was asked for.
    pub(crate) fn wanted_moment(&self) -> Moment {
        Moment::new(self.wanted, self.order.0[0])
    }

    /// When it was got.
    pub(crate) fn got_moment(&self) -> Moment {
        Moment::new(self.got, self.order.0[1])
    }

    /// When it was let go.
    pub(crate) fn released_moment(&self) -> Moment {
        Moment::new(self.released, self.order.0[2])
    }

    /// Whether it was got, and the lock's path meant another file by then, or none.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.got != UNSAID && self.path != NONE && self.path != self.lock
    }

    /// Whether it says which file, and neither when the lock was asked for nor when it was got.
    #[must_use]
    pub fn is_untimed(&self) -> bool {
        (self.wanted, self.got) == (UNSAID, UNSAID)
    }
}
