//! The box office: query, the one purchase, reset.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rand::TryRng;
use rand::rngs::SysRng;

use crate::error::{Error, Kind, Result};
pub use crate::store::durable::Durability;
use crate::store::durable::{self, Durable};
use crate::store::event::EventFiles;
use crate::store::files::{Access, FileId, open_regular};
use crate::store::ledger::{Op, Record, Tally, now};
use crate::store::lock::{Held, LockFile, LockKind, Patience, Wait};
use crate::store::open;
use crate::store::reading::{LedgerFile, Reading, Rest, open_ledger};
use crate::store::snapshot::{MAX_STOCK, Snapshot};

/// The longest name of a buyer, in bytes.
pub const MAX_NAME: usize = 256;

/// How long a lock is waited for unless told otherwise.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// What an event holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How many are left.
    pub left: u64,
    /// How many are sold.
    pub sold: u64,
}

/// A wish to buy.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Who buys.
    pub buyer: &'a str,
    /// How many.
    pub quantity: u64,
    /// Under which lock.
    pub lock: LockKind,
    /// How long to think between reading the count and writing the sale (the chapter's network
    /// delay).
    pub think: Duration,
    /// How long to wait for the lock.
    pub wait: Duration,
    /// The run of the rush that this belongs to; `None` for a real sale.
    pub rush: Option<&'a str>,
    /// What an answered sale survives.
    pub durability: Durability,
}

impl<'a> Order<'a> {
    /// A real sale: under the exclusive lock, without a think time.
    #[must_use]
    pub fn new(buyer: &'a str, quantity: u64) -> Self {
        Self {
            buyer,
            quantity,
            lock: LockKind::Exclusive,
            think: Duration::ZERO,
            wait: DEFAULT_WAIT,
            rush: None,
            durability: Durability::Disk,
        }
    }
}

/// A sale that is on the ledger and durable.
#[derive(Debug)]
pub struct Sale {
    /// Its id: the number of its ledger line and six random characters.
    pub id: String,
    /// Who bought.
    pub buyer: String,
    /// How many.
    pub quantity: u64,
    /// How many are left after it.
    pub left: u64,
    /// The number of its ledger line.
    pub seq: u64,
    /// Why `tickets.json` does not show this sale yet. The sale stands; the next one brings the
    /// count up to the ledger.
    pub unpublished: Option<Error>,
}

/// A step of a purchase, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// About to ask for the lock.
    LockWanted,
    /// The lock is held.
    LockGot,
    /// The count was read.
    Read {
        /// How many were left.
        left: u64,
        /// The last line of the ledger then: the version that was read.
        seq: u64,
    },
    /// Thought; about to write the sale.
    Write {
        /// How many will be left.
        left: u64,
        /// The number of the line to write.
        seq: u64,
    },
    /// The sale is on the ledger.
    Written,
    /// The lock is released.
    LockReleased,
    /// The sale is durable. Not told of a sale that is only to survive the processes.
    Durable,
}

/// Watches a purchase and may stop it before it sells: what the rush, and tests, hang on.
pub trait Observer {
    /// Called at each step. An error up to [`Step::Write`] stops the purchase, and nothing is
    /// sold; later ones are not obeyed.
    fn at(&mut self, step: Step) -> Result<()> {
        let _ = step;
        Ok(())
    }

    /// Thinks for so long. An error stops the purchase.
    fn think(&mut self, time: Duration) -> Result<()> {
        thread::sleep(time);
        Ok(())
    }

