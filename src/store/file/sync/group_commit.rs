//! Group commit: making sales durable, one sync for all who wait, and publishing the count.
//!
//! The invariant: `tickets.json` counts a line only after one process has vouched for that line and for every
//! line before it ([`crate::store::file::sync::vouch`]).

#[cfg(test)]
#[path = "group_commit_tests.rs"]
mod tests;

use std::fs::File;
use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, Tally};
use crate::store::file::backoff::Backoff;
use crate::store::file::count::publish::publish_on;
use crate::store::file::event::EventFiles;
use crate::store::file::files::directory::sync_directory;
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::lock::decision::DecisionLocks;
use crate::store::file::lock::lock_file::LockFile;
use crate::store::file::lock::publication::may_publish;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::view::LedgerView;
use crate::store::file::recovery::clean_up::{CleanedUp, clean_up};
use crate::store::file::recycled::RecycledVersions;
use crate::store::file::sync::commit_delay::CommitDelay;
use crate::store::file::sync::own_tail::OwnTail;
use crate::store::file::sync::sync_lock::{acquire_sync, sync_busy, try_sync};
use crate::store::file::sync::vouch;
use crate::store::file::sync::wakeup::Wakeup;
use crate::store::file::sys::{FileId, look};
use crate::store::options::Durability;

/// What became of a sale that is on the ledger.
#[derive(Debug)]
pub(crate) enum Durable {
    /// Durable, and counted in `tickets.json`.
    Published,
    /// Durable, but `tickets.json` could not be brought up to it.
    Unpublished(Error),
}

/// What a process knows of the syncs that it has made.
#[derive(Debug, Default)]
pub(crate) struct Syncs {
    /// Whether what killed processes left was looked for. Whoever has the sync lock does so once, for nobody
    /// else is about to give a temporary file its name then.
    cleaned_up: bool,
    /// What was found then.
    pub(crate) found: CleanedUp,
    commit_delay: CommitDelay,
    /// What this process proved durable, and has not published: somebody held the name lock.
    proven: Proven,
}

/// How far one ledger is proven durable by this process.
#[derive(Debug, Clone, Copy, Default)]
struct Proven {
    ledger: Option<FileId>,
    bytes: u64,
}

impl Proven {
    /// From where on a ledger that is counted so far is to be proven.
    fn from(self, ledger: FileId, counted: u64) -> u64 {
        if self.ledger == Some(ledger) {
            counted.max(self.bytes)
        } else {
            counted
        }
    }
}

/// The ledger, open twice: Linux appends whatever is written through an appending handle, at
/// whatever offset, so that writing in place needs another.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) rewrite: LedgerFile,
    pub(crate) append: File,
    wakeup: Wakeup,
    recycled: RecycledVersions,
    /// What this process wrote itself through `rewrite`.
    pub(crate) own: OwnTail,
}

impl Ledger {
    /// `recycled`: for versions of the count that lose their name.
    pub(crate) fn open(files: &EventFiles, recycled: &RecycledVersions) -> Result<Option<Self>> {
        let Some(rewrite) = open_ledger(files, Access::ReadWrite)? else {
            return Ok(None);
        };
        let append = open_regular(&files.ledger, Access::Append)?;
        Ok(Some(Self {
            wakeup: Wakeup::of(&rewrite.file),
            recycled: recycled.clone(),
            rewrite,
            append,
            own: OwnTail::default(),
        }))
    }
}

/// Who makes lines durable: with which locks, and how they are waited for.
pub(crate) struct Syncer<'a> {
    pub(crate) files: &'a EventFiles,
    pub(crate) decision_locks: &'a mut DecisionLocks,
    pub(crate) strategy: &'a mut WaitStrategy,
    pub(crate) syncs: &'a mut Syncs,
}

