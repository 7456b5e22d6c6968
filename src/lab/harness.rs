//! The lab's harness: a scratch event, and workers that go on one step at a time, so that a run is a function
//! of its schedule.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::judge_run::judge_run;
use super::protocol::{CALL_OFF, DIE, GO, LATE, StepReport, WorkerEnd};
use super::run::{Move, Run, Trial};
use super::scenario::MAX_PROCESSES;
use super::scenario_judge;
use super::step::MAX_BUYERS;
use super::worker_process::{WorkerProcess, gone};
use crate::children;
use crate::error::{Error, Kind, Result};
use crate::ledger::CountFile;
use crate::ledger::LockKind;
use crate::office::DEFAULT_WAIT;
use crate::scratch::{ScratchDirectory, sweep};
use crate::store::file::file_store::FileStore;
use crate::store::options::Force;

/// With this begin the names of its directories, behind a dot.
const SCRATCH: &str = "tickets-race";

/// Where the ledger has its second name.
const OTHER: &str = "other";

/// The buyers, and their event.
#[derive(Debug)]
pub(super) struct Harness {
    directory: ScratchDirectory,
    store: FileStore,
    /// The fresh event: its count and its ledger.
    fresh: [Vec<u8>; 2],
    workers: Vec<WorkerProcess>,
    trial: Trial,
}

impl Harness {
    pub(super) fn open(trial: &Trial) -> Result<Self> {
        if !(1..=MAX_BUYERS).contains(&trial.users) {
            let message = format!("the lab has 1 to {MAX_BUYERS} buyers, not {}", trial.users);
            return Err(Error::new(Kind::Usage, message));
        }
        if trial.scenario.is_some() && trial.users > MAX_PROCESSES {
            let users = trial.users;
            let message = format!("a scenario has 1 to {MAX_PROCESSES} processes, not {users}");
            return Err(Error::new(Kind::Usage, message));
        }
        let place = place(trial);
        sweep(&place, SCRATCH);
        let directory = ScratchDirectory::make(&place, SCRATCH).map_err(|e| {
            let error = Error::io("make a directory here", &place, e);
            error.hint("name another directory by --place")
        })?;
        let count = directory.path().join("tickets.json");
        if let Some(scenario) = trial.scenario {
            scenario.prepare(&count)?;
        } else {
            let text = format!("{{\"ticket\": {}}}\n", trial.stock);
            fs::write(&count, text).map_err(|e| Error::io("write", &count, e))?;
        }
        let mut store = FileStore::at(&count)?;
        let wanted = &mut || true;
        store.prepare(LockKind::Exclusive, Force::Locked, DEFAULT_WAIT, wanted)?;
        let read = |path: &Path| fs::read(path).map_err(|e| Error::io("read", path, e));
        let fresh = [read(&store.files().count)?, read(&store.files().ledger)?];
        let mut harness = Self {
            directory,
            store,
            fresh,
            workers: Vec::new(),
            trial: trial.clone(),
        };
        if trial.second_name {
            let other = harness.directory.path().join(OTHER);
            fs::create_dir(&other).map_err(|e| Error::io("make", &other, e))?;
        }
        for number in 0..trial.users {
            let worker = WorkerProcess::start(trial, &harness.count_of(number), number)?;
            harness.workers.push(worker);
        }
        Ok(harness)
    }

    /// The count by which a buyer knows the event.
    fn count_of(&self, buyer: usize) -> PathBuf {
        if self.trial.second_name && buyer % 2 == 1 {
            self.directory.path().join(OTHER).join("tickets.json")
        } else {
            self.store.files().count.clone()
        }
    }

    /// A fresh event, and every buyer at its first step. Returns what each says.
    pub(super) fn begin(&mut self) -> Result<Vec<StepReport>> {
        let files = self.store.files();
        for (path, bytes) in [&files.count, &files.ledger].into_iter().zip(&self.fresh) {
            // Other files than before: a process that still has one of those open does not matter.
            let new = self.directory.path().join("new");
            fs::write(&new, bytes)
                .and_then(|()| fs::rename(&new, path))
                .map_err(|e| Error::io("write", path, e))?;
        }
        if self.trial.second_name {
            self.name_again()?;
        }
        let counts: Vec<_> = (0..self.workers.len())
            .map(|at| self.count_of(at))
            .collect();
        for (number, (worker, count)) in self.workers.iter_mut().zip(counts).enumerate() {
            if worker.dead {
                *worker = WorkerProcess::start(&self.trial, &count, number)?;
            }
            worker.tell(GO)?;
        }
        self.workers.iter_mut().map(WorkerProcess::listen).collect()
    }