    /// Asked while waiting for the lock; `false` stops the purchase.
    fn still_wanted(&mut self) -> bool {
        true
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

/// The state of an event before a rush, to judge the rush by.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) tally: Tally,
    /// The ledger, which stays readable when a reset puts it away.
    pub(crate) ledger: LedgerFile,
    /// Where it ended, in bytes.
    pub(crate) end: u64,
}

/// One event, opened by one thread of one process.
///
/// A second one in the same thread is safe, but waits for the lock like any other buyer.
#[derive(Debug)]
pub struct BoxOffice {
    files: EventFiles,
    /// The lock for deciding.
    lock: LockFile,
    /// The lock for making durable: the turn to sync.
    turn: LockFile,
    patience: Patience,
    ledger: Option<Ledger>,
}

/// The ledger, open twice: Linux appends whatever is written through an appending handle, at
/// whatever offset, so that rewriting needs another.
#[derive(Debug)]
struct Ledger {
    rewrite: LedgerFile,
    append: File,
}

impl BoxOffice {
    /// Opens the event whose count is at `path`. Nothing is read or locked yet. A relative path is
    /// looked up at each call: give an absolute one to a program that changes its directory.
    pub fn at(path: impl AsRef<Path>) -> Result<Self> {
        let files = EventFiles::at(path.as_ref())?;
        Ok(Self {
            lock: LockFile::created_like(files.lock.clone(), files.count.clone()),
            turn: LockFile::on(files.ledger.clone()),
            patience: Patience::default(),
            ledger: None,
            files,
        })
    }

    /// The same, with locks waited for in another way.
    pub(crate) fn waiting(self, patience: Patience) -> Self {
        Self { patience, ..self }
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

    /// What a buyer without a lock believes: the count, and the ledger as far as it adds up.
    pub(crate) fn believe(&self) -> Result<Count> {
        Ok(count(&self.reread(Ok)?))
    }

    /// Reads without a lock. A reset between two looks makes files of different times meet; then
    /// the files are others at the next look, or the error is real.
    fn reread(&self, check: impl Fn(Reading) -> Result<Reading>) -> Result<Reading> {
        let look = || match &self.ledger {
            Some(Ledger {
                rewrite: ledger, ..
            }) if ledger.is_at(&self.files.ledger) => {
                Reading::take(&self.files, Some(ledger)).and_then(&check)
            }
            _ => {
                let ledger = open_ledger(&self.files, Access::Read)?;
                Reading::take(&self.files, ledger.as_ref()).and_then(&check)
            }
        };
        let which =
            || [&self.files.count, &self.files.ledger].map(|path| FileId::of_name(path).ok());
        let mut result = look();
        for _ in 0..100 {
            match &result {
                Err(error) if error.kind() == Kind::Integrity => {}
                _ => break,
            }
            let before = which();
            result = look();
            if which() == before {
                break;
            }
        }
        result
    }

    /// Gets the event ready for a rush: the ledger exists, and what killed processes left is
    /// swept. Under a lock everything must add up; without one, buyers believe what they see.
    pub(crate) fn prepare(&mut self, lock: LockKind, wait: &mut Wait<'_>) -> Result<Opening> {
        let ledger = open_ledger(&self.files, Access::Read)?;
        let reading = Reading::take(&self.files, ledger.as_ref())?;
        let ready = reading.tally.seq > 0 && reading.rest == Rest::Clean;
        if !ready || open::has_strays(&self.files)? {
            let _held = self.lock.acquire(&mut self.patience, wait)?;
            ready_ledger(&self.files, &mut self.ledger)?;
            let _turn = self.turn.acquire(&mut self.patience, wait)?;
            if let Some(ledger) = &self.ledger {
                let reading = Reading::take(&self.files, Some(&ledger.rewrite))?;
                open::heal(&self.files, &ledger.rewrite, &reading)?;
            }
            open::sweep(&self.files)?;
        }
        let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
            return Err(no_ledger(&self.files));
        };
        let reading = Reading::take(&self.files, Some(&ledger))?;
        let reading = match lock {
            LockKind::None => reading,
            LockKind::Exclusive => reading.sound(&self.files)?,
        };
        let metadata = ledger.file.metadata();
        let metadata = metadata.map_err(|e| Error::io("look at", &self.files.ledger, e))?;
        Ok(Opening {
            tally: reading.tally,
            end: metadata.len(),
            ledger,
        })
    }

    /// Buys under the exclusive lock, as [`BoxOffice::purchase`] of [`Order::new`] does.
    pub fn buy(&mut self, buyer: &str, quantity: u64) -> Result<Sale> {
        self.purchase(&Order::new(buyer, quantity), &mut Unobserved)
    }

