//! The pipe of a worker: it says what comes next, and waits for one byte.

use std::io::{self, Read as _, Write as _};

use super::protocol::{DIE, GO, LATE, Point, StepReport};
use crate::error::{Error, Kind, Result};
use crate::store::file::lock::stepped::StepControl;
use crate::store::file::sys::FileId;

/// How a step is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// As it is.
    Go,
    /// With a clock that is past the time in question.
    Late,
}

/// Tries a lock again when it is told to.
pub(super) struct Queue;

impl StepControl for Queue {
    fn busy(&mut self, _: FileId) -> Result<()> {
        await_go(&StepReport {
            seen: None,
            looked: None,
            busy: true,
            next: Some(Point::Lock),
            end: None,
        })
        .map(drop)
    }
}

/// Says what comes next, and returns when it may.
///
/// # Errors
/// [`Kind::Interrupted`]: the run was called off.
pub(super) fn await_go(report: &StepReport) -> Result<Told> {
    say(report).map_err(|_| called_off())?;
    match hear() {
        Some(GO) => Ok(Told::Go),
        Some(LATE) => Ok(Told::Late),
        Some(DIE) => {
            let own = rustix::process::getpid();
            let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
            Err(called_off())
        }
        _ => Err(called_off()),
    }
}

/// One byte; `None`: there will be no more.
pub(super) fn hear() -> Option<u8> {
    let mut byte = [0];
    match io::stdin().lock().read(&mut byte) {
        Ok(1) => byte.first().copied(),
        _ => None,
    }
}

/// Says it.
pub(super) fn say(report: &StepReport) -> io::Result<()> {
    let mut line = serde_json::to_vec(report)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

/// The error of a run that is of no interest any more.
pub(super) fn called_off() -> Error {
    Error::new(Kind::Interrupted, "the run was called off")
}
