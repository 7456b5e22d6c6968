//! Do two processes exclude each other, and does a lock go with its holder.

use std::time::{Duration, Instant};

use super::peer::{Peer, PeerAnswer, PeerRequest};
use super::peer_process::PeerProcess;
use super::report::{Check, CheckResult};
use super::scratch::{LOCK, Scratch};
use crate::error::Result;
use crate::store::file::backoff::Backoff;
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::lock::range::{RangeTry, try_range};

/// How long the lock of a killed process may stay.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who is to do a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    This,
    Peer,
}

/// Who does what, what must come of it, and what it means if something else does.
type LockStep = (Who, PeerRequest, PeerAnswer, &'static str);

const EXCLUSION: [LockStep; 8] = [
    (
        Who::This,
        PeerRequest::Lock,
        PeerAnswer::Locked,
        "a lock that nobody holds was refused",
    ),
    (
        Who::Peer,
        PeerRequest::Lock,
        PeerAnswer::Held,
        "two holders: another process got the lock that this one holds",
    ),
    (
        Who::This,
        PeerRequest::Unlock,
        PeerAnswer::Unlocked,
        "a lock could not be given up",
    ),
    (
        Who::Peer,
        PeerRequest::Lock,
        PeerAnswer::Locked,
        "a lock that was given up stays taken",
    ),
    (
        Who::This,
        PeerRequest::Lock,
        PeerAnswer::Held,
        "two holders: this process got the lock that another one holds",
    ),
    (
        Who::Peer,
        PeerRequest::Unlock,
        PeerAnswer::Unlocked,
        "a lock could not be given up",
    ),
    (
        Who::This,
        PeerRequest::Lock,
        PeerAnswer::Locked,
        "a lock that another process gave up stays taken",
    ),
    (
        Who::This,
        PeerRequest::Unlock,
        PeerAnswer::Unlocked,
        "a lock could not be given up",
    ),
];

/// A sale takes the ledger lock through a handle for reading.
const READ_ONLY: [LockStep; 3] = [
    (
        Who::This,
        PeerRequest::Lock,
        PeerAnswer::Locked,
        "a file that is open for reading cannot be locked",
    ),
    (
        Who::Peer,
        PeerRequest::Lock,
        PeerAnswer::Held,
        "the lock of a file that is open for reading excludes nobody",
    ),
    (
        Who::This,
        PeerRequest::Unlock,
        PeerAnswer::Unlocked,
        "a lock could not be given up",
    ),
];

/// A sale is appended to the ledger, and a query reads it, while another sale has it locked.
const ADVISORY: [LockStep; 3] = [
    (
        Who::This,
        PeerRequest::Lock,
        PeerAnswer::Locked,
        "a lock that nobody holds was refused",
    ),
    (
        Who::Peer,
        PeerRequest::Use,
        PeerAnswer::Used,
        "a locked file cannot be read and appended to",
    ),
    (
        Who::This,
        PeerRequest::Unlock,
        PeerAnswer::Unlocked,
        "a lock could not be given up",
    ),
];

pub(super) fn examine(scratch: &Scratch<'_>) -> Result<[Check; 5]> {
    let mut peer = PeerProcess::start(scratch)?;
    let this = Peer::with(scratch.path(LOCK), Access::ReadWrite)?;
    let reader = Peer::with(scratch.path(LOCK), Access::Read)?;
    let exclusion = go_through(scratch, &EXCLUSION, &this, &mut peer)?;
    let read_only = go_through(scratch, &READ_ONLY, &reader, &mut peer)?;
    let advisory = go_through(scratch, &ADVISORY, &this, &mut peer)?;
    Ok([
        Check::of("exclusion", "two processes exclude each other", exclusion),
        Check::of(
            "read_only_lock",
            "also through a handle for reading, as the ledger is locked",
            read_only,
        ),
        Check::of(
            "advisory",
            "a locked file can be read and appended to",
            advisory,
        ),
        sync_lock(scratch, &this)?,
        killed_holder(scratch, &this, &mut peer)?,
    ])
}

/// Whether one process can sync a ledger while another one decides.
fn sync_lock(scratch: &Scratch<'_>, this: &Peer) -> Result<Check> {
    const NAME: &str = "sync_lock";
    let path = scratch.path(LOCK);
    let open = || open_regular(&path, Access::ReadWrite);
    let (one, other) = (open()?, open()?);
    this.handle(PeerRequest::Lock);
    let held = try_range(&one);
    let again = try_range(&other);
    this.handle(PeerRequest::Unlock);
    Ok(match (held, again) {
        (Ok(RangeTry::Held(_)), Ok(RangeTry::Busy)) => Check::new(
            NAME,
            CheckResult::Pass,
            "one process syncs the ledger while another one decides",
        ),
        (Ok(RangeTry::Unsupported), _) => Check::new(
            NAME,
            CheckResult::Note,
            "there are no open file description locks: who syncs keeps off who decides, which is slower",
        ),
        (Ok(RangeTry::Held(_)), _) => Check::new(
            NAME,
            CheckResult::Fail,
            "two holders: the sync lock of one handle was given to another",
        ),
        (Ok(RangeTry::Busy), _) => Check::new(
            NAME,
            CheckResult::Fail,
            "a lock on the whole file keeps off one on a byte of it: a sale would wait for itself",
        ),
        (Err(error), _) => Check::new(NAME, CheckResult::Fail, error.to_string()),
    })
}

/// Goes through the steps up to the first that goes wrong; tells what does. Nobody holds the lock
/// afterwards.
fn go_through(
    scratch: &Scratch<'_>,
    steps: &[LockStep],
    this: &Peer,
    peer: &mut PeerProcess<'_>,
) -> Result<Option<String>> {
    let mut found = None;
    for (who, request, expected, wrong) in steps {
        scratch.go_on()?;
        let answer = match who {
            Who::This => this.handle(*request),
            Who::Peer => peer.ask(*request)?,
        };
        if answer != *expected {
            found = Some(match answer {
                PeerAnswer::Failed(error) => format!("{wrong}: {error}"),
                _ => (*wrong).to_owned(),
            });
            break;
        }
    }
    this.handle(PeerRequest::Unlock);
    peer.ask(PeerRequest::Unlock)?;
    Ok(found)
}

fn killed_holder(scratch: &Scratch<'_>, this: &Peer, peer: &mut PeerProcess<'_>) -> Result<Check> {
    const NAME: &str = "killed_holder";
    let locked = peer.ask(PeerRequest::Lock)? == PeerAnswer::Locked;
    if !locked || this.handle(PeerRequest::Lock) != PeerAnswer::Held {
        let text = "was not tried: the lock excludes nobody";
        return Ok(Check::new(NAME, CheckResult::Note, text));
    }
    peer.kill()?;
    let (killed, mut backoff) = (Instant::now(), Backoff::napping(Duration::from_millis(1)));
    while this.handle(PeerRequest::Lock) != PeerAnswer::Locked {
        scratch.go_on()?;
        if killed.elapsed() > PATIENCE {
            let text = format!("a killed process still has its lock after {PATIENCE:?}");
            return Ok(Check::new(NAME, CheckResult::Fail, text));
        }
        backoff.pause();
    }
    let text = "a killed process leaves its lock to others";
    Ok(Check::new(NAME, CheckResult::Pass, text))
}