/// Makes the ledger durable up to `end` at least, and publishes the count; for lines that were
/// decided under the decision locks, which are given up by now. Whoever gets the sync lock does it for all who
/// have appended by then, and rings; the others wait for the wakeup and look.
///
/// `last` is what this caller last read, and what it has read in the end.
///
/// # Errors
/// [`Kind::OutcomeUnknown`]: the line is on the ledger, and not proven durable.
pub(crate) fn commit_group(
    syncer: &mut Syncer<'_>,
    ledger: &mut Ledger,
    end: u64,
    last: &mut Option<LedgerView>,
    wait: Duration,
) -> Result<Durable> {
    let deadline = Instant::now() + wait;
    let mut strategy = SHORTEST;
    let files = syncer.files;
    // Whose lock on the name kept the count from being published.
    let mut named = None;
    loop {
        let done = match sync_once(syncer, ledger, end, last)? {
            Attempt::Busy => None,
            Attempt::Named(holder) => {
                named = Some(holder);
                None
            }
            Attempt::Done(result) => Some(result),
            Attempt::Unwritten => Some(rewrite_unwritten(syncer, ledger, end, last, deadline)),
        };
        if let Some(result) = done {
            syncer.syncs.commit_delay.answered(counted(last.as_ref()));
            // Also after an error: the next one's turn may cure it.
            ledger.wakeup.notify();
            return result;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return match named {
                // Proven, and whoever publishes next counts it.
                Some(file) => Ok(Durable::Unpublished(
                    syncer.decision_locks.name.busy(file, wait),
                )),
                None => Err(unknown(sync_busy(files, wait))),
            };
        }
        ledger.wakeup.wait(left.min(strategy));
        strategy = LONGEST.min(2 * strategy);
        if is_covered(files, &ledger.rewrite, end, last) {
            syncer.syncs.commit_delay.answered(counted(last.as_ref()));
            return Ok(Durable::Published);
        }
    }
}

/// What came of a try to sync.
enum Attempt {
    /// Somebody else is syncing.
    Busy,
    Done(Result<Durable>),
    /// All of it is proven durable, and somebody holds the name lock, which is this file's.
    Named(FileId),
    /// The disk lacks something of it though the sync succeeded.
    Unwritten,
}

/// Does what [`take_turn`] does, if nobody else has the sync lock.
fn sync_once(
    syncer: &mut Syncer<'_>,
    ledger: &mut Ledger,
    end: u64,
    last: &mut Option<LedgerView>,
) -> Result<Attempt> {
    let (files, own) = (syncer.files, ledger.own);
    let whole = &mut syncer.decision_locks.ledger;
    let Some(held) = try_sync(&ledger.rewrite, whole).map_err(unknown)? else {
        return Ok(Attempt::Busy);
    };
    // Whoever steps through the sellers one by one stops them with the lock in their hands, and edits nothing.
    let is_stepped = syncer.strategy.is_stepped();
    let mut name = (!is_stepped).then_some(&mut syncer.decision_locks.name);
    let result = take_turn(files, ledger, own, end, last, &mut name, syncer.syncs);
    // Whoever locks a ledger that has lost its name keeps nobody off what stands beside the name.
    if !syncer.syncs.cleaned_up && ledger.rewrite.is_at(&files.ledger) {
        syncer.syncs.cleaned_up = true;
        // Strays harm nobody: the next one may sweep them.
        syncer.syncs.found = clean_up(files).unwrap_or_default();
    }
    drop(held);
    // What was written before this sync was vouched for by it, or by nothing any more.
    ledger.own = OwnTail::default();
    Ok(match result {
        Ok(Turn::Done(durable)) => Attempt::Done(Ok(durable)),
        Ok(Turn::Named(file)) => Attempt::Named(file),
        Ok(Turn::Again) => Attempt::Busy,
        Ok(Turn::Unwritten) => Attempt::Unwritten,
        Err(error) => Attempt::Done(Err(error)),
    })
}

/// Writes the end of the ledger anew where the disk lacks it although a sync succeeded, and publishes the
/// count. Blocks are written as a whole, so that nobody may append meanwhile: it takes the decision locks.
fn rewrite_unwritten(
    syncer: &mut Syncer<'_>,
    ledger: &Ledger,
    end: u64,
    last: &mut Option<LedgerView>,
    deadline: Instant,
) -> Result<Durable> {
    let files = syncer.files;
    *last = None;
    let wanted = &mut || true;
    let mut wait = Wait::wanted(deadline.saturating_duration_since(Instant::now()), wanted);
    let locks = syncer.decision_locks.acquire(syncer.strategy, &mut wait);
    let _locks = locks.map_err(unknown)?;
    let (ledger, recycled) = (&ledger.rewrite, &ledger.recycled);
    let _sync = acquire_sync(files, ledger, &mut wait).map_err(unknown)?;
    if !ledger.is_at(&files.ledger) {
        return archived(files, ledger, end);
    }
    let view = match LedgerView::take(files, Some(ledger)) {
        Ok(view) => view.sound(files).map_err(unknown)?,
        Err(error) => {
            // The count is unreadable or contradicts the ledger. The sale stands all the same.
            vouch::secure(files, ledger, 0, end).map_err(unknown)?;
            sync_directory(&files.ledger).map_err(unknown)?;
            return Ok(Durable::Unpublished(error));
        }
    };
    if view.counted < end {
        vouch::secure(files, ledger, view.counted, view.tally.bytes).map_err(unknown)?;
    }
    if view.tally.bytes < end {
        return Err(too_short(files));
    }
    if view.counted == 0 {
        sync_directory(&files.ledger).map_err(unknown)?;
    }
    Ok(match publish_reading(files, recycled, ledger, view) {
        Ok(view) => {
            *last = Some(view);
            Durable::Published
        }
        Err(error) => Durable::Unpublished(error),
    })
}

