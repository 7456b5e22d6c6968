//! One change of the ledger: read, decide, append under the lock; then make it durable.
//!
//! Sales, cancellations and adjustments all go through [`BoxOffice::commit`].

use std::time::{Duration, Instant};

use super::append::{self, Written};
use super::order::{Observer, Step, Writes};
use super::{BoxOffice, no_ledger};
use crate::error::{Error, Result};
use crate::store::durable::{self, Durability, Durable, Ledger};
use crate::store::event::EventFiles;
use crate::store::files::{FileId, look};
use crate::store::ledger::{Record, Tally};
use crate::store::ledger_file::LedgerFile;
use crate::store::lock::{Held, LockFile, LockKind, Patience, Wait};
use crate::store::open;
use crate::store::reading::{Reading, Rest, is_fresh};
use crate::store::spares::Shelf;

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
    /// Writes the line that `draft` makes of what it reads, and makes it durable. Under the lock
    /// `draft` may be asked again: when the lock file was deleted or replaced meanwhile.
    pub(super) fn commit<O: Observer>(
        &mut self,
        terms: Terms,
        observer: &mut O,
        draft: &mut Drafting<'_, '_, O>,
    ) -> Result<Committed> {
        self.open(terms.lock, terms.wait)?;
        if (terms.lock, terms.writes) != (LockKind::Exclusive, Writes::Replace) {
            return self.race(terms, observer, draft);
        }
        let decided = loop {
            if let Some(decided) = self.decide(terms, observer, draft)? {
                break decided;
            }
            // What was locked guards nothing any more, nor does a look that was taken under it.
            self.lock.forget();
            if let Some(ledger) = &mut self.ledger {
                ledger.named = None;
            }
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
        let held = self
            .lock
            .acquire_unverified(&mut self.patience, &mut wait)?;
        let mut desk = Desk {
            files: &self.files,
            held: &held,
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
        let durable = durable::share(
            &self.files,
            ledger,
            &mut self.turn,
            end,
            &mut self.last,
            terms.wait,
        )?;
        Ok(match durable {
            Durable::Published => None,
            Durable::Unpublished(error) => Some(error),
        })
    }
}

/// What the holder of the event's lock decides with.
struct Desk<'a> {
    files: &'a EventFiles,
    held: &'a Held<'a>,
    ledger: &'a mut Option<Ledger>,
    shelf: &'a mut Shelf,
    last: &'a mut Option<Reading>,
    notes: &'a mut Vec<String>,
    sold: &'a mut u64,
    padded: &'a mut bool,
}

impl Desk<'_> {
    /// Reads what came since a look that is hardly older than this, if the next line goes into padding.
    fn read_in_padding(&mut self) -> Option<Reading> {
        let ledger = self.ledger.as_ref()?;
        let now = Instant::now();
        let named = is_fresh(ledger.named?, now);
        let last = self.last.as_mut()?;
        if named && last.goes_on_in_padding(self.files, &ledger.rewrite, now) {
            self.last.take()
        } else {
            None
        }
    }

    /// Looks at the names too.
    fn read_with_care(&mut self) -> Result<Reading> {
        let now = Instant::now();
        let length = ready_ledger(self.files, self.ledger, self.shelf, Some(self.held))?;
        let Some(ledger) = self.ledger else {
            return Err(no_ledger(self.files));
        };
        // Only a look under the lock says how the names are for a while.
        ledger.named = length.is_some().then_some(now);
        Reading::again_to_write(self.last.take(), self.files, &ledger.rewrite, length)
    }

    fn decide<O: Observer>(
        &mut self,
        terms: Terms,
        observer: &mut O,
        draft: &mut Drafting<'_, '_, O>,
    ) -> Result<Option<Decided>> {
        let FileId { device, inode } = self.held.id();
        observer.at(Step::LockGot { device, inode })?;
        let reading = match self.read_in_padding() {
            Some(reading) => reading,
            None => self.read_with_care()?,
        };
        let mut reading = reading.sound(self.files)?;
        let Some(ledger) = self.ledger else {
            return Err(no_ledger(self.files));
        };
        if needs_care(&reading) {
            if !self.held.verify()? {
                return Ok(None);
            }
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
        if !self.held.verify()? {
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

/// Whether the lock file was deleted or replaced under our hands.
fn lost(held: Option<&Held<'_>>) -> Result<bool> {
    held.map_or(Ok(false), |held| Ok(!held.verify()?))
}

/// Opens the ledger that the name means now, and creates it where it is missing; returns its length
/// where it was open. Only for the holder of the event's lock.
pub(super) fn ready_ledger(
    files: &EventFiles,
    ledger: &mut Option<Ledger>,
    shelf: &Shelf,
    held: Option<&Held<'_>>,
) -> Result<Option<u64>> {
    let named = look(&files.ledger).map_err(|e| Error::io("look at", &files.ledger, e))?;
    if let (Some(ledger), Some(named)) = (&ledger, named)
        && ledger.rewrite.id == named.id
    {
        return Ok(Some(named.length));
    }
    *ledger = None;
    if named.is_none() && !lost(held)? {
        let reading = Reading::take(files, None)?;
        open::create_ledger(files, reading.snapshot.ticket)?;
    }
    *ledger = Ledger::open(files, shelf)?;
    Ok(None)
}

/// Whether there is something to heal, or to tell.
fn needs_care(reading: &Reading) -> bool {
    reading.rest != Rest::Clean || reading.tally.seq == 0 || reading.rebuilt
}

/// Heals what a crash left. Only for the holder of the event's lock.
fn care(
    files: &EventFiles,
    ledger: &Ledger,
    reading: Reading,
    wait: Duration,
    notes: &mut Vec<String>,
) -> Result<Reading> {
    if reading.rebuilt {
        notes.push(format!(
            "{} was empty, as a power cut leaves it: rebuilt from the ledger",
            files.count.display()
        ));
    }
    if reading.rest == Rest::Clean && reading.tally.seq > 0 {
        return Ok(reading);
    }
    let ledger = &ledger.rewrite;
    let mut turn = LockFile::on(files.ledger.clone());
    let wanted = &mut || true;
    let mut wait = Wait::wanted(wait, wanted);
    let _turn = turn.acquire(&mut Patience::default(), &mut wait)?;
    let reading = Reading::take(files, Some(ledger))?.sound(files)?;
    notes.extend(open::heal(files, ledger, &reading)?);
    Reading::take(files, Some(ledger))?.sound(files)
}