    /// Buys, or finds that there are not enough left. Every sale is made here: with a lock or
    /// without, real or in a rush, by a process or a thread.
    ///
    /// # Errors
    /// - [`Kind::SoldOut`]: there are fewer left than wanted;
    /// - [`Kind::Busy`]: the lock was not had in time;
    /// - [`Kind::Integrity`]: the files do not add up;
    /// - [`Kind::OutcomeUnknown`]: the sale is on the ledger, but could not be made durable;
    /// - [`Kind::Interrupted`]: the observer stopped it.
    ///
    /// After all but `OutcomeUnknown`, nothing was sold.
    pub fn purchase(&mut self, order: &Order<'_>, observer: &mut impl Observer) -> Result<Sale> {
        check(order)?;
        self.open(order.wait)?;
        let decision = loop {
            observer.at(Step::LockWanted)?;
            let held = match order.lock {
                LockKind::None => None,
                LockKind::Exclusive => Some(self.lock.acquire(
                    &mut self.patience,
                    &mut Wait::wanted(order.wait, &mut || observer.still_wanted()),
                )?),
            };
            if held.is_some() {
                observer.at(Step::LockGot)?;
                ready_ledger(&self.files, &mut self.ledger)?;
            }
            let Some(ledger) = &self.ledger else {
                return Err(no_ledger(&self.files));
            };
            if let Some(decision) = decide(&self.files, ledger, order, held.as_ref(), observer)? {
                break decision;
            }
        };
        if order.lock != LockKind::None {
            let _ = observer.at(Step::LockReleased);
        }
        self.finish(order, decision, observer)
    }

    /// The second stage: makes the sale durable and publishes it.
    fn finish(
        &mut self,
        order: &Order<'_>,
        decision: Decision,
        observer: &mut impl Observer,
    ) -> Result<Sale> {
        let Some(ledger) = &self.ledger else {
            return Err(no_ledger(&self.files));
        };
        let durable = match order.lock {
            LockKind::None => durable::alone(
                &self.files,
                &ledger.append,
                order.durability,
                &decision.read,
                &decision.tally,
            ),
            LockKind::Exclusive => durable::share(
                &self.files,
                &ledger.rewrite,
                &mut self.turn,
                decision.tally.bytes,
                &mut self.patience,
                &mut Wait::wanted(order.wait, &mut || true),
            ),
        }?;
        if order.durability == Durability::Disk {
            let _ = observer.at(Step::Durable);
        }
        Ok(Sale {
            id: decision.id,
            buyer: order.buyer.to_owned(),
            quantity: order.quantity,
            left: decision.tally.left,
            seq: decision.tally.seq,
            unpublished: match durable {
                Durable::Published => None,
                Durable::Unpublished(error) => Some(error),
            },
        })
    }

    /// Opens the event's ledger, and creates it where it is missing or empty.
    pub(crate) fn open(&mut self, wait: Duration) -> Result<()> {
        if self.ledger.is_some() {
            return Ok(());
        }
        self.ledger = Ledger::open(&self.files)?;
        let length = |ledger: &Ledger| ledger.append.metadata().map(|metadata| metadata.len());
        let empty = match &self.ledger {
            Some(ledger) => {
                length(ledger).map_err(|e| Error::io("look at", &self.files.ledger, e))? == 0
            }
            None => true,
        };
        if empty {
            let wanted = &mut || true;
            self.prepare(LockKind::Exclusive, &mut Wait::wanted(wait, wanted))?;
            self.ledger = Ledger::open(&self.files)?;
        }
        Ok(())
    }

    /// Starts the event anew with `stock`, or with the stock it opened with, or with 2. The old
    /// ledger is put away, never deleted. Waits for whoever holds the lock.
    pub fn reset(&mut self, stock: Option<u64>, wait: Duration) -> Result<Reset> {
        if let Some(stock) = stock.filter(|stock| *stock > MAX_STOCK) {
            return Err(Error::new(
                Kind::Usage,
                format!("a stock of {stock} is more than the {MAX_STOCK} that can be counted"),
            ));
        }
        if FileId::of_name(&self.files.count).is_ok_and(|id| id.is_none()) {
            open::create_event(&self.files, stock.unwrap_or(2))?;
        }
        // What is no file of ours is left alone, and gets no lock beside it.
        match Snapshot::read(&self.files.count) {
            Err(error) if error.kind() != Kind::Integrity => return Err(error),
            _ => {}
        }
        let wanted = &mut || true;
        let mut wait = Wait::wanted(wait, wanted);
        let _held = self.lock.acquire(&mut self.patience, &mut wait)?;
        let ledger = open_ledger(&self.files, Access::Read)?;
        let _turn = match &ledger {
            Some(_) => Some(self.turn.acquire(&mut self.patience, &mut wait)?),
            None => None,
        };
        let stock = match stock {
            Some(stock) => stock,
            None => opening_stock(&self.files)?,
        };
        let archive = open::restart(&self.files, stock)?;
        open::sweep(&self.files)?;
        self.ledger = None;
        Ok(Reset { stock, archive })
    }

