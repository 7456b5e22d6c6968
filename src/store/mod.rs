//! Where an event is stored: the seam between a purchase and its files.
//!
//! Knows lines and their arithmetic; knows nothing of who buys, and why. [`file`] keeps an event in files,
//! [`memory`] in the memory of one process, `etcd` on a cluster.

pub(crate) mod audit;
pub(crate) mod change_watch;
pub(crate) mod copy;
#[cfg(feature = "etcd")]
pub(crate) mod etcd;
pub(crate) mod file;
pub(crate) mod follower;
pub(crate) mod found_sale;
pub(crate) mod memory;
mod memory_lines;
pub(crate) mod options;
pub(crate) mod place;
pub(crate) mod results;

use std::fmt::Debug;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::ledger::{EventSettings, Line, LockKind, NewLines, Op, Record, Step, Tally};

use audit::Audit;
use follower::Follower;
use options::{CommitOptions, Restart};
use results::{Backup, Reset, Restored};

pub(crate) use found_sale::{FoundSale, SaleState};

/// What an event adds up to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) tally: Tally,
    /// The ledger alone says so: the count file is missing or has no contents.
    pub(crate) rebuilt: bool,
}

/// Which sale is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup<'a> {
    /// By its idempotency key.
    Key(&'a str),
    /// By its id, in any case, or by the number of its line alone.
    Id(&'a str),
}

impl Lookup<'_> {
    /// Whether this line is the one.
    pub(crate) fn is(self, record: &Record<'_>) -> bool {
        match self {
            Self::Key(key) => record.key.as_deref() == Some(key),
            Self::Id(sought) => record.id.as_deref().is_some_and(|id| {
                let number = id.split_once('-').map(|(number, _)| number);
                id.eq_ignore_ascii_case(sought) || number == Some(sought)
            }),
        }
    }
}

/// Which file is locked; zeros where it is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LockId {
    pub(crate) device: u64,
    pub(crate) inode: u64,
}

impl LockId {
    /// The step of a purchase that got this lock.
    pub(crate) fn got(self) -> Step {
        Step::LockGot {
            device: self.device,
            inode: self.inode,
        }
    }
}

/// What came of an append.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "made once a line, and a box would be made each time"
)]
pub(crate) enum Append {
    /// The line is on the ledger. `unpublished`: why the count does not show it, if that was tried already.
    Written {
        tally: Tally,
        unpublished: Option<Error>,
    },
    /// The lock guards nothing any more, and nothing was written: begin again.
    Conflict,
}

/// What is to be settled before it is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settle {
    /// Up to where the ledger must be durable.
    pub(crate) end: u64,
    /// What it adds up to there, or at a line behind it.
    pub(crate) tally: Tally,
    /// Whether a line was written; else an earlier one is answered again.
    pub(crate) written: bool,
}

/// Which lines a scan shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scan {
    /// All.
    All,
    /// Those of one kind.
    Only(Op),
}

/// Sees the lines of a scan.
pub(crate) type Visit<'v> = dyn FnMut(&Line<'_>) -> ControlFlow<()> + 'v;

/// An event's ledger and count, wherever they are.
pub(crate) trait Store: Debug + Send {
    /// Where the count is, for messages.
    fn location(&self) -> &Path;

    /// Gets ready to sell under this lock: the ledger exists.
    fn open(&mut self, lock: LockKind, wait: Duration) -> Result<()>;

    /// What the event adds up to, as a buyer under this lock sees it. Takes no lock, waits for nobody. Under a sound
    /// lock everything must add up.
    fn head(&self, lock: LockKind) -> Result<Head>;

    /// How many are left as the count has it, whatever the ledger says.
    fn published(&self) -> Result<u64>;

    /// Begins one change of the ledger.
    fn begin(&mut self, options: CommitOptions) -> Result<Box<dyn Transaction + '_>>;

