//! The box office: query, the one purchase, cancel, adjust, audit, reset.

mod append;
mod audit;
mod backup;
mod books;
mod change;
pub(crate) mod commit;
mod lax;
#[cfg(test)]
mod observed;
mod order;
mod purchase;
mod reset;
mod restore;
mod sales;
mod trail;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::TryRng;
use rand::rngs::SysRng;

use crate::error::{Error, Kind, Result};
use crate::store::deciding::{Deciding, sync_too};
use crate::store::durable::{Ledger, Syncs};
use crate::store::event::EventFiles;
use crate::store::files::{Access, FileId};
use crate::store::ledger::Tally;
use crate::store::ledger_file::{LedgerFile, open_ledger};
use crate::store::lock::{LockKind, Patience, Wait};
use crate::store::open;
use crate::store::reading::{Reading, Rest};
use crate::store::sellable::{refuse_unsellable, second_names};
use crate::store::snapshot::Snapshot;
use crate::store::spares::Shelf;
use crate::store::{sys, vouch};

use books::read_books;
use commit::lock_ledger;

pub use crate::store::durable::Durability;
pub use audit::{Audit, Finding, Flaw};
pub use backup::Backup;
pub use change::{Adjustment, Cancellation};
pub(crate) use order::Conditions;
pub use order::{
    DEFAULT_WAIT, MAX_NAME, MAX_REASON, Nonce, Observer, Order, Sale, Step, Unobserved, Writes,
};
pub use reset::Reset;
pub use restore::Restored;
pub use sales::Sold;

impl Drop for BoxOffice {
    /// Whoever has padded the ledger takes the padding away again, if nobody holds the lock just now.
    fn drop(&mut self) {
        if !self.padded {
            return;
        }
        // Padding harms nobody: whatever fails here is no matter.
        if let (Some(ledger), Ok(Some(_held))) = (&self.ledger, self.deciding.try_acquire())
            && ledger.rewrite.is_at(&self.files.ledger)
        {
            let _ = open::trim(&self.files, &ledger.rewrite);
        }
    }
}

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

/// The state of an event before a rush, to judge the rush by.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) tally: Tally,
    /// The ledger, which stays readable when a reset puts it away.
    pub(crate) ledger: LedgerFile,
    /// Where it ended, in bytes.
    pub(crate) end: u64,
    /// What `tickets.json` said was left, and up to where it counted the ledger, in bytes: it may be behind.
    pub(crate) counted: (u64, u64),
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
/// use tickets::office::{DEFAULT_WAIT, Order, Unobserved};
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
/// let given_back = office.cancel(&sale.id, Some(1), Some("ill"), DEFAULT_WAIT)?;
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
    files: EventFiles,
    /// The locks for deciding.
    deciding: Deciding,
    /// What it knows of its syncs.
    syncs: Syncs,
    patience: Patience,
    ledger: Option<Ledger>,
    /// What was read last, so that the next look is a short one.
    last: Option<Reading>,
    /// What was healed, and what is unusual.
    notes: Vec<String>,
    /// Whether the event was looked at, whether it can be sold from.
    looked_at: bool,
    dice: Dice,
    /// How many lines this office has written.
    sold: u64,
    /// Whether it has padded the ledger.
    padded: bool,
    /// For old versions of the count.
    shelf: Shelf,
    /// For [`LockKind::Mutex`].
    mutex: Arc<Mutex<()>>,
}

impl BoxOffice {
    /// Opens the event whose count is at `path`. Nothing is read or locked yet. A relative path is
    /// looked up at each call: give an absolute one to a program that changes its directory.
    pub fn at(path: impl AsRef<Path>) -> Result<Self> {
        let files = EventFiles::at(path.as_ref())?;
        Ok(Self {
            deciding: Deciding::on(&files),
            syncs: Syncs::default(),
            patience: Patience::default(),
            ledger: None,
            last: None,
            notes: Vec::new(),
            looked_at: false,
            dice: Dice::default(),
            sold: 0,
            padded: false,
            shelf: Shelf::default(),
            mutex: Arc::default(),
            files,
        })
    }

    /// The same, with locks waited for in another way.
    pub(crate) fn waiting(self, patience: Patience) -> Self {
        let mut office = self;
        office.patience = patience;
        office
    }

    /// The same, with old versions of the count kept where others of this process keep theirs, and with
    /// their mutex.
    pub(crate) fn sharing(self, old_versions: &Shelf, mutex: &Arc<Mutex<()>>) -> Self {
        let mut office = self;
        office.shelf = old_versions.clone();
        office.mutex = Arc::clone(mutex);
        office
    }