    /// Makes durable what is on the ledger, whoever wrote it.
    pub(crate) fn sync(&self) -> Result<()> {
        match open_ledger(&self.files, Access::ReadWrite)? {
            Some(ledger) => durable::sync(&self.files, &ledger.file),
            None => Ok(()),
        }
    }

    /// The event's files.
    pub(crate) fn files(&self) -> &EventFiles {
        &self.files
    }
}

/// What a reset did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// The stock now.
    pub stock: u64,
    /// Where the old ledger is, if there was one.
    pub archive: Option<PathBuf>,
}

/// A sale on the ledger, not yet durable.
struct Decision {
    id: String,
    tally: Tally,
    read: Snapshot,
}

impl Ledger {
    fn open(files: &EventFiles) -> Result<Option<Self>> {
        let Some(rewrite) = open_ledger(files, Access::ReadWrite)? else {
            return Ok(None);
        };
        let append = open_regular(&files.ledger, Access::Append)?;
        Ok(Some(Self { rewrite, append }))
    }
}

fn count(reading: &Reading) -> Count {
    let tally = match &reading.rest {
        Rest::Unterminated { with_it } => with_it,
        _ => &reading.tally,
    };
    Count {
        left: tally.left,
        sold: tally.sold,
    }
}

fn check(order: &Order<'_>) -> Result<()> {
    let usage = |message: String| Err(Error::new(Kind::Usage, message));
    if order.quantity == 0 || order.quantity > MAX_STOCK {
        return usage(format!("cannot buy {} tickets", order.quantity));
    }
    if order.buyer.is_empty() || order.buyer.len() > MAX_NAME {
        return usage(format!("a buyer's name has 1 to {MAX_NAME} bytes"));
    }
    Ok(())
}

/// Opens the ledger that the name means now, and creates it where it is missing. Only for the
/// holder of the event's lock.
fn ready_ledger(files: &EventFiles, ledger: &mut Option<Ledger>) -> Result<()> {
    let named =
        FileId::of_name(&files.ledger).map_err(|e| Error::io("look at", &files.ledger, e))?;
    if ledger.is_some() && named == ledger.as_ref().map(|ledger| ledger.rewrite.id) {
        return Ok(());
    }
    *ledger = None;
    if named.is_none() {
        let reading = Reading::take(files, None)?;
        open::create_ledger(files, reading.snapshot.ticket)?;
    }
    *ledger = Ledger::open(files)?;
    Ok(())
}

/// Read, think, decide, append. `None`: the lock file was deleted or replaced under our hands;
/// nothing was written, and all starts again.
fn decide(
    files: &EventFiles,
    ledger: &Ledger,
    order: &Order<'_>,
    held: Option<&Held<'_>>,
    observer: &mut impl Observer,
) -> Result<Option<Decision>> {
    let reading = match held {
        // Without a lock a buyer believes what it sees.
        None => Reading::take(files, Some(&ledger.rewrite))?,
        Some(_) => sound_reading(files, &ledger.rewrite, order.wait)?,
    };
    let before = reading.tally;
    if before.seq == 0 {
        return Err(no_ledger(files));
    }
    observer.at(Step::Read {
        left: before.left,
        seq: before.seq,
    })?;
    // Whoever finds too few left has nothing to think about.
    let Some(left) = before.left.checked_sub(order.quantity) else {
        return Err(sold_out(order.quantity, before.left));
    };
    if !order.think.is_zero() {
        observer.think(order.think)?;
    }
    let seq = before.seq + 1;
    observer.at(Step::Write { left, seq })?;
    if let Some(held) = held
        && !held.verify()?
    {
        return Ok(None);
    }
    let id = sale_id(seq)?;
    let record = Record {
        op: Op::Sell,
        id: Some(id.clone()),
        buyer: Some(order.buyer.to_owned()),
        quantity: order.quantity.cast_signed(),
        rush: order.rush.map(str::to_owned),
        seq,
        at: now(),
        ..Record::open(left, None)
    };
    let tally = append(files, &ledger.append, &before, &record, held.is_some())?;
    let _ = observer.at(Step::Written);
    Ok(Some(Decision {
        id,
        tally,
        read: reading.snapshot,
    }))
}

