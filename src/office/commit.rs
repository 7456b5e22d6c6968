//! One change of the ledger: read, decide, append under the lock; then make it durable.
//!
//! Sales, cancellations and adjustments all go through [`BoxOffice::commit`].

use std::time::{Duration, Instant};

use super::append::{self, Written};
use super::order::{Observer, Step, Writes};
use super::{BoxOffice, no_ledger};
use crate::error::{Error, Result};
use crate::ledger::{LockKind, Record, Tally};
use crate::store::file::deciding::sync_too;
use crate::store::file::durable::{self, Durability, Durable, Ledger};
use crate::store::file::event::EventFiles;
use crate::store::file::files::{FileId, look};
use crate::store::file::ledger_file::LedgerFile;
use crate::store::file::lock::{Held, LockFile, Patience, Wait};
use crate::store::file::open;
use crate::store::file::people::explain_denied;
use crate::store::file::reading::{Reading, Rest};
use crate::store::file::spares::Shelf;

/// A sale that need not be durable by itself is made so when so many bytes are not: readers follow
/// them one by one.
const UNPROVEN: u64 = 256 * 1024;

/// Whoever has sold so often pads the ledger: syncing a file that does not grow is cheaper, by a third
/// or so. For a command that sells once it would be for nothing.
const PAD_AFTER: u64 = 16;

/// How many old versions of the count such a one keeps: the one to be written next, and one that somebody
/// may still be reading.
const SPARES: usize = 2;

/// On which terms a line is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) lock: LockKind,
    pub(super) wait: Duration,
    pub(super) durability: Durability,
    pub(super) writes: Writes,
}

/// What is to be done, now that the event has been read.
pub(super) enum Draft<'r> {
    /// This line is to be written.
    Write(Box<Record<'r>>),
    /// The ledger says already, up to this byte, what was to be written.
    Known {
        /// What must be durable before that is answered.
        end: u64,
    },
}

/// Makes a draft of what was read.
pub(super) type Drafting<'d, 'r, O> =
    dyn FnMut(&Reading, &LedgerFile, &mut O) -> Result<Draft<'r>> + 'd;

/// What came of the first stage.
struct Decided {
    reading: Reading,
    /// What must be durable before it is answered.
    end: u64,
    /// The line that was written, if one was.
    written: Option<Written>,
}

/// What was done.
pub(super) struct Committed {
    /// What the ledger adds up to with the line, or with what was found.
    pub(super) tally: Tally,
    /// Why `tickets.json` does not show it yet.
    pub(super) unpublished: Option<Error>,
}

impl BoxOffice {
    /// Writes the line that `draft` makes of what it reads, and makes it durable. Under the locks
    /// `draft` may be asked again: when the lock file was deleted or replaced meanwhile.
    pub(super) fn commit<O: Observer>(
        &mut self,
        terms: Terms,
        observer: &mut O,
        draft: &mut Drafting<'_, '_, O>,
    ) -> Result<Committed> {
        let mut committed = self.commit_once(terms, observer, draft);
        if let Ok(committed) = &mut committed {
            let unpublished = committed.unpublished.take();
            committed.unpublished = unpublished.map(|error| explain_denied(&self.files, error));
        }
        committed.map_err(|error| explain_denied(&self.files, error))
    }

    fn commit_once<O: Observer>(
        &mut self,
        terms: Terms,
        observer: &mut O,
        draft: &mut Drafting<'_, '_, O>,
    ) -> Result<Committed> {
        patiently(terms.wait, || self.open(terms.lock, terms.wait))?;
        if (terms.lock, terms.writes) != (LockKind::Exclusive, Writes::Replace) {
            return self.race(terms, observer, draft);
        }
        let decided = loop {
            // Nothing is written as long as the files cannot be read.
            if let Some(decided) = patiently(terms.wait, || self.decide(terms, observer, draft))? {
                break decided;
            }
            // What was locked keeps nobody out any more.
            self.deciding.name.forget();
        };
        let _ = observer.at(Step::LockReleased);
        let tally = match &decided.written {
            Some(written) => written.tally,
            None => decided.reading.tally,
        };
        let is_known = decided.written.is_none();
        let unpublished = self.finish(terms, decided, tally)?;
        if terms.durability == Durability::Disk || is_known {
            let _ = observer.at(Step::Durable);
        }
        Ok(Committed { tally, unpublished })
    }

