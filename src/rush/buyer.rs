//! One buyer of a rush, as a process of its own or as a thread: the same code.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::gun::Lifeline;
use super::recorder::Recorder;
use super::tape::Tape;
use super::watchdog::Watchdog;
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, Tally};
use crate::office::{BoxOffice, Conditions, Durability, Observer, Order, Sale, Step, Writes};
use crate::store::file::file_store::FileStore;
use crate::store::file::lock::Patience;
use crate::store::file::spares::Shelf;

/// What a buyer is to do.
#[derive(Debug, Clone)]
pub(super) struct Assignment {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) file: PathBuf,
    pub(super) run: String,
    pub(super) lock: LockKind,
    pub(super) quantity: u64,
    pub(super) think: Duration,
    pub(super) wait: Duration,
    /// Whether to wait, after the read, until all have read.
    pub(super) together: bool,
    /// What to record on, if anything.
    pub(super) tape: Option<Arc<Tape>>,
}

/// What a buyer is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Process,
    /// It shares what it may with the others.
    Thread(&'a Shelf, &'a Arc<Mutex<()>>),
}

/// What the rush is told: one JSON line each.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) buyer: u32,
    pub(super) says: Says,
}

/// A buyer's step or outcome, or what its nursery says of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Says {
    /// Waits for the starting gun.
    Ready,
    /// The same of every buyer of the rush.
    AllReady,
    /// Queried.
    Queried { left: u64 },
    /// Read, and waits until all have.
    Read,
    /// Bought.
    Sold {
        id: String,
        quantity: u64,
        left: u64,
        seq: u64,
        warning: Option<String>,
    },
    /// Found too few left.
    Refused { left: u64 },
    /// Could not.
    Failed { code: String, message: String },
    /// Its process has ended.
    Gone { cause: String },
    /// Its process could not be started.
    NotStarted { error: String },
}

impl Message {
    /// The line. It is far below the 4,096 bytes that a pipe takes in one piece, so that the lines
    /// of many buyers never mix.
    pub(super) fn line(&self) -> io::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// Runs one buyer to its end, whatever that is.
pub(super) fn run(
    assignment: &Assignment,
    lifeline: Lifeline<'_>,
    gate: Option<Lifeline<'_>>,
    body: Body<'_>,
    out: &mut dyn Write,
) {
    let mut voice = Voice {
        number: assignment.number,
        out,
    };
    // Threads count themselves.
    let told = matches!(body, Body::Thread(..)) || voice.say(Says::Ready).is_ok();
    if !told || !lifeline.wait_for_shot() {
        return;
    }
    let mut watch = Watch {
        think: assignment.think,
        quantity: assignment.quantity,
        gate,
        lifeline,
        voice,
        recorder: None,
    };
    let last = match buy(assignment, body, &mut watch) {
        Ok(sale) => Says::Sold {
            warning: sale.unpublished.as_ref().map(ToString::to_string),
            id: sale.id,
            quantity: sale.quantity,
            left: sale.left,
            seq: sale.seq,
        },
        Err(error) => match error.kind() {
            Kind::SoldOut { left } => Says::Refused { left },
            _ => failed(&error),
        },
    };
    // When nobody listens any more, the ledger still tells.
    let _ = watch.voice.say(last);
}

fn failed(error: &Error) -> Says {
    Says::Failed {
        code: error.kind().code().to_owned(),
        message: error.to_string(),
    }
}

/// Ends a buyer's process that blocks on a lock.
fn give_up(number: u32, reason: Option<Error>) -> ! {
    if let Some(error) = reason {
        let out = &mut io::stdout();
        // When nobody listens any more, there is nobody to tell.
        let _ = Voice { number, out }.say(failed(&error));
    }
    std::process::exit(0)
}

fn buy(assignment: &Assignment, body: Body<'_>, watch: &mut Watch<'_, '_>) -> Result<Sale> {
    let store = FileStore::at(&assignment.file)?;
    let store = match body {
        Body::Process => {
            let guard = Box::new(Watchdog::new(assignment.number, give_up));
            store.waiting(Patience::Guarded(guard))
        }
        Body::Thread(shelf, mutex) => {
            let patience = Patience::queued();
            store.waiting(patience).sharing(shelf, mutex)
        }
    };
    if let Some(tape) = &assignment.tape {
        let (name, files) = (&assignment.name, store.files());
        watch.recorder = Some(Recorder::new(tape, name, assignment.lock, files));
    }
    let mut office = BoxOffice::over(store);
    let seen = query(assignment, &mut office, watch)?;
    let queried = Says::Queried { left: seen.left };
    watch.voice.say(queried).map_err(|_| gone())?;
    let conditions = Conditions {
        lock: assignment.lock,
        writes: Writes::Replace,
        rush: Some(&assignment.run),
    };
    // A race is on paper only: it is made durable as a whole, before the rush is reported.
    let durability = match assignment.lock {
        LockKind::Exclusive => Durability::Disk,
        _ => Durability::Process,
    };
    let order = Order::new(&assignment.name, assignment.quantity)
        .wait(assignment.wait)
        .durability(durability);
    watch.record(|recorder| recorder.begin(assignment.quantity))?;
    let result = office.purchase_under(&order, &conditions, watch);
    // A sale stands, recorded or not; the rush sees that the record is not whole.
    let _ = watch.record(|recorder| recorder.bought(&result));
    result
}

/// Looks how many are left, before it buys.
fn query(
    assignment: &Assignment,
    office: &mut BoxOffice,
    watch: &mut Watch<'_, '_>,
) -> Result<Tally> {
    watch.record(|recorder| recorder.begin(0))?;
    let opened = office.open(assignment.lock, assignment.wait);
    let seen = opened.and_then(|()| office.look(assignment.lock));
    if let Ok(seen) = &seen {
        watch.record(|recorder| recorder.saw(seen))?;
    }
    watch.record(|recorder| recorder.queried(&seen))?;
    seen
}

/// Writes messages, one write call each.
struct Voice<'a> {
    number: u32,
    out: &'a mut dyn Write,
}