    /// The path of the count; where that was a symbolic link, what it leads to.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.files.count
    }

    /// How many are left and sold. Takes no lock, waits for nobody, writes nothing.
    ///
    /// # Errors
    /// [`Kind::Integrity`] when the count and the ledger do not add up, whatever the reason.
    pub fn query(&self) -> Result<Count> {
        let reading = self.reread(|reading| reading.sound(&self.files))?;
        Ok(count(&reading))
    }

    /// How many are left as `tickets.json` has it, whatever the ledger says.
    pub fn written_count(&self) -> Result<u64> {
        Ok(Snapshot::read(&self.files.count)?.ticket)
    }

    /// What a buyer of a rush sees when it queries: the version. Without a sound lock it believes the count,
    /// and the ledger as far as it adds up.
    pub(crate) fn look(&self, lock: LockKind) -> Result<Tally> {
        let reading = match lock {
            LockKind::Exclusive => self.reread(|reading| reading.sound(&self.files))?,
            _ => self.reread(Ok)?,
        };
        Ok(*tally(&reading))
    }

    /// Reads without a lock.
    fn reread(&self, check: impl Fn(Reading) -> Result<Reading>) -> Result<Reading> {
        self.settled(
            |files, ledger| Reading::take(files, ledger).and_then(&check),
            |_| None,
        )
    }

    /// Looks without a lock. A reset between two looks makes files of different times meet, and a line may
    /// be seen half written: what does not add up then, or is in doubt, is looked at again. When the files
    /// are the same at the next look, and so is what is wrong with them, it is real.
    fn settled<T>(
        &self,
        look: impl Fn(&EventFiles, Option<&LedgerFile>) -> Result<T>,
        doubt: impl Fn(&T) -> Option<String>,
    ) -> Result<T> {
        let once = || match &self.ledger {
            Some(ledger) if ledger.rewrite.is_at(&self.files.ledger) => {
                look(&self.files, Some(&ledger.rewrite))
            }
            _ => look(
                &self.files,
                open_ledger(&self.files, Access::Read)?.as_ref(),
            ),
        };
        let wrong = |result: &Result<T>| match result {
            Ok(found) => doubt(found),
            Err(error) if error.kind() == Kind::Integrity => Some(error.to_string()),
            Err(_) => None,
        };
        let which =
            || [&self.files.count, &self.files.ledger].map(|path| FileId::of_name(path).ok());
        let mut result = once();
        let mut before = None;
        for _ in 0..100 {
            let Some(wrong) = wrong(&result) else { break };
            let now = Some((which(), wrong));
            if now == before {
                break;
            }
            before = now;
            result = once();
        }
        result
    }

    /// Gets the event ready for a rush: the ledger exists, and what killed processes left is
    /// swept. Under a lock everything must add up; without one, buyers believe what they see. `force`: even
    /// where tickets are booked.
    pub(crate) fn prepare(
        &mut self,
        lock: LockKind,
        force: bool,
        wait: &mut Wait<'_>,
    ) -> Result<Opening> {
        refuse_unsellable(&self.files)?;
        let ledger = open_ledger(&self.files, Access::Read)?;
        let reading = Reading::take(&self.files, ledger.as_ref())?;
        // Buyers without a lock append, and would leave blank lines behind them.
        let blank = lock != LockKind::Exclusive && reading.is_padded();
        let ready = reading.tally.seq > 0 && reading.rest == Rest::Clean && !blank;
        if !ready || open::count_strays(&self.files)? > 0 {
            let _name = self.deciding.name.acquire(&mut self.patience, wait)?;
            let _held = lock_ledger(
                &self.files,
                &mut self.deciding.ledger,
                (&mut self.ledger, &self.shelf),
                &mut self.patience,
                wait,
            )?;
            if let Some(ledger) = &self.ledger {
                let _sync = sync_too(&self.files, &ledger.rewrite, wait)?;
                let reading = Reading::take(&self.files, Some(&ledger.rewrite))?;
                let healed = open::heal(&self.files, &ledger.rewrite, &reading)?;
                self.notes.extend(healed);
                if lock != LockKind::Exclusive {
                    open::trim(&self.files, &ledger.rewrite)?;
                }
            }
            let swept = open::sweep(&self.files)?;
            self.notes.extend(swept.told());
        }
        let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
            return Err(no_ledger(&self.files));
        };
        let reading = Reading::take(&self.files, Some(&ledger))?;
        let reading = if lock == LockKind::Exclusive {
            reading.sound(&self.files)?
        } else {
            reading
        };
        // What was never sold is not booked, and need not be looked for.
        if !force && (reading.tally.sold > 0 || lock != LockKind::Exclusive) {
            refuse_rush(&self.files, &ledger)?;
        }
        let metadata = ledger.file.metadata();
        let metadata = metadata.map_err(|e| Error::io("look at", &self.files.ledger, e))?;
        let snapshot = &reading.snapshot;
        let counted = snapshot.counted.map_or(0, |counted| counted.bytes);
        Ok(Opening {
            counted: (snapshot.ticket, counted),
            tally: reading.tally,
            end: match lock {
                LockKind::Exclusive => reading.tally.bytes,
                _ => metadata.len(),
            },
            ledger,
        })
    }

    /// Opens the event's ledger for a buyer without a lock, and creates it where it is missing or
    /// empty. With a lock that is done under it, so that it is taken once: who lets it go and comes
    /// back mixes up those who wait.
    pub(crate) fn open(&mut self, lock: LockKind, wait: Duration) -> Result<()> {
        if self.ledger.is_some() {
            return Ok(());
        }
        if !std::mem::replace(&mut self.looked_at, true) {
            refuse_unsellable(&self.files)?;
            self.notes.extend(second_names(&self.files));
        }
        self.ledger = Ledger::open(&self.files, &self.shelf)?;
        if lock == LockKind::Exclusive {
            return Ok(());
        }
        let length = |ledger: &Ledger| ledger.append.metadata().map(|metadata| metadata.len());
        let empty = match &self.ledger {
            Some(ledger) => {
                length(ledger).map_err(|e| Error::io("look at", &self.files.ledger, e))? == 0
            }
            None => true,
        };
        if empty {
            let wanted = &mut || true;
            self.prepare(lock, false, &mut Wait::wanted(wait, wanted))?;
            self.ledger = Ledger::open(&self.files, &self.shelf)?;
        }
        Ok(())
    }

    /// Makes durable what is on the ledger, whoever wrote it.
    pub(crate) fn sync(&self) -> Result<()> {
        match open_ledger(&self.files, Access::ReadWrite)? {
            Some(ledger) => vouch::sync(&self.files, &ledger.file),
            None => Ok(()),
        }
    }

    /// What was healed since this was last asked, in words for people: what crashes left behind. And, once, by
    /// which second names the ledger can be reached.
    pub fn notes(&mut self) -> Vec<String> {
        let found = std::mem::take(&mut self.syncs.found);
        self.notes.extend(found.told());
        std::mem::take(&mut self.notes)
    }

    /// The event's files.
    pub(crate) fn files(&self) -> &EventFiles {
        &self.files
    }
}