    /// Gives the fresh ledger its second name, beside a fresh count.
    fn name_again(&self) -> Result<()> {
        let count = self.count_of(1);
        let ledger = &self.store.files().ledger;
        let name = count.with_file_name("tickets.ledger.jsonl");
        let link = || {
            fs::write(&count, &self.fresh[0])?;
            match fs::remove_file(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            fs::hard_link(ledger, &name)
        };
        link().map_err(|e| Error::io("name the ledger again as", &name, e))
    }

    /// The count that includes most: each is written by those who know the event by it.
    fn latest_count(&self) -> Result<CountFile> {
        let own = CountFile::read(&self.store.files().count);
        if !self.trial.second_name {
            return own;
        }
        let counted = |count: &CountFile| count.counted.map_or(0, |counted| counted.seq);
        let (own, other) = (own?, CountFile::read(&self.count_of(1))?);
        Ok(if counted(&other) > counted(&own) {
            other
        } else {
            own
        })
    }

    /// Lets one buyer make its next step, by a clock that is `late` or not. Returns what it says then.
    pub(super) fn step(&mut self, buyer: usize, late: bool) -> Result<StepReport> {
        let worker = self
            .workers
            .get_mut(buyer)
            .ok_or_else(|| gone("is not there"))?;
        worker.tell(if late { LATE } else { GO })?;
        worker.listen()
    }

    /// Kills a buyer where it is, and waits for its end: the kernel has its lock back then.
    pub(super) fn kill(&mut self, buyer: usize) -> Result<()> {
        let worker = self
            .workers
            .get_mut(buyer)
            .ok_or_else(|| gone("is not there"))?;
        worker.tell(DIE)?;
        worker.dead = true;
        children::wait(&mut worker.child).map_err(|e| gone(&e.to_string()))
    }

    /// Ends the run of a buyer that is not at its end.
    pub(super) fn call_off(&mut self, buyer: usize) -> Result<()> {
        let worker = self
            .workers
            .get_mut(buyer)
            .ok_or_else(|| gone("is not there"))?;
        worker.tell(CALL_OFF)?;
        while worker.listen()?.end.is_none() {
            worker.tell(CALL_OFF)?;
        }
        Ok(())
    }

    /// Judges what the buyers have left.
    pub(super) fn judge(
        &self,
        trial: &Trial,
        moves: Vec<Move>,
        ends: Vec<Option<WorkerEnd>>,
    ) -> Result<Run> {
        let files = self.store.files();
        let ledger = fs::read(&files.ledger).map_err(|e| Error::io("read", &files.ledger, e))?;
        let count = self.latest_count();
        if let Some(scenario) = trial.scenario {
            let [_, fresh] = &self.fresh;
            let begun = memchr::memchr_iter(b'\n', fresh).count();
            let state = (&*ledger, begun);
            return Ok(scenario_judge::judge(scenario, state, &count, moves, ends));
        }
        let mut run = judge_run(trial, &ledger, &count, moves, ends);
        for finding in &mut run.verdict.findings {
            finding.text = self.without_scratch(&finding.text);
        }
        Ok(run)
    }

    /// A text without the directory that is gone when it is read.
    fn without_scratch(&self, text: &str) -> String {
        let count = &self.store.files().count;
        let directories = [Some(self.directory.path()), count.parent()];
        let directories = directories.into_iter().flatten();
        directories.fold(text.to_owned(), |text, directory| {
            let directory = directory.display().to_string() + std::path::MAIN_SEPARATOR_STR;
            text.replace(&directory, "")
        })
    }
}

/// Where the scratch event goes: into memory, where there is such a place.
fn place(trial: &Trial) -> PathBuf {
    let memory = || {
        let memory = PathBuf::from("/dev/shm");
        if memory.is_dir() {
            memory
        } else {
            std::env::temp_dir()
        }
    };
    trial.place.clone().unwrap_or_else(memory)
}
