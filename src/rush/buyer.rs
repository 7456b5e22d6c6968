//! One buyer of a rush, as a process of its own or as a thread: the same code.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::gun::Lifeline;
use crate::error::{Error, Kind, Result};
use crate::office::{BoxOffice, Observer, Order, Sale, Step};
use crate::store::lock::LockKind;

/// What a buyer is to do. A process gets it as JSON in its one argument.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Assignment {
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    pub(crate) rush: String,
    pub(crate) lock: LockKind,
    pub(crate) quantity: u64,
    pub(crate) think_us: u64,
    pub(crate) wait_ms: u64,
    /// Whether to wait, after the read, until all have read.
    pub(crate) together: bool,
}

/// What a buyer tells the rush: one JSON line each.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) buyer: u32,
    pub(crate) says: Says,
}

/// A buyer's step or outcome.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Says {
    /// Waits for the starting gun.
    Ready,
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
}

/// Runs one buyer to its end, whatever that is.
pub(crate) fn run(assignment: &Assignment, lifeline: Lifeline<'_>, out: &mut dyn Write) {
    let mut voice = Voice {
        number: assignment.number,
        out,
    };
    if voice.say(Says::Ready).is_err() || !lifeline.wait_for_shot() {
        return;
    }
    let last = match buy(assignment, lifeline, &mut voice) {
        Ok(sale) => Says::Sold {
            warning: sale.unpublished.as_ref().map(ToString::to_string),
            id: sale.id,
            quantity: sale.quantity,
            left: sale.left,
            seq: sale.seq,
        },
        Err(error) => match error.kind() {
            Kind::SoldOut { left } => Says::Refused { left },
            kind => Says::Failed {
                code: kind.code().to_owned(),
                message: error.to_string(),
            },
        },
    };
    // When nobody listens any more, the ledger still tells.
    let _ = voice.say(last);
}

fn buy(assignment: &Assignment, lifeline: Lifeline<'_>, voice: &mut Voice<'_>) -> Result<Sale> {
    let mut office = BoxOffice::at(&assignment.file)?;
    let seen = match assignment.lock {
        LockKind::None => office.believe()?,
        LockKind::Exclusive => office.query()?,
    };
    voice.say(Says::Queried { left: seen.left }).map_err(|_| gone())?;
    let order = Order {
        buyer: &assignment.name,
        quantity: assignment.quantity,
        lock: assignment.lock,
        think: Duration::from_micros(assignment.think_us),
        wait: Duration::from_millis(assignment.wait_ms),
        rush: Some(&assignment.rush),
    };
    let mut watch = Watch {
        together: assignment.together,
        lifeline,
        voice,
    };
    office.purchase(&order, &mut watch)
}

/// Writes messages, one write call each, so that the lines of many buyers never mix: they are far
/// below the 4,096 bytes that a pipe takes in one piece.
struct Voice<'a> {
    number: u32,
    out: &'a mut dyn Write,
}

impl Voice<'_> {
    fn say(&mut self, says: Says) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Message {
            buyer: self.number,
            says,
        })?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()
    }
}

/// Stops a purchase when the rush is gone, and holds it at the gate.
struct Watch<'a, 'b> {
    together: bool,
    lifeline: Lifeline<'a>,
    voice: &'a mut Voice<'b>,
}

impl Observer for Watch<'_, '_> {
    fn at(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Read { left: 1.., .. } if self.together => {
                self.voice.say(Says::Read).map_err(|_| gone())?;
                alive(self.lifeline.wait_for_shot())
            }
            Step::Write { .. } => alive(self.lifeline.holds()),
            _ => Ok(()),
        }
    }

    fn think(&mut self, time: Duration) -> Result<()> {
        alive(self.lifeline.holds_for(time))
    }

    fn still_wanted(&mut self) -> bool {
        self.lifeline.holds()
    }
}

fn alive(holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(gone()) }
}

fn gone() -> Error {
    Error::new(Kind::Interrupted, "stopped before selling: the rush has ended")
}
