//! A store in its directory, and the processes that sell there.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use clap::ValueEnum;
use serde_json::Value;

use super::line;
use super::protocol::{BUYER, DONE, LEDGER, Store, Task};
use crate::Result;
use crate::run;
use crate::run::excerpt;
use crate::sales::lmdb::Lmdb;
use crate::sales::ours::write_event;
use crate::sales::sqlite::Sqlite;

/// This very program, even if it was built anew meanwhile.
const OURSELVES: &str = "/proc/self/exe";
/// More than any trial sells.
const STOCK: u64 = 100_000;

/// A store in its directory.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) store: Store,
    pub(crate) directory: PathBuf,
    /// The tickets program.
    pub(crate) tickets: &'a Path,
    /// Where the output of programs may go.
    pub(crate) scratch: &'a Path,
}

impl Place<'_> {
    /// Creates the store, with its stock.
    pub(crate) fn create(&self) -> Result<()> {
        fs::create_dir(&self.directory)
            .map_err(|error| format!("could not create {}: {error}", self.directory.display()))?;
        match self.store {
            Store::Tickets => write_event(&self.count(), STOCK),
            Store::Sqlite | Store::SqliteRead => Sqlite::create(&self.directory),
            Store::Lmdb => Lmdb::create(&self.directory),
            Store::Append => Ok(()),
        }
    }

    /// One sale by a process of its own; a refusal is an error.
    pub(crate) fn sell(&self, buyer: &str) -> Result<()> {
        if self.store == Store::Tickets {
            return self.tickets(&["book", buyer]).map(drop);
        }
        let mut seller = Worker::start(self, Task::Sell)?;
        let sold = seller.sell(buyer);
        seller.end();
        sold
    }

    /// Who has bought, as the program itself says, up to where it cannot go on; of `tickets`, which says all or
    /// nothing, what stands whole in the ledger. Beside them why it says no more.
    pub(crate) fn buyers(&self) -> (Vec<String>, Option<String>) {
        if self.store != Store::Tickets {
            return match Worker::start(self, Task::List) {
                Ok(worker) => worker.list(),
                Err(problem) => (Vec::new(), Some(problem)),
            };
        }
        let sales = self.tickets(&["sales"]);
        match &sales {
            Ok(said) => {
                let sales = said.get("sales").and_then(Value::as_array);
                let buyer = |sale: &Value| Some(sale.get("buyer")?.as_str()?.to_owned());
                (
                    sales.into_iter().flatten().filter_map(buyer).collect(),
                    None,
                )
            }
            Err(problem) => {
                let ledger = self.directory.join(LEDGER);
                let buyers = line::buyers(&ledger).unwrap_or_default();
                (buyers, Some(problem.clone()))
            }
        }
    }

    fn tickets(&self, arguments: &[&str]) -> Result<Value> {
        let mut command = Command::new(self.tickets);
        command.env_remove("TICKETS_FILE").arg("-f");
        command.arg(self.count()).arg("--json").args(arguments);
        let finished = run::run(&mut command, self.scratch, false)?;
        let said: Value = serde_json::from_str(&finished.stdout).unwrap_or_default();
        if finished.code == Some(0) {
            return Ok(said);
        }
        let message = said.pointer("/error/message").and_then(Value::as_str);
        let message = message.map_or_else(|| excerpt(&finished.stderr), str::to_owned);
        let code = finished.code.map_or(-1, |code| code);
        Err(format!("exit {code}: {message}"))
    }

    fn count(&self) -> PathBuf {
        self.directory.join("tickets.json")
    }
}

/// A process of this very program, killed on drop.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts one.
    pub(crate) fn start(place: &Place<'_>, task: Task) -> Result<Self> {
        let name = |value: Option<clap::builder::PossibleValue>| {
            let name = value.map(|value| value.get_name().to_owned());
            name.ok_or("a value without a name")
        };
        let mut child = Command::new(OURSELVES)
            .args(["write-back-worker", &name(place.store.to_possible_value())?])
            .arg(&place.directory)
            .arg(name(task.to_possible_value())?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("could not start a worker: {error}"))?;
        match (child.stdin.take(), child.stdout.take()) {
            (input, Some(output)) => Ok(Self {
                child,
                input,
                output: BufReader::new(output),
            }),
            _ => Err("a worker without pipes".to_owned()),
        }
    }

    /// One sale; a refusal is an error.
    pub(crate) fn sell(&mut self, buyer: &str) -> Result<()> {
        if let Some(input) = &mut self.input {
            // One that could not open the store hears nothing, but has said why.
            let _ = writeln!(input, "{buyer}");
        }
        self.wait_done()
    }

    /// Waits until it has the store open.
    pub(crate) fn wait_done(&mut self) -> Result<()> {
        match self.read()?.as_str() {
            DONE => Ok(()),
            "" => Err("a worker ended".to_owned()),
            other => Err(other.to_owned()),
        }
    }

    /// Lets it end by itself: it closes the store.
    pub(crate) fn end(mut self) {
        self.input = None;
        let _ = self.child.wait();
    }

    /// Hears all that it lists, and why no more.
    fn list(mut self) -> (Vec<String>, Option<String>) {
        let mut all = Vec::new();
        let problem = loop {
            match self.read() {
                Ok(said) if said == DONE => break None,
                Ok(said) if said.is_empty() => {
                    let status = self.child.wait();
                    break Some(
                        status.map_or_else(|error| error.to_string(), |status| status.to_string()),
                    );
                }
                Ok(said) => match said.strip_prefix(BUYER) {
                    Some(buyer) => all.push(buyer.to_owned()),
                    None => break Some(said),
                },
                Err(problem) => break Some(problem),
            }
        };
        (all, problem)
    }

    fn read(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output
            .read_line(&mut line)
            .map_err(|error| format!("could not hear a worker: {error}"))?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Does nothing to one that has ended and was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
