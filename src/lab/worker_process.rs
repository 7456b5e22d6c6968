//! A worker as the harness sees it: a process with two pipes.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::io::Errno;

use super::protocol::{StepReport, WORKER, WorkerTask};
use super::run::{Trial, buyer_name};
use super::scenario::Part;
use crate::error::{Error, Kind, Result};
use crate::office::Writes;

/// The longest line that a worker says, in bytes.
const LONGEST: u64 = 4096;

/// A worker, and the pipes to it.
#[derive(Debug)]
pub(super) struct WorkerProcess {
    /// Whether it was killed.
    pub(super) dead: bool,
    pub(super) child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl WorkerProcess {
    pub(super) fn start(trial: &Trial, file: &Path, buyer: usize) -> Result<Self> {
        let task = WorkerTask {
            file: file.to_owned(),
            name: buyer_name(buyer),
            lock: trial.lock,
            in_place: trial.writes == Writes::InPlace,
            query: trial.query,
            quantity: 1,
            part: trial.scenario.map(|scenario| Part {
                scenario,
                process: buyer,
            }),
        };
        let task = serde_json::to_string(&task).map_err(|e| Error::new(Kind::Io, e.to_string()))?;
        let mut child = Command::new(&trial.program)
            .arg(WORKER)
            .arg(task)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C is for the process that leads the search.
            .process_group(0)
            .spawn()
            .map_err(|e| unstarted(trial, e))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self {
                child,
                input,
                output: BufReader::new(output),
                dead: false,
            }),
            _ => Err(gone("has no pipes")),
        }
    }

    pub(super) fn tell(&mut self, byte: u8) -> Result<()> {
        let told = self.input.write_all(&[byte]);
        told.map_err(|e| gone(&e.to_string()))
    }

    pub(super) fn listen(&mut self) -> Result<StepReport> {
        let mut line = Vec::new();
        let heard = (&mut self.output)
            .take(LONGEST)
            .read_until(b'\n', &mut line);
        heard.map_err(|e| gone(&e.to_string()))?;
        serde_json::from_slice(&line).map_err(|e| gone(&e.to_string()))
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // Whatever it is at, its event is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unstarted(trial: &Trial, error: io::Error) -> Error {
    let room = [Errno::MFILE, Errno::NFILE, Errno::AGAIN, Errno::NOMEM];
    let full = Errno::from_io_error(&error).is_some_and(|number| room.contains(&number));
    let error = Error::io("start", &trial.program, error);
    if full {
        error.hint(
            "take fewer --users, or allow more open files and processes: ulimit -n, ulimit -u",
        )
    } else {
        error
    }
}

/// The error that a worker is lost.
pub(super) fn gone(why: &str) -> Error {
    Error::new(Kind::Io, format!("a buyer of the lab is lost: {why}"))
}
