//! One sync attempt: under the sync lock, all that is on the ledger is made durable and published, for all who wait.

use std::time::Instant;

use crate::error::{Error, Result};
use crate::store::file::backoff::Backoff;
use crate::store::file::event::EventFiles;
use crate::store::file::files::directory::sync_directory;
use crate::store::file::lock::decision::DecisionLocks;
use crate::store::file::lock::lock_file::LockFile;
use crate::store::file::lock::publication::may_publish;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::recovery::clean_up::{CleanedUp, clean_up};
use crate::store::file::sync::commit_delay::CommitDelay;
use crate::store::file::sync::open_ledger::OpenLedger;
use crate::store::file::sync::outcome::{
    Durable, outcome_of, publish_view, settled_by_reset, too_short, unknown,
};
use crate::store::file::sync::own_tail::OwnTail;
use crate::store::file::sync::prove;
use crate::store::file::sync::sync_lock::try_sync;
use crate::store::file::sys::{FileId, look};

/// What a process knows of the syncs that it has made.
#[derive(Debug, Default)]
pub(crate) struct SyncState {
    /// Whether what killed processes left was looked for. A process that has the sync lock does so once, for nobody
    /// else is about to give a temporary file its name then.
    cleaned_up: bool,
    /// What was found then.
    pub(crate) found: CleanedUp,
    pub(crate) commit_delay: CommitDelay,
    /// What this process proved durable, and has not published: somebody held the name lock.
    durable: DurableTo,
}

/// How far one ledger is proven durable by this process.
#[derive(Debug, Clone, Copy, Default)]
struct DurableTo {
    ledger: Option<FileId>,
    bytes: u64,
}

impl DurableTo {
    /// From where on a ledger that is counted so far is to be proven.
    fn from(self, ledger: FileId, counted: u64) -> u64 {
        if self.ledger == Some(ledger) {
            counted.max(self.bytes)
        } else {
            counted
        }
    }
}

/// Who makes lines durable: with which locks, and how they are waited for.
pub(crate) struct GroupCommit<'a> {
    pub(crate) files: &'a EventFiles,
    pub(crate) decision_locks: &'a mut DecisionLocks,
    pub(crate) strategy: &'a mut WaitStrategy,
    pub(crate) state: &'a mut SyncState,
}

/// What came of a try to sync.
pub(crate) enum Attempt {
    /// Somebody else is syncing.
    Busy,
    Done(Result<Durable>),
    /// All of it is proven durable, and somebody holds the name lock, which is this file's.
    NameLocked(FileId),
    /// The disk lacks something of it though the sync succeeded.
    Unwritten,
}

/// Does what [`under_sync_lock`] does, if nobody else has the sync lock.
pub(crate) fn sync_once(
    commit: &mut GroupCommit<'_>,
    ledger: &mut OpenLedger,
    end: u64,
    last: &mut Option<LedgerView>,
) -> Result<Attempt> {
    let files = commit.files;
    let whole = &mut commit.decision_locks.ledger;
    let Some(held) = try_sync(&ledger.rewrite, whole).map_err(unknown)? else {
        return Ok(Attempt::Busy);
    };
    // A step control stops the sellers with the lock in their hands, and edits nothing.
    let is_stepped = commit.strategy.is_stepped();
    let mut name = (!is_stepped).then_some(&mut commit.decision_locks.name);
    let result = under_sync_lock(files, ledger, end, last, &mut name, commit.state);
    // The lock of a ledger that has lost its name keeps nobody off what stands beside the name.
    if !commit.state.cleaned_up && ledger.rewrite.is_at(&files.ledger) {
        commit.state.cleaned_up = true;
        // Orphans harm nobody: the next one may clean them up.
        commit.state.found = clean_up(files).unwrap_or_default();
    }
    drop(held);
    // What was written before this sync was proven durable by it, or by nothing any more.
    ledger.own = OwnTail::default();
    Ok(match result {
        Ok(AttemptEnd::Done(durable)) => Attempt::Done(Ok(durable)),
        Ok(AttemptEnd::NameLocked(file)) => Attempt::NameLocked(file),
        Ok(AttemptEnd::Again) => Attempt::Busy,
        Ok(AttemptEnd::Unwritten) => Attempt::Unwritten,
        Err(error) => Attempt::Done(Err(error)),
    })
}

