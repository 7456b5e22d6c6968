//! The lab's harness: a scratch event, and workers that go on one step at a time, so that a run is a function
//! of its schedule.

use super::judge_run::judge_run;
use super::protocol::{CALL_OFF, DIE, GO, LATE, StepReport, WorkerEnd};
use super::run::{Move, Run, Trial};
use super::scenario::MAX_PROCESSES;
use super::scenario_judge;
use super::scratch_event::ScratchEvent;
use super::step::MAX_BUYERS;
use super::worker_process::{WorkerProcess, gone};
use crate::children;
use crate::error::{Error, Kind, Result};

/// The buyers, and their event.
#[derive(Debug)]
pub(super) struct Harness {
    event: ScratchEvent,
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
        let mut harness = Self {
            event: ScratchEvent::open(trial)?,
            workers: Vec::new(),
            trial: trial.clone(),
        };
        for number in 0..trial.users {
            let worker = WorkerProcess::start(trial, &harness.event.name_for(number), number)?;
            harness.workers.push(worker);
        }
        Ok(harness)
    }

    /// A fresh event, and every buyer at its first step. Returns what each says.
    pub(super) fn begin(&mut self) -> Result<Vec<StepReport>> {
        self.event.begin()?;
        for (number, worker) in self.workers.iter_mut().enumerate() {
            if worker.dead {
                let name = self.event.name_for(number);
                *worker = WorkerProcess::start(&self.trial, &name, number)?;
            }
            worker.tell(GO)?;
        }
        self.workers.iter_mut().map(WorkerProcess::listen).collect()
    }

    /// Ends the lease of the holder of the lock.
    pub(super) fn end_lease(&self) -> Result<()> {
        self.event.end_lease()
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
        let left = self.event.left_behind()?;
        if let Some(scenario) = trial.scenario {
            let state = (&*left.ledger, left.begun);
            return Ok(scenario_judge::judge(
                scenario,
                state,
                &left.count,
                moves,
                ends,
            ));
        }
        let mut run = judge_run(trial, &left.ledger, &left.count, moves, ends);
        for finding in &mut run.verdict.findings {
            finding.text = self.event.without_scratch(&finding.text);
        }
        Ok(run)
    }
}