/// Reads under the event's lock, and heals what a crash left.
fn sound_reading(files: &EventFiles, ledger: &LedgerFile, wait: Duration) -> Result<Reading> {
    let reading = Reading::take(files, Some(ledger))?.sound(files)?;
    if reading.rest == Rest::Clean && reading.tally.seq > 0 {
        return Ok(reading);
    }
    let mut turn = LockFile::on(files.ledger.clone());
    let wanted = &mut || true;
    let mut wait = Wait::wanted(wait, wanted);
    let _turn = turn.acquire(&mut Patience::default(), &mut wait)?;
    let reading = Reading::take(files, Some(ledger))?.sound(files)?;
    open::heal(files, ledger, &reading)?;
    Reading::take(files, Some(ledger))?.sound(files)
}

/// One write call appends the line: whole, or it is taken back.
fn append(
    files: &EventFiles,
    mut ledger: &File,
    before: &Tally,
    record: &Record,
    locked: bool,
) -> Result<Tally> {
    let problem = |e| Error::io("write the sale to", &files.ledger, e).hint("nothing was sold");
    let Some((line, sum)) = record.encode(before.sum) else {
        return Err(Error::new(
            Kind::Usage,
            "the sale does not fit a ledger line",
        ));
    };
    let written = loop {
        match ledger.write(&line) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => break result.map_err(problem)?,
        }
    };
    if written < line.len() {
        // Under the lock nobody else has appended since; without it, others may have.
        if locked {
            ledger.set_len(before.bytes).map_err(problem)?;
        }
        return Err(problem(std::io::ErrorKind::StorageFull.into()));
    }
    // After an appending write the offset is where that write ended.
    let bytes = ledger.stream_position().map_err(problem)?;
    Ok(Tally {
        seq: record.seq,
        bytes,
        left: record.left,
        sold: before.sold + record.quantity.unsigned_abs(),
        sum,
    })
}

fn sold_out(wanted: u64, left: u64) -> Error {
    let message = match left {
        0 => format!("asked for {wanted}, none left"),
        left => format!("asked for {wanted}, {left} left"),
    };
    Error::new(Kind::SoldOut { left }, message)
}

fn no_ledger(files: &EventFiles) -> Error {
    Error::new(Kind::Integrity, "is gone, or has no opening line any more")
        .at(&files.ledger, 0, 0)
        .hint("nothing was sold; 'tickets reset' starts afresh")
}

/// A random number from the operating system. A generator of our own, as `rand::random` has one,
/// looks at the processor's features first, which in a virtual machine costs a short process more
/// than a whole sale.
pub(crate) fn random() -> Result<u32> {
    SysRng
        .try_next_u32()
        .map_err(|e| Error::new(Kind::Io, format!("the system gives no random numbers: {e}")))
}

/// The number of the sale's line, so that a sale can be found by it, and six random characters, so
/// that two buyers who race for one line, or two events, never share an id.
fn sale_id(seq: u64) -> Result<String> {
    // Crockford's base 32: no letter that is easily taken for another.
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let random = random()?;
    let letters = (0..6).map(|at| {
        let index = (random >> (5 * at)) as usize % ALPHABET.len();
        ALPHABET
            .get(index)
            .map_or('0', |&letter| char::from(letter))
    });
    Ok(format!("{seq}-{}", letters.collect::<String>()))
}

/// The stock that the event opened with.
fn opening_stock(files: &EventFiles) -> Result<u64> {
    if let Some(ledger) = open_ledger(files, Access::Read)?
        && let Some(line) = ledger.first_line(files)?
    {
        return Ok(line.record.left);
    }
    Ok(Snapshot::read(&files.count)?.ticket)
}
