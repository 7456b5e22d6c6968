//! The box office: query, the one purchase, holds, cancel, adjust, the event's life, audit, reset.
//!
//! Knows nothing of where an event is stored: a store does.

mod ahead;
mod batch;
mod batch_decisions;
#[cfg(test)]
mod batch_failure_tests;
mod batch_member;
#[cfg(test)]
mod batch_tests;
#[cfg(feature = "cli")]
mod buyer_holds;
mod buyer_totals;
mod cancel;
mod change;
mod change_options;
mod changes;
mod clock;
mod commit;
mod event;
mod guests;
mod held_list;
mod history;
mod hold_end;
mod holding;
#[cfg(test)]
mod holding_tests;
mod ids;
mod import;
mod keeping;
mod keyed;
mod keyed_lines;
mod latest;
mod name;
#[cfg(test)]
mod observed_tests;
mod on_sale;
mod open_holds;
mod order;
#[cfg(feature = "cli")]
mod page_keys;
mod past;
mod people;
mod purchase;
mod rules;
mod sale_id;
mod sale_key;
mod sale_status;
mod sales;
#[cfg(feature = "serve")]
mod sales_roll;
mod taking;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::ledger::{LockKind, Tally};
use crate::store::memory::MemoryStore;
use crate::store::{Store, place};
use clock::Clock;
use ids::RandomIds;
use taking::Stock;

pub(crate) use clock::TimeSource;
pub(crate) use ids::random;

pub use crate::ledger::{EventSettings, Nonce, Step};
pub use crate::store::audit::{Audit, AuditTotals, Finding, Flaw, VerifiedUpTo};
pub use crate::store::file::reader::key_index::KeyIndex;
pub use crate::store::options::{Durability, Writes};
pub use crate::store::results::{
    Backup, CountGivenUp, GivenUp, GivenUpBooking, Reset, Restored, Undoing, UndoneChange, WayBack,
};
#[cfg(feature = "serve")]
pub(crate) use batch::Observed;
pub use cancel::Cancellation;
pub use change::Adjustment;
pub use change_options::Change;
pub use changes::Changed;
pub use event::{EventState, Renamed, SettingsChange, Turned};
pub use guests::Guest;
pub use held_list::OpenHold;
pub use history::{Happened, History, State};
pub use hold_end::HoldEnd;
pub use holding::Hold;
pub use import::{Outcome, Remaining};
pub use latest::{LatestSale, LatestSales};
pub use name::NameFlaw;
#[cfg(feature = "cli")]
pub(crate) use name::{searchable, without_case};
pub use on_sale::OnSale;
pub(crate) use order::Conditions;
pub use order::{DEFAULT_WAIT, MAX_NAME, MAX_REASON, Observer, Order, Sale, Unobserved};
#[cfg(feature = "cli")]
pub(crate) use page_keys::{PAGE_PREFIX, made_by_page};
pub use past::PastBooking;
pub use people::Booking;
pub use sale_status::SaleStatus;
pub use sales::Sold;
#[cfg(feature = "serve")]
pub(crate) use sales_roll::{RollEntry, RollFit, RollMark, RollSearch, SalesRoll};

/// What an event holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How many are left.
    pub left: u64,
    /// How many are sold.
    pub sold: u64,
    /// Whether the ledger alone says so: `tickets.json` is missing or has no contents, and the next sale writes
    /// it anew.
    pub rebuilt: bool,
}

/// One event, opened by one thread of one process. It may go to another thread, but is not shared: each thread
/// opens its own (it is `Send`, and not `Sync`).
///
/// A second one in the same thread is safe, but waits for the lock like any other buyer.
///
/// Every sale that was answered is on disk. One whose answer was lost is safely tried again with its key:
///
/// ```
/// use std::ops::ControlFlow;
/// use tickets::BoxOffice;
/// use tickets::office::{Change, Order, Unobserved};
///
/// # let directory = tempfile::tempdir()?;
/// # let file = directory.path().join("tickets.json");
/// # std::fs::write(&file, r#"{"ticket": 10}"#)?;
/// let mut office = BoxOffice::at(&file)?;
/// let order = Order::new("alice", 2).key("web-7f1c");
/// let sale = office.purchase(&order, &mut Unobserved)?;
/// let again = office.purchase(&order, &mut Unobserved)?;
/// assert!(again.replayed && again.id == sale.id && again.left == 8);
///
/// let given_back = office.cancel(&sale.id, Some(1), &Change::new().reason("ill"))?;
/// assert_eq!((given_back.kept, given_back.left), (1, 9));
///
/// let mut kept = 0;
/// office.sales(None, &mut |sale| {
///     kept += sale.quantity - sale.cancelled;
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(kept, 1);
/// assert!(office.audit()?.findings.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BoxOffice {
    store: Box<dyn Store>,
    ids: RandomIds,
    stock: Stock,
    clock: Clock,
}

