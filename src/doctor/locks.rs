//! Do two processes exclude each other, and does a lock go with its holder.

use std::thread;
use std::time::{Duration, Instant};

use super::ground::{Ground, LOCK};
use super::party::{Answer, Order, Party};
use super::report::{Check, Finding};
use super::witness::Witness;
use crate::error::Result;
use crate::store::file::files::{Access, open_regular};
use crate::store::file::lock::range::{Tried, try_range};

/// How long the lock of a killed process may stay.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who is to do a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    This,
    Witness,
}

/// Who does what, what must come of it, and what it means if something else does.
type Step = (Who, Order, Answer, &'static str);

const EXCLUSION: [Step; 8] = [
    (
        Who::This,
        Order::Lock,
        Answer::Locked,
        "a lock that nobody holds was refused",
    ),
    (
        Who::Witness,
        Order::Lock,
        Answer::Held,
        "two holders: another process got the lock that this one holds",
    ),
    (
        Who::This,
        Order::Unlock,
        Answer::Unlocked,
        "a lock could not be given up",
    ),
    (
        Who::Witness,
        Order::Lock,
        Answer::Locked,
        "a lock that was given up stays taken",
    ),
    (
        Who::This,
        Order::Lock,
        Answer::Held,
        "two holders: this process got the lock that another one holds",
    ),
    (
        Who::Witness,
        Order::Unlock,
        Answer::Unlocked,
        "a lock could not be given up",
    ),
    (
        Who::This,
        Order::Lock,
        Answer::Locked,
        "a lock that another process gave up stays taken",
    ),
    (
        Who::This,
        Order::Unlock,
        Answer::Unlocked,
        "a lock could not be given up",
    ),
];

/// A sale takes the ledger lock through a handle for reading.
const READ_ONLY: [Step; 3] = [
    (
        Who::This,
        Order::Lock,
        Answer::Locked,
        "a file that is open for reading cannot be locked",
    ),
    (
        Who::Witness,
        Order::Lock,
        Answer::Held,
        "the lock of a file that is open for reading excludes nobody",
    ),
    (
        Who::This,
        Order::Unlock,
        Answer::Unlocked,
        "a lock could not be given up",
    ),
];

/// A sale is appended to the ledger, and a query reads it, while another sale has it locked.
const ADVISORY: [Step; 3] = [
    (
        Who::This,
        Order::Lock,
        Answer::Locked,
        "a lock that nobody holds was refused",
    ),
    (
        Who::Witness,
        Order::Use,
        Answer::Used,
        "a locked file cannot be read and appended to",
    ),
    (
        Who::This,
        Order::Unlock,
        Answer::Unlocked,
        "a lock could not be given up",
    ),
];

pub(super) fn examine(ground: &Ground<'_>) -> Result<[Check; 5]> {
    let mut witness = ground.witness()?;
    let this = Party::with(ground.path(LOCK), Access::ReadWrite)?;
    let reader = Party::with(ground.path(LOCK), Access::Read)?;
    let exclusion = go_through(ground, &EXCLUSION, &this, &mut witness)?;
    let read_only = go_through(ground, &READ_ONLY, &reader, &mut witness)?;
    let advisory = go_through(ground, &ADVISORY, &this, &mut witness)?;
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
        sync_lock(ground, &this)?,
        killed_holder(ground, &this, &mut witness)?,
    ])
}

/// Whether one process can sync a ledger while another one decides.
fn sync_lock(ground: &Ground<'_>, this: &Party) -> Result<Check> {
    const NAME: &str = "sync_lock";
    let path = ground.path(LOCK);
    let open = || open_regular(&path, Access::ReadWrite);
    let (one, other) = (open()?, open()?);
    this.obey(Order::Lock);
    let held = try_range(&one);
    let again = try_range(&other);
    this.obey(Order::Unlock);
    Ok(match (held, again) {
        (Ok(Tried::Held(_)), Ok(Tried::Busy)) => Check::new(
            NAME,
            Finding::Pass,
            "one process syncs the ledger while another one decides",
        ),
        (Ok(Tried::Unsupported), _) => Check::new(
            NAME,
            Finding::Note,
            "there are no open file description locks: who syncs keeps off who decides, which is slower",
        ),
        (Ok(Tried::Held(_)), _) => Check::new(
            NAME,
            Finding::Fail,
            "two holders: the sync lock of one handle was given to another",
        ),
        (Ok(Tried::Busy), _) => Check::new(
            NAME,
            Finding::Fail,
            "a lock on the whole file keeps off one on a byte of it: a sale would wait for itself",
        ),
        (Err(error), _) => Check::new(NAME, Finding::Fail, error.to_string()),
    })
}

/// Goes through the steps up to the first that goes wrong; tells what does. Nobody holds the lock
/// afterwards.
fn go_through(
    ground: &Ground<'_>,
    steps: &[Step],
    this: &Party,
    witness: &mut Witness<'_>,
) -> Result<Option<String>> {
    let mut found = None;
    for (who, order, expected, wrong) in steps {
        ground.go_on()?;
        let answer = match who {
            Who::This => this.obey(*order),
            Who::Witness => witness.ask(*order)?,
        };
        if answer != *expected {
            found = Some(match answer {
                Answer::Failed(error) => format!("{wrong}: {error}"),
                _ => (*wrong).to_owned(),
            });
            break;
        }
    }
    this.obey(Order::Unlock);
    witness.ask(Order::Unlock)?;
    Ok(found)
}

fn killed_holder(ground: &Ground<'_>, this: &Party, witness: &mut Witness<'_>) -> Result<Check> {
    const NAME: &str = "killed_holder";
    let locked = witness.ask(Order::Lock)? == Answer::Locked;
    if !locked || this.obey(Order::Lock) != Answer::Held {
        let text = "was not tried: the lock excludes nobody";
        return Ok(Check::new(NAME, Finding::Note, text));
    }
    witness.kill()?;
    let killed = Instant::now();
    while this.obey(Order::Lock) != Answer::Locked {
        ground.go_on()?;
        if killed.elapsed() > PATIENCE {
            let text = format!("a killed process still has its lock after {PATIENCE:?}");
            return Ok(Check::new(NAME, Finding::Fail, text));
        }
        thread::sleep(Duration::from_millis(1));
    }
    let text = "a killed process leaves its lock to others";
    Ok(Check::new(NAME, Finding::Pass, text))
}