/// The last line that the count includes, as it was last read.
fn counted(last: Option<&LedgerView>) -> u64 {
    let counted = last.and_then(|view| view.count.counted);
    counted.map_or(0, |counted| counted.seq)
}

fn delay_commit(
    files: &EventFiles,
    ledger: &LedgerFile,
    mut view: LedgerView,
    delay: &CommitDelay,
) -> Result<LedgerView> {
    let (start, mut backoff) = (Instant::now(), Backoff::YIELDS);
    let counted = view.count.counted.map_or(0, |counted| counted.seq);
    while delay.goes_on(view.tally.seq.saturating_sub(counted), start.elapsed()) {
        backoff.pause();
        view.read_on(files, ledger).map_err(unknown)?;
    }
    Ok(view)
}

/// How long a wakeup is waited for before one looks, at first and at last: it may have rung just before,
/// and whoever should ring it may have been killed.
const SHORTEST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(100);

/// Whether `tickets.json` counts this ledger up to `end`. Without the turn.
///
/// A reset renames the new ledger over the old before it writes a new count. So if the name still means
/// this ledger after the count was read, the count is of this ledger.
fn is_covered(
    files: &EventFiles,
    ledger: &LedgerFile,
    end: u64,
    last: &mut Option<LedgerView>,
) -> bool {
    let looked = match last.take() {
        Some(view) => view.covers(end, files, ledger),
        None => LedgerView::take(files, Some(ledger)).map(|view| {
            let covered = view.counted >= end;
            (view, covered)
        }),
    };
    // What does not add up is told by whoever has the turn.
    let Ok((view, covered)) = looked else {
        return false;
    };
    *last = Some(view);
    covered && ledger.is_at(&files.ledger)
}

/// What a turn came to.
enum Turn {
    Done(Durable),
    /// Somebody holds the name lock, which is this file's.
    Named(FileId),
    /// The count could not be read, and can by now.
    Again,
    /// The disk lacks something of it though a sync succeeded.
    Unwritten,
}