impl BoxOffice {
    /// Opens the event whose count is at `path`. Nothing is read or locked yet. A relative path is
    /// looked up at each call: give an absolute one to a program that changes its directory.
    pub fn at(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self::over_any(place::open(path.as_ref(), None)?))
    }

    /// The same, for a program that sells with keys again and again: by this index, a key is not looked for in the whole
    /// ledger each time.
    ///
    /// ```
    /// use tickets::BoxOffice;
    /// use tickets::office::{KeyIndex, Order, Unobserved};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let file = directory.path().join("tickets.json");
    /// # std::fs::write(&file, r#"{"ticket": 10}"#)?;
    /// let keys = KeyIndex::default();
    /// let mut one = BoxOffice::with_keys(&file, &keys)?;
    /// let mut other = BoxOffice::with_keys(&file, &keys)?;
    /// let order = Order::new("alice", 2).key("web-7f1c");
    /// let sale = one.purchase(&order, &mut Unobserved)?;
    /// assert_eq!(other.purchase(&order, &mut Unobserved)?.id, sale.id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_keys(path: impl AsRef<Path>, keys: &KeyIndex) -> Result<Self> {
        Ok(Self::over_any(place::open(path.as_ref(), Some(keys))?))
    }

    /// Opens a new event with this stock, in the memory of this process: for trying things out. What is sold goes
    /// with it.
    ///
    /// ```
    /// let mut office = tickets::BoxOffice::in_memory(2)?;
    /// office.book("alice", 2)?;
    /// assert_eq!(office.query()?.left, 0);
    /// # Ok::<(), tickets::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::Kind::Usage): the stock is more than can be counted.
    pub fn in_memory(stock: u64) -> Result<Self> {
        Ok(Self::over(MemoryStore::new(stock)?))
    }

    /// The box office of the event in this store.
    pub(crate) fn over(store: impl Store + 'static) -> Self {
        Self::over_any(Box::new(store))
    }

    fn over_any(store: Box<dyn Store>) -> Self {
        Self {
            store,
            ids: RandomIds::default(),
            stock: Stock::default(),
            clock: Clock::default(),
        }
    }

    /// The same, by this clock.
    pub(crate) fn told_the_time(self, clock: Arc<dyn TimeSource>) -> Self {
        Self {
            clock: Clock::Told(clock),
            ..self
        }
    }

    /// The path of the count; where that was a symbolic link, what it leads to.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.store.location()
    }

    /// How many are left and sold. Takes no lock, waits for nobody, writes nothing.
    ///
    /// # Errors
    /// [`Kind::Integrity`](crate::Kind::Integrity) when the count and the ledger do not add up, whatever the reason.
    pub fn query(&self) -> Result<Count> {
        let head = self.store.head(LockKind::Exclusive)?;
        Ok(Count {
            left: head.tally.left,
            sold: head.tally.sold,
            rebuilt: head.rebuilt,
        })
    }

    /// How many are left as `tickets.json` has it, whatever the ledger says.
    pub fn written_count(&self) -> Result<u64> {
        self.store.published()
    }

    /// What a buyer of a rush sees when it queries: the version. Without a sound lock it believes the count,
    /// and the ledger as far as it adds up.
    pub(crate) fn look(&self, lock: LockKind) -> Result<Tally> {
        Ok(self.store.head(lock)?.tally)
    }

    /// Gets ready to sell under this lock: the ledger exists.
    pub(crate) fn open(&mut self, lock: LockKind, wait: Duration) -> Result<()> {
        self.store.open(lock, wait)
    }

    /// What was recovered since this was last asked, in words for people: what crashes left behind. And, once, by
    /// which second names the ledger can be reached.
    pub fn notes(&mut self) -> Vec<String> {
        self.store.notes()
    }
}
