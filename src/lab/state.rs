//! A run of the lab so far: where each buyer is, and who may go on.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::buyer::LabBuyer;
use super::harness::Harness;
use super::protocol::{Point, StepReport, WorkerEnd};
use super::run::{Move, Run, Trial};
use super::step::LabStep;
use crate::error::Result;
use crate::ledger::LockKind;
use crate::office::Writes;

/// A run so far.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact that holds with or without the others"
)]
#[derive(Debug)]
pub(super) struct LabState {
    pub(super) lock: LockKind,
    /// Whether there are two lock files.
    pub(super) second_name: bool,
    /// Whether the file that is locked is one and the same throughout the run: a count that is replaced is not.
    pub(super) locked_file_stays: bool,
    /// Whether they sell as real tickets are sold.
    pub(super) sound: bool,
    /// Whether each call of the store is a step of its own.
    pub(super) is_scenario: bool,
    /// Whether the event is on a cluster: a write there may be refused.
    on_cluster: bool,
    /// Whether leases hold their locks.
    pub(super) has_leases: bool,
    /// Whether one has ended of a buyer that goes on: at most one does, for a run would have no end otherwise.
    pub(super) lease_ended: bool,
    pub(super) buyers: Vec<LabBuyer>,
    pub(super) moves: Vec<Move>,
    /// How often the event was written: the version.
    version: u64,
    /// Who made each write, and which version it had read.
    read: Vec<u64>,
    commits: Vec<u64>,
}

impl LabState {
    /// Every buyer at its first step.
    pub(super) fn begin(harness: &mut Harness, trial: &Trial) -> Result<Self> {
        let reports = harness.begin()?;
        // Who goes by another name, or does something else, is not like the others.
        let history = |number: usize| match trial.scenario {
            Some(_) => number as u64,
            None => u64::from(trial.second_name && number % 2 == 1),
        };
        let buyers = reports
            .into_iter()
            .enumerate()
            .map(|(number, report)| LabBuyer {
                next: report.next,
                blocked: false,
                holds: false,
                killed: false,
                end: report.end,
                history: history(number),
            });
        Ok(Self {
            lock: trial.lock,
            second_name: trial.second_name,
            locked_file_stays: trial.lock != LockKind::DataFile || trial.writes == Writes::InPlace,
            sound: trial.publishes(),
            is_scenario: trial.scenario.is_some(),
            on_cluster: trial.is_on_cluster(),
            has_leases: trial.has_leases(),
            lease_ended: false,
            buyers: buyers.collect(),
            moves: Vec::new(),
            version: 0,
            read: vec![0; trial.users],
            commits: Vec::new(),
        })
    }

    /// What tells this run from those of other classes: who read what; in a scenario, what each has done and seen.
    pub(super) fn name(&self) -> Vec<u64> {
        if !self.is_scenario {
            return self.commits.clone();
        }
        self.buyers.iter().map(|buyer| buyer.history).collect()
    }

    /// Makes a step.
    pub(super) fn step(&mut self, harness: &mut Harness, step: LabStep) -> Result<()> {
        match step {
            LabStep::Go(number) => {
                let report = harness.step(number, false)?;
                self.take(number, false, &report);
            }
            LabStep::Late(number) => {
                let report = harness.step(number, true)?;
                self.take(number, true, &report);
            }
            LabStep::Kill(number) => {
                harness.kill(number)?;
                self.bury(number);
            }
            LabStep::LeaseEnd(number) => {
                harness.end_lease()?;
                self.lose(number);
            }
        }
        Ok(())
    }

    /// A lock was given up: a buyer that waits may try again.
    fn release(&mut self) {
        for buyer in &mut self.buyers {
            buyer.blocked = false;
        }
    }

    /// Notes that one was killed.
    fn bury(&mut self, number: usize) {
        let Some(buyer) = self.buyers.get_mut(number) else {
            return;
        };
        let Some(point) = buyer.next.take() else {
            return;
        };
        // The kernel frees what a process held; on a cluster that is held until its lease ends.
        let held = !self.has_leases && std::mem::take(&mut buyer.holds);
        (buyer.killed, buyer.blocked) = (true, false);
        // Who waits for the ledger has its lock file.
        if held || self.second_name {
            self.release();
        }
        self.moves.push(Move {
            buyer: number,
            point,
            seen: None,
            looked: None,
            busy: false,
            killed: true,
            late: false,
        });
    }

    /// Notes that one has lost its lock, which its next step does not know.
    fn lose(&mut self, number: usize) {
        let Some(buyer) = self.buyers.get_mut(number) else {
            return;
        };
        buyer.holds = false;
        self.lease_ended |= !buyer.killed;
        let mut history = DefaultHasher::new();
        (buyer.history, Point::LeaseEnd).hash(&mut history);
        buyer.history = history.finish();
        self.release();
        self.moves.push(Move {
            buyer: number,
            point: Point::LeaseEnd,
            seen: None,
            looked: None,
            busy: false,
            killed: false,
            late: false,
        });
    }

    /// Notes that one has made a step, and what it says then.
    fn take(&mut self, number: usize, late: bool, report: &StepReport) {
        let Some(buyer) = self.buyers.get_mut(number) else {
            return;
        };
        let Some(point) = buyer.next else { return };
        let held = buyer.holds;
        buyer.next = report.next;
        buyer.blocked = report.busy;
        buyer.end.clone_from(&report.end);
        // It decides again then.
        let again = matches!(report.next, Some(Point::Lock | Point::Read));
        let refused = self.on_cluster && point == Point::Write && again;
        buyer.holds = match point {
            Point::Lock => !report.busy,
            Point::Unlock => false,
            _ => held && !refused,
        } && report.end.is_none();
        let kind = report.end.as_ref().map(WorkerEnd::kind);
        let (seen, busy, next) = (report.seen, report.busy || refused, report.next);
        let mut history = DefaultHasher::new();
        let before = (buyer.history, late);
        (before, point, self.version, seen, busy, next, kind).hash(&mut history);
        buyer.history = history.finish();
        let released = held && !buyer.holds;
        if matches!(point, Point::Query | Point::Read)
            && let Some(read) = self.read.get_mut(number)
        {
            *read = self.version;
        }
        match point {
            Point::Write | Point::Fill | Point::Publish if !refused => {
                self.version += 1;
                self.commits.extend(self.read.get(number));
            }
            _ => {}
        }
        if released {
            self.release();
        }
        self.moves.push(Move {
            buyer: number,
            point,
            seen,
            looked: report.looked,
            busy,
            killed: false,
            late,
        });
    }

    /// Judges the run, and takes those who cannot go on out of it.
    pub(super) fn end(mut self, harness: &mut Harness, trial: &Trial) -> Result<Run> {
        let ends: Vec<_> = self.buyers.iter().map(|buyer| buyer.end.clone()).collect();
        let moves = std::mem::take(&mut self.moves);
        let run = harness.judge(trial, moves, ends)?;
        self.call_off(harness)?;
        Ok(run)
    }

    /// Ends the run where it is: what is left of it is of no interest.
    pub(super) fn call_off(self, harness: &mut Harness) -> Result<()> {
        for (number, buyer) in self.buyers.iter().enumerate() {
            if buyer.end.is_none() && !buyer.killed {
                harness.call_off(number)?;
            }
        }
        Ok(())
    }
}