impl Voice<'_> {
    fn say(&mut self, says: Says) -> io::Result<()> {
        let buyer = self.number;
        self.out.write_all(&Message { buyer, says }.line()?)?;
        self.out.flush()
    }
}

/// Stops a purchase when the rush is gone, holds it at the gate, and lets it think.
struct Watch<'a, 'b> {
    think: Duration,
    /// Who finds fewer left has nothing to think about.
    quantity: u64,
    gate: Option<Lifeline<'a>>,
    lifeline: Lifeline<'a>,
    voice: Voice<'b>,
    recorder: Option<Recorder>,
}

impl Watch<'_, '_> {
    /// Writes something down, where evidence is recorded.
    fn record(&mut self, write: impl FnOnce(&mut Recorder) -> Result<()>) -> Result<()> {
        self.recorder.as_mut().map_or(Ok(()), write)
    }
}

impl Observer for Watch<'_, '_> {
    fn at(&mut self, step: Step) -> Result<()> {
        if let Step::Write { .. } = step {
            alive(self.lifeline.holds())?;
        }
        self.record(|recorder| recorder.step(step))?;
        let Step::Read { left, .. } = step else {
            return Ok(());
        };
        if let Some(gate) = self.gate.filter(|_| left > 0) {
            self.voice.say(Says::Read).map_err(|_| gone())?;
            alive(gate.wait_for_shot())?;
        }
        if left >= self.quantity && self.think > Duration::ZERO {
            alive(self.lifeline.holds_for(self.think))?;
        }
        Ok(())
    }

    fn still_wanted(&mut self) -> bool {
        self.lifeline.holds()
    }
}

fn alive(holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(gone()) }
}

fn gone() -> Error {
    Error::new(
        Kind::Interrupted,
        "stopped before selling: the rush has ended",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::Nonce;
    use crate::rush::gun;
    use std::os::fd::AsFd;

    #[test]
    fn whoever_has_lost_its_rush_writes_no_sale() {
        let (ears, gun) = gun::load().unwrap();
        let (number, mut out) = (1, io::sink());
        let mut watch = Watch {
            think: Duration::ZERO,
            quantity: 1,
            gate: None,
            lifeline: Lifeline(ears.as_fd()),
            voice: Voice {
                number,
                out: &mut out,
            },
            recorder: None,
        };
        let (left, seq, nonce) = (1, 2, Nonce::default());
        let write = Step::Write { left, seq, nonce };
        assert!(watch.at(write).is_ok() && watch.still_wanted());
        drop(gun);
        assert_eq!(watch.at(write).unwrap_err().kind(), Kind::Interrupted);
        assert!(!watch.still_wanted());
    }
}