    /// The first stage: reads, and appends what `draft` makes of it. `None`: the lock file was deleted or
    /// replaced under our hands; nothing was changed.
    fn decide<O: Observer>(
        &mut self,
        terms: Terms,
        observer: &mut O,
        draft: &mut Drafting<'_, '_, O>,
    ) -> Result<Option<Decided>> {
        observer.at(Step::LockWanted)?;
        let mut still_wanted = || observer.still_wanted();
        // What others sell meanwhile is read before the lock is there, not under it.
        let (files, ledger, last) = (&self.files, &self.ledger, &mut self.last);
        let mut read_ahead = || {
            if let (Some(ledger), Some(reading)) = (ledger, last.as_mut()) {
                reading.read_ahead(files, &ledger.rewrite);
            }
        };
        let wait = Wait::wanted(terms.wait, &mut still_wanted);
        let mut wait = match terms.durability {
            Durability::Disk => wait,
            Durability::Process => wait.seldom_looking().doing(&mut read_ahead),
        };
        let name = &mut self.deciding.name;
        let name = name.acquire_unverified(&mut self.patience, &mut wait)?;
        let deadline = wait.deadline();
        let mut still_wanted = || observer.still_wanted();
        let mut wait = Wait::wanted(terms.wait, &mut still_wanted).until(deadline);
        let held = lock_ledger(
            &self.files,
            &mut self.deciding.ledger,
            (&mut self.ledger, &self.shelf),
            &mut self.patience,
            &mut wait,
        )?;
        let mut desk = Desk {
            files: &self.files,
            name: &name,
            length: held.length(),
            ledger: &mut self.ledger,
            shelf: &mut self.shelf,
            last: &mut self.last,
            notes: &mut self.notes,
            sold: &mut self.sold,
            padded: &mut self.padded,
        };
        let decided = desk.decide(terms, observer, draft);
        let _ = observer.at(Step::LockReleasing);
        decided
    }

    /// The second stage: makes the ledger durable up to `end`, and publishes the count.
    fn finish(&mut self, terms: Terms, decided: Decided, tally: Tally) -> Result<Option<Error>> {
        let Decided {
            reading,
            end,
            written,
        } = decided;
        let Some(ledger) = &mut self.ledger else {
            return Err(no_ledger(&self.files));
        };
        let unproven = tally.bytes.saturating_sub(reading.counted);
        let covered = reading.counted >= end;
        let length = written.as_ref().map_or(reading.length, |w| w.length);
        self.last = Some(reading.with(tally, length));
        let lazy =
            terms.durability == Durability::Process && written.is_some() && unproven < UNPROVEN;
        if covered || lazy {
            return Ok(None);
        }
        known_bad!(AnswerFirst => return Ok(None));
        known_bad!(KnownBelieved => if written.is_none() { return Ok(None) });
        let mut syncer = durable::Syncer {
            files: &self.files,
            deciding: &mut self.deciding,
            patience: &mut self.patience,
            syncs: &mut self.syncs,
        };
        let durable = durable::share(&mut syncer, ledger, end, &mut self.last, terms.wait)?;
        Ok(match durable {
            Durable::Published => None,
            Durable::Unpublished(error) => Some(error),
        })
    }
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

/// What the holder of the deciding locks decides with.
struct Desk<'a> {
    files: &'a EventFiles,
    name: &'a Held<'a>,
    /// How long the ledger is, in bytes.
    length: Option<u64>,
    ledger: &'a mut Option<Ledger>,
    shelf: &'a mut Shelf,
    last: &'a mut Option<Reading>,
    notes: &'a mut Vec<String>,
    sold: &'a mut u64,
    padded: &'a mut bool,
}