/// The last line that the count includes, as it was last read.
pub(crate) fn counted(last: Option<&LedgerView>) -> u64 {
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

/// What an attempt came to, once it had the sync lock.
enum AttemptEnd {
    Done(Durable),
    /// Somebody holds the name lock, which is this file's.
    NameLocked(FileId),
    /// The count could not be read, and can by now.
    Again,
    /// The disk lacks something of it though a sync succeeded.
    Unwritten,
}

/// Makes durable all that is on the ledger, unless somebody else has done it, and publishes the count under the
/// name lock: its holder edits the count in peace. For the holder of the sync lock, which never waits for the name
/// lock but only tries it, a few times: it comes first in the order of locks.
fn under_sync_lock(
    files: &EventFiles,
    ledger: &OpenLedger,
    end: u64,
    last: &mut Option<LedgerView>,
    name: &mut Option<&mut LockFile>,
    state: &mut SyncState,
) -> Result<AttemptEnd> {
    let own = ledger.own;
    let (ledger, recycled) = (&ledger.rewrite, &ledger.recycled);
    let named = look(&files.ledger).map_err(|e| unknown(Error::io("look at", &files.ledger, e)))?;
    let Some(named) = named.filter(|named| named.id == ledger.id) else {
        return settled_by_reset(files, ledger, end).map(AttemptEnd::Done);
    };
    let view = LedgerView::again(last.take(), files, ledger, Some(named.length));
    let view = match view.map(LedgerView::leaving_the_tail) {
        Ok(view) if view.counted >= end => {
            *last = Some(view);
            return Ok(AttemptEnd::Done(Durable::Published));
        }
        Ok(view) => delay_commit(files, ledger, view, &state.commit_delay)?,
        Err(error) => return without_a_count(files, ledger, end, name, error),
    };
    if view.tally.bytes < end {
        return Err(too_short(files));
    }
    known_bad!(PublishFirst => drop(crate::store::file::count::publish::publish_on(files, recycled, ledger, (&view.count, &view.tally), Some(view.version()))));
    if !prove_durable(files, ledger, own, &view, state)? {
        return Ok(AttemptEnd::Unwritten);
    }
    known_bad!(PublishUnlocked => *name = None);
    let _name = match name {
        None => None,
        Some(name) => match may_publish(ledger, name, files) {
            Ok(Ok(publishing)) => Some(publishing),
            Ok(Err(file)) => {
                *last = Some(view);
                return Ok(AttemptEnd::NameLocked(file));
            }
            Err(error) => return Ok(AttemptEnd::Done(Durable::Unpublished(error))),
        },
    };
    let published = publish_view(files, recycled, ledger, view);
    Ok(AttemptEnd::Done(outcome_of(published, last)))
}

/// Makes the ledger durable where the count is unreadable or contradicts it. The sale stands all the same.
fn without_a_count(
    files: &EventFiles,
    ledger: &LedgerFile,
    end: u64,
    name: &mut Option<&mut LockFile>,
    error: Error,
) -> Result<AttemptEnd> {
    let proven = prove::prove(files, ledger, (0, end), false).map_err(unknown)?;
    sync_directory(&files.ledger).map_err(unknown)?;
    if !proven {
        return Ok(AttemptEnd::Unwritten);
    }
    // The holder of the name lock may be writing it just now.
    let Some(name) = name else {
        return Ok(AttemptEnd::Done(Durable::Unpublished(error)));
    };
    Ok(match may_publish(ledger, name, files) {
        Ok(Err(file)) => AttemptEnd::NameLocked(file),
        // It was written meanwhile.
        Ok(Ok(_)) if LedgerView::take(files, Some(ledger)).is_ok() => AttemptEnd::Again,
        _ => AttemptEnd::Done(Durable::Unpublished(error)),
    })
}

/// Makes durable what was read, as far as this process has not done so before. `false`: the disk lacks a block of it.
fn prove_durable(
    files: &EventFiles,
    ledger: &LedgerFile,
    own: OwnTail,
    view: &LedgerView,
    state: &mut SyncState,
) -> Result<bool> {
    let start = Instant::now();
    let to = view.tally.bytes;
    let from = state.durable.from(ledger.id, view.counted);
    if from >= to {
        return Ok(true);
    }
    let is_own = own.covers(from, to);
    if !prove::prove(files, ledger, (from, to), is_own).map_err(unknown)? {
        return Ok(false);
    }
    state.commit_delay.took(start.elapsed());
    // Nobody has counted this ledger yet: the process that gave it its name may have been killed before that was
    // durable, and a power cut would bring the ledger before it back, or none.
    if view.counted == 0 {
        sync_directory(&files.ledger).map_err(unknown)?;
    }
    state.durable = DurableTo {
        ledger: Some(ledger.id),
        bytes: to,
    };
    Ok(true)
}