/// What the ledger adds up to, with a last line that only lacks its newline.
fn tally(reading: &Reading) -> &Tally {
    match &reading.rest {
        Rest::Unterminated { with_it } => with_it,
        _ => &reading.tally,
    }
}

fn count(reading: &Reading) -> Count {
    let tally = tally(reading);
    Count {
        left: tally.left,
        sold: tally.sold,
        rebuilt: reading.rebuilt,
    }
}

/// An error when there are real bookings that were not all given back.
fn refuse_bookings(files: &EventFiles, ledger: &LedgerFile, why: &str) -> Result<()> {
    match read_books(files, ledger, None)?.booked {
        0 => Ok(()),
        1 => Err(Error::new(
            Kind::Refused,
            format!("1 ticket is booked: {why}"),
        )),
        booked => Err(Error::new(
            Kind::Refused,
            format!("{booked} tickets are booked: {why}"),
        )),
    }
}

/// The same for a rush, whose buyers are nobody: with the name of an event of its own.
fn refuse_rush(files: &EventFiles, ledger: &LedgerFile) -> Result<()> {
    let why = "a rush would sell what is left to nobody";
    refuse_bookings(files, ledger, why).map_err(|error| {
        if error.kind() != Kind::Refused {
            return error;
        }
        let other = (1..).map(|at| match at {
            1 => "other.json".to_owned(),
            at => format!("other-{at}.json"),
        });
        let mut free = other.filter(|name| !Path::new(name).exists());
        let other = free.next().unwrap_or_default();
        error.hint(format!(
            "'tickets -f {other} reset 50' makes another event to rush on, with -f {other}; --force rushes \
             here all the same"
        ))
    })
}

fn no_ledger(files: &EventFiles) -> Error {
    Error::new(Kind::Integrity, "is gone, or has no opening line any more")
        .at(&files.ledger, 0, 0)
        .hint(
            "nothing was sold; 'tickets audit' says more; put the right file back: 'tickets restore DIR' takes it from a \
             backup",
        )
}

/// A random number from the operating system. A generator of our own, as `rand::random` has one,
/// looks at the processor's features first, which in a virtual machine costs a short process more
/// than a whole sale.
pub(crate) fn random() -> Result<u32> {
    Dice::default().roll()
}

/// Random numbers from the operating system, a handful at a time.
#[derive(Debug, Default)]
struct Dice {
    numbers: Vec<u32>,
}

impl Dice {
    fn roll(&mut self) -> Result<u32> {
        if let Some(number) = self.numbers.pop() {
            return Ok(number);
        }
        let mut bytes = [0; 128];
        // Linked statically, `SysRng` opens two devices for what one system call gives.
        if !sys::random(&mut bytes) {
            SysRng.try_fill_bytes(&mut bytes).map_err(|e| {
                Error::new(Kind::Io, format!("the system gives no random numbers: {e}"))
            })?;
        }
        let (numbers, _) = bytes.as_chunks();
        self.numbers
            .extend(numbers.iter().copied().map(u32::from_ne_bytes));
        Ok(self.numbers.pop().unwrap_or_default())
    }
}