impl Desk<'_> {
    fn decide<O: Observer>(
        &mut self,
        terms: Terms,
        observer: &mut O,
        draft: &mut Drafting<'_, '_, O>,
    ) -> Result<Option<Decided>> {
        let FileId { device, inode } = self.name.id();
        observer.at(Step::LockGot { device, inode })?;
        let Some(ledger) = self.ledger else {
            return Err(no_ledger(self.files));
        };
        let (last, length) = (self.last.take(), self.length);
        let reading = Reading::again_to_write(last, self.files, &ledger.rewrite, length)?;
        let mut reading = reading.sound(self.files)?;
        if needs_care(&reading) {
            reading = care(self.files, ledger, reading, terms.wait, self.notes)?;
        }
        if reading.tally.seq == 0 {
            return Err(no_ledger(self.files));
        }
        let record = match draft(&reading, &ledger.rewrite, observer) {
            Ok(Draft::Write(record)) => record,
            Ok(Draft::Known { end }) => {
                return Ok(Some(Decided {
                    reading,
                    end,
                    written: None,
                }));
            }
            Err(error) => {
                *self.last = Some(reading);
                return Err(error);
            }
        };
        // The ledger lock keeps other sellers out, whatever has become of the lock file.
        let named = match terms.durability {
            Durability::Disk => self.name.verify()?,
            Durability::Process => self.name.has_a_name()?,
        };
        if !named {
            return Ok(None);
        }
        let pad = *self.sold >= PAD_AFTER;
        let written = append::in_place(self.files, &ledger.rewrite, &reading, &record, pad)?;
        ledger.own.wrote(reading.tally.bytes, written.tally.bytes);
        *self.padded |= written.padded;
        *self.sold += 1;
        if *self.sold == PAD_AFTER {
            self.shelf.widen(SPARES);
        }
        let _ = observer.at(Step::Written);
        Ok(Some(Decided {
            reading,
            end: written.tally.bytes,
            written: Some(written),
        }))
    }
}

/// Takes the lock of the ledger that the name means, and opens that ledger; creates it where it is missing.
/// Only for the holder of the name lock.
pub(super) fn lock_ledger<'l>(
    files: &EventFiles,
    lock: &'l mut LockFile,
    (ledger, shelf): (&mut Option<Ledger>, &Shelf),
    patience: &mut Patience,
    wait: &mut Wait<'_>,
) -> Result<Held<'l>> {
    if ledger.is_none() {
        ready_ledger(files, ledger, shelf)?;
    }
    lock.acquire_where(patience, wait, &mut |found| {
        let fits = |ledger: &Option<Ledger>| match (ledger, found) {
            (Some(ledger), Some(found)) => ledger.rewrite.id == found.id,
            _ => false,
        };
        if fits(ledger) {
            return Ok(true);
        }
        ready_ledger(files, ledger, shelf)?;
        Ok(fits(ledger))
    })
}

/// Opens the ledger that the name means now, and creates it where it is missing. Only for the holder of the
/// name lock.
fn ready_ledger(files: &EventFiles, ledger: &mut Option<Ledger>, shelf: &Shelf) -> Result<()> {
    *ledger = None;
    let named = look(&files.ledger).map_err(|e| Error::io("look at", &files.ledger, e))?;
    if named.is_none() {
        let reading = Reading::take(files, None)?;
        open::create_ledger(files, reading.snapshot.ticket)?;
    }
    *ledger = Ledger::open(files, shelf)?;
    if ledger.is_none() {
        return Err(no_ledger(files));
    }
    Ok(())
}

/// Whether there is something to heal, or to tell.
fn needs_care(reading: &Reading) -> bool {
    reading.rest != Rest::Clean || reading.tally.seq == 0 || reading.rebuilt
}

/// Heals what a crash left. Only for the holder of the deciding locks.
fn care(
    files: &EventFiles,
    ledger: &Ledger,
    reading: Reading,
    wait: Duration,
    notes: &mut Vec<String>,
) -> Result<Reading> {
    if reading.rebuilt {
        let how = if reading.version().is_missing() {
            "was missing"
        } else {
            "was empty, as a power cut leaves it"
        };
        notes.push(format!(
            "{} {how}: rebuilt from the ledger",
            files.count.display()
        ));
    }
    if reading.rest == Rest::Clean && reading.tally.seq > 0 {
        return Ok(reading);
    }
    let ledger = &ledger.rewrite;
    let wanted = &mut || true;
    let _sync = sync_too(files, ledger, &mut Wait::wanted(wait, wanted))?;
    let reading = Reading::take(files, Some(ledger))?.sound(files)?;
    notes.extend(open::heal(files, ledger, &reading)?);
    Reading::take(files, Some(ledger))?.sound(files)
}
