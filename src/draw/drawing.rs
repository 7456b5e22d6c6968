//! The steps of a run of the lab, put together one by one.

use crate::lab::{Move, Point, Run, Trial, TurnOutcome, WorkerEnd};
use crate::ledger::LockKind;
use crate::office::Writes;
use crate::timeline::{Doing, DrawnOperation, DrawnOutcome, DrawnVersion, Sight, Span, Spot};

/// What is drawn of a run so far.
pub(super) struct Drawing {
    pub(super) operations: Vec<DrawnOperation>,
    /// The turns of each that passed behind its end.
    pub(super) passes: Vec<Option<DrawnOperation>>,
    pub(super) versions: Vec<DrawnVersion>,
    /// Which version each has read.
    read: Vec<usize>,
    /// Which file each holds the lock of, and since when.
    holds: Vec<Option<(u64, u64)>>,
    /// Which file each opened to lock it.
    opened: Vec<Option<u64>>,
    /// Whether the lock is held together with others.
    shared: bool,
    /// Who cut the count last, to fill it.
    pub(super) cut: Option<Spot>,
}

impl Drawing {
    pub(super) fn new(trial: &Trial, users: usize) -> Self {
        Self {
            operations: vec![
                DrawnOperation {
                    quantity: 1,
                    ..DrawnOperation::default()
                };
                users
            ],
            passes: vec![None; users],
            // What the event opened with.
            versions: vec![DrawnVersion::first(1, trial.stock)],
            read: vec![0; users],
            holds: vec![None; users],
            opened: vec![None; users],
            shared: trial.lock == LockKind::Shared,
            cut: None,
        }
    }