/// Makes durable all that is on the ledger, unless somebody else has done it, and publishes the count under the
/// name lock: whoever holds that edits the count in peace. For the holder of the sync lock, who never waits for
/// the name lock but only tries it, a few times: it comes first in the order of locks.
fn take_turn(
    files: &EventFiles,
    ledger: &Ledger,
    own: OwnTail,
    end: u64,
    last: &mut Option<LedgerView>,
    name: &mut Option<&mut LockFile>,
    syncs: &mut Syncs,
) -> Result<Turn> {
    let (ledger, recycled) = (&ledger.rewrite, &ledger.recycled);
    let named = look(&files.ledger).map_err(|e| unknown(Error::io("look at", &files.ledger, e)))?;
    let Some(named) = named.filter(|named| named.id == ledger.id) else {
        return archived(files, ledger, end).map(Turn::Done);
    };
    let view = LedgerView::again(last.take(), files, ledger, Some(named.length));
    let view = match view.map(LedgerView::leaving_the_tail) {
        Ok(view) if view.counted >= end => {
            *last = Some(view);
            return Ok(Turn::Done(Durable::Published));
        }
        Ok(view) => delay_commit(files, ledger, view, &syncs.commit_delay)?,
        Err(error) => {
            // The count is unreadable or contradicts the ledger. The sale stands all the same.
            let proven = vouch::prove(files, ledger, (0, end), false).map_err(unknown)?;
            sync_directory(&files.ledger).map_err(unknown)?;
            if !proven {
                return Ok(Turn::Unwritten);
            }
            // Whoever holds the name lock may be writing it just now.
            let Some(name) = name else {
                return Ok(Turn::Done(Durable::Unpublished(error)));
            };
            return Ok(match may_publish(ledger, name, files) {
                Ok(Err(file)) => Turn::Named(file),
                // It was written meanwhile.
                Ok(Ok(_)) if LedgerView::take(files, Some(ledger)).is_ok() => Turn::Again,
                _ => Turn::Done(Durable::Unpublished(error)),
            });
        }
    };
    if view.tally.bytes < end {
        return Err(too_short(files));
    }
    let start = Instant::now();
    known_bad!(PublishFirst => drop(publish_on(files, recycled, ledger, (&view.count, &view.tally), Some(view.version()))));
    let to = view.tally.bytes;
    let from = syncs.proven.from(ledger.id, view.counted);
    if from < to {
        let is_own = own.covers(from, to);
        if !vouch::prove(files, ledger, (from, to), is_own).map_err(unknown)? {
            return Ok(Turn::Unwritten);
        }
        syncs.commit_delay.took(start.elapsed());
        // Nobody has counted this ledger yet: whoever gave it its name may have been killed before that was
        // durable, and a power cut would bring the ledger before it back, or none.
        if view.counted == 0 {
            sync_directory(&files.ledger).map_err(unknown)?;
        }
        syncs.proven = Proven {
            ledger: Some(ledger.id),
            bytes: to,
        };
    }
    known_bad!(PublishUnlocked => *name = None);
    let _name = match name {
        None => None,
        Some(name) => match may_publish(ledger, name, files) {
            Ok(Ok(publishing)) => Some(publishing),
            Ok(Err(file)) => {
                *last = Some(view);
                return Ok(Turn::Named(file));
            }
            Err(error) => return Ok(Turn::Done(Durable::Unpublished(error))),
        },
    };
    Ok(Turn::Done(
        match publish_reading(files, recycled, ledger, view) {
            Ok(view) => {
                *last = Some(view);
                Durable::Published
            }
            Err(error) => Durable::Unpublished(error),
        },
    ))
}

fn too_short(files: &EventFiles) -> Error {
    let message = "the ledger does not add up as far as the line that was written";
    Error::new(Kind::OutcomeUnknown, message).at(&files.ledger, 0, 0)
}

/// Writes the count of all that was read.
fn publish_reading(
    files: &EventFiles,
    recycled: &RecycledVersions,
    ledger: &LedgerFile,
    view: LedgerView,
) -> Result<LedgerView> {
    let count = (&view.count, &view.tally);
    let (count, version) = publish_on(files, recycled, ledger, count, Some(view.version()))?;
    Ok(view.published(count, version))
}

/// Another ledger stands under the name. A reset put ours away, and synced it first: if the new
/// ledger says so. Whatever else has replaced it vouches for nothing.
fn archived(files: &EventFiles, ledger: &LedgerFile, end: u64) -> Result<Durable> {
    let ours = ledger.first_line(files).map_err(unknown)?;
    let new = open_ledger(files, Access::Read).map_err(unknown)?;
    let new = match &new {
        Some(new) => new.first_line(files).map_err(unknown)?,
        None => None,
    };
    let replaced = new.and_then(|line| line.replaces);
    match (ours, replaced) {
        (Some(ours), Some(replaced))
            if replaced.opened == ours.sum.to_string() && replaced.end >= end =>
        {
            Ok(Durable::Published)
        }
        _ => {
            let message = "another ledger has taken this one's place before the sale was durable";
            Err(Error::new(Kind::OutcomeUnknown, message).at(&files.ledger, 0, 0))
        }
    }
}

/// Makes one's own sale durable, if it is to be, and publishes one's own count, over whatever others
/// published; for sales that were decided without a lock.
pub(crate) fn commit_unshared(
    files: &EventFiles,
    ledger: &Ledger,
    durability: Durability,
    count: &CountFile,
    tally: &Tally,
) -> Result<Durable> {
    if durability == Durability::Disk {
        vouch::sync(files, &ledger.append).map_err(unknown)?;
    }
    let count = (count, tally);
    let published = publish_on(files, &ledger.recycled, &ledger.rewrite, count, None);
    Ok(match published {
        Ok(_) => Durable::Published,
        Err(error) => Durable::Unpublished(error),
    })
}

fn unknown(error: Error) -> Error {
    error.with_kind(Kind::OutcomeUnknown)
}