    /// Looks for sales without a lock, so that a transaction need look only at what was written since.
    fn prefetch(&mut self, what: &[Lookup<'_>]) -> Result<()>;

    /// Looks for a sale without a lock.
    fn find(&self, what: Lookup<'_>) -> Result<Option<FoundSale>>;

    /// Shows lines as far as the event is sound. Without a lock, so that a transaction need show only what was
    /// written since.
    fn follow(&self, follower: &mut dyn Follower) -> Result<()>;

    /// Shows a new follower all that it wants, a last line that only lacks its newline too, and says what that adds up
    /// to. Further than that it is not to be followed.
    fn survey(&self, follower: &mut dyn Follower) -> Result<Head>;

    /// By what the event is sold; `None`: it was not made for real.
    fn settings(&self) -> Result<Option<EventSettings>>;

    /// Makes the ledger durable as far as `settle` says, and publishes the count. Returns why the count could not be
    /// published: the change stands all the same.
    fn settle(&mut self, settle: Settle, options: CommitOptions) -> Result<Option<Error>>;

    /// Says more of an error where the store knows more, such as who may write.
    fn explain(&self, error: Error) -> Error {
        error
    }

    /// Verifies the ledger and shows lines of it in their order. `visit` may break it off.
    fn scan(&self, what: Scan, visit: &mut Visit<'_>) -> Result<()>;

    /// Verifies everything.
    fn inspect(&self) -> Result<Audit>;

    /// Verifies everything under the locks, and puts right what can be proven.
    fn repair(&mut self, wait: Duration, forced: bool) -> Result<Audit>;

    /// Makes the event, for real, where there is none. `for_group`: the group of its directory may write its files.
    fn make(&mut self, stock: u64, settings: &EventSettings, for_group: bool) -> Result<()>;

    /// Starts the event anew.
    fn restart(&mut self, how: Restart) -> Result<Reset>;

    /// Copies the event to a directory while others sell.
    fn backup(&mut self, to: &Path, wait: Duration) -> Result<Backup>;

    /// Puts a backup back.
    fn restore(&mut self, from: &Path, forced: bool, wait: Duration) -> Result<Restored>;

    /// What was recovered, and what is unusual, since this was last asked; in words for people.
    fn notes(&mut self) -> Vec<String>;

    /// Waits until a change is likely to come in time, where others make as many: what comes meanwhile can be in it.
    fn await_turn(&mut self) {}

    /// Whether a change may be decided by what is only assumed of the ledger, and compared when it is written.
    fn assumes(&self) -> bool {
        false
    }
}

/// What a decision looks at: the ledger up to its head.
pub(crate) trait LedgerQuery {
    /// Looks for a sale on the ledger, up to its head.
    fn find(&mut self, what: Lookup<'_>) -> Result<Option<FoundSale>>;

    /// Shows lines, up to the head.
    fn follow(&mut self, follower: &mut dyn Follower) -> Result<()>;

    /// By what the event is sold at its head; `None`: it was not made for real.
    fn settings(&mut self) -> Result<Option<EventSettings>>;
}

/// One change of the ledger. What it locked is released when it is dropped.
pub(crate) trait Transaction: LedgerQuery {
    /// Takes the lock, if its kind has one.
    fn lock(&mut self, still_wanted: &mut dyn FnMut() -> bool) -> Result<Option<LockId>>;

    /// What the ledger adds up to. Under a sound lock what a crash left is recovered first.
    fn head(&mut self) -> Result<Tally>;

    /// Whether what the decision rests on is so still, where it was assumed without a look: nobody is refused, or answered
    /// again, before that is known. `false`: begin again.
    fn verify(&mut self) -> Result<bool> {
        Ok(true)
    }

    /// Writes lines behind the head in one write, all or none of them. `step` is told of each step. A process that
    /// is killed may have written the first of them.
    fn append(&mut self, lines: &NewLines<'_>, step: &mut dyn FnMut(Step)) -> Result<Append>;
}

/// Does what another program's lease on a file of the event keeps from being done, again until it is done or so
/// much time has passed.
pub(crate) fn patiently<T>(limit: Duration, mut act: impl FnMut() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    loop {
        match act() {
            Err(error) if error.is_leased() && start.elapsed() < limit => {}
            result => return result,
        }
    }
}