    /// The next step, in a unit of time; returns when it was done. `None`: there is none.
    pub(super) fn next<'a>(
        &mut self,
        trial: &Trial,
        at: u64,
        moves: &mut impl Iterator<Item = &'a Move>,
    ) -> Option<u64> {
        self.step(trial, at, moves.next()?);
        Some(at + 1)
    }

    /// A turn passes.
    pub(super) fn pass(&mut self, buyer: usize, at: u64, outcome: TurnOutcome) {
        let pass = Span::new(Doing::Pass, at, at + 1);
        if outcome == TurnOutcome::Done {
            if let Some(passes) = self.passes.get_mut(buyer) {
                passes.get_or_insert_default().spans.push(pass);
            }
            return;
        }
        self.wait_until(buyer, at);
        if let Some(operation) = self.operations.get_mut(buyer) {
            let waits = Span::new(Doing::Wait, at + 1, at + 1);
            operation.spans.extend([pass, waits]);
        }
    }

    fn step(&mut self, trial: &Trial, at: u64, step: &Move) {
        let buyer = step.buyer;
        let latest = self.versions.len() - 1;
        let file = match trial.lock {
            // Each version is another file.
            LockKind::DataFile => latest as u64,
            _ => 0,
        };
        self.wait_until(buyer, at);
        if step.killed {
            self.release(buyer, at);
            if let Some(operation) = self.operations.get_mut(buyer) {
                operation.killed = Some(at);
                // The step is its own, though it does nothing in it.
                let step = Span::new(Doing::Point(String::new()), at, at + 1);
                operation.spans.push(step);
            }
            return;
        }
        let in_place = trial.writes == Writes::InPlace;
        let Some(doing) = self.doing(step, at, file, in_place) else {
            return;
        };
        if let Some(operation) = self.operations.get_mut(buyer) {
            operation.spans.push(Span::new(doing, at, at + 1));
        }
        let writes = match step.point {
            Point::Write => !in_place && !step.busy,
            Point::Fill => true,
            _ => false,
        };
        if writes {
            self.write(buyer);
        }
        // Else it is given up with the write.
        let later = trial.has_leases() || trial.lock == LockKind::Exclusive && !in_place;
        let refused = step.point == Point::Write && step.busy;
        if step.point == Point::Unlock || refused || (writes && !later) {
            self.release(buyer, at + 1);
        }
        if step.point == Point::LeaseEnd {
            self.release(buyer, at);
        }
    }

    /// What a buyer does in its step; `file`: the one that it locks if it has opened none.
    fn doing(&mut self, step: &Move, at: u64, file: u64, in_place: bool) -> Option<Doing> {
        let latest = self.versions.len() - 1;
        Some(match step.point {
            Point::Query => {
                let versions = &self.versions;
                // Of several that leave as many, the count is of the last.
                let looked = versions.iter().rposition(|one| one.left == step.looked);
                let operation = self.operations.get_mut(step.buyer)?;
                operation.looked = looked.filter(|_| step.looked.is_some());
                Doing::Query
            }
            Point::Lock => {
                let file = *self.opened.get_mut(step.buyer)?.get_or_insert(file);
                if step.busy {
                    Doing::Wait
                } else {
                    *self.holds.get_mut(step.buyer)? = Some((file, at));
                    Doing::Point("takes the lock".to_owned())
                }
            }
            Point::Read => {
                *self.read.get_mut(step.buyer)? = latest;
                self.operations.get_mut(step.buyer)?.read = Some(Sight::Version(latest));
                Doing::Read
            }
            Point::Write if step.busy => Doing::Point("is refused".to_owned()),
            Point::Write if in_place => {
                self.cut = Some(Spot {
                    lane: step.buyer,
                    operation: 0,
                });
                Doing::Truncate
            }
            Point::Write | Point::Fill => Doing::Write,
            Point::Unlock => Doing::Point("frees the lock".to_owned()),
            Point::Publish => Doing::Sync,
            Point::Clock => Doing::Point("reads its clock".to_owned()),
            Point::LeaseEnd => Doing::Point("its lease ends".to_owned()),
        })
    }

    /// A buyer that found its lock taken waits for it until its next step.
    fn wait_until(&mut self, buyer: usize, at: u64) {
        let operation = self.operations.get_mut(buyer);
        let last = operation.and_then(|operation| operation.spans.last_mut());
        if let Some(last) = last.filter(|last| last.doing == Doing::Wait) {
            last.to = at;
        }
    }

    /// A buyer writes the version after the one that it read.
    fn write(&mut self, buyer: usize) {
        let read = self.read.get(buyer).copied().unwrap_or_default();
        let before = self.versions.get(read);
        let (seq, left) = before.map_or((1, 0), |before| (before.seq, before.left.unwrap_or(0)));
        if let Some(operation) = self.operations.get_mut(buyer) {
            operation.wrote = Some(self.versions.len());
        }
        let version = DrawnVersion::after(read, seq + 1, left.saturating_sub(1)).by(buyer, 0);
        self.versions.push(version);
    }

    /// Of those who have cut the count and were killed before they filled it, who was killed last: until then it could be filled.
    pub(super) fn unfilled(&self) -> Option<Spot> {
        let lanes = self.operations.iter().enumerate();
        let killed = lanes.filter_map(|(lane, one)| {
            let has_cut = one.spans.iter().any(|span| span.doing == Doing::Truncate);
            let at = one.killed.filter(|_| has_cut && one.wrote.is_none())?;
            Some((at, Spot { lane, operation: 0 }))
        });
        killed.max().map(|(_, place)| place)
    }

    /// A buyer gives the lock up that it holds.
    fn release(&mut self, buyer: usize, at: u64) {
        let held = self.holds.get_mut(buyer).and_then(Option::take);
        let operation = self.operations.get_mut(buyer);
        if let (Some((file, since)), Some(operation)) = (held, operation) {
            let holds = holding(file, self.shared);
            operation.spans.push(Span::new(holds, since, at));
        }
    }

    /// What holds until the run is over, after so many units of time, and how each buyer ended.
    pub(super) fn end(&mut self, run: &Run, steps: u64) {
        if let Some(last) = self.versions.last_mut() {
            last.survived = true;
        }
        for (buyer, end) in run.ends.iter().enumerate() {
            let is_killed = |operation: &DrawnOperation| operation.killed.is_some();
            if end.is_none() && !self.operations.get(buyer).is_some_and(is_killed) {
                self.wait_until(buyer, steps);
            }
        }
        for ((operation, end), held) in self.operations.iter_mut().zip(&run.ends).zip(&self.holds) {
            if let Some((file, since)) = *held {
                let end = operation.spans.last().map_or(steps, |span| span.to);
                let holds = holding(file, self.shared);
                operation.spans.push(Span::new(holds, since, end));
            }
            operation.outcome = end.as_ref().and_then(|end| match end {
                WorkerEnd::Sold { .. } => Some(DrawnOutcome::Sold(1)),
                WorkerEnd::SoldOut => Some(DrawnOutcome::NoneLeft),
                WorkerEnd::Torn { .. } | WorkerEnd::Failed { .. } => Some(DrawnOutcome::Failed),
                // No sale of one ticket: nothing here says what it was.
                WorkerEnd::Answered { .. } => None,
            });
            if matches!(end, Some(WorkerEnd::Torn { .. })) {
                operation.read = Some(Sight::Torn("an empty file".to_owned()));
            }
        }
    }
}

/// That the lock of a file is held.
fn holding(file: u64, shared: bool) -> Doing {
    if shared {
        Doing::Share(file)
    } else {
        Doing::Hold(file)
    }
}
