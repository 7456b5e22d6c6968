//! A run of the lab as a timeline: a step is a unit of time.

use super::racer::{End, Point};
use super::run::{Run, Trial};
use super::timeline::{
    Clash, Doing, Finding, Lane, Operation, Outcome, Place, Sight, Span, Time, Timeline, Version,
};
use super::verdict::{self, Anomaly};
use crate::ledger::LockKind;
use crate::office::Writes;

/// The timeline of a run, to be drawn; with the chance of a bad end before its first step and after each,
/// where that is known (see [`odds`](super::odds)).
#[must_use]
pub fn timeline(trial: &Trial, run: &Run, odds: Option<&[f64]>) -> Timeline {
    let users = run.ends.len();
    let mut drawing = Drawing {
        operations: vec![Operation::default(); users],
        // What the event opened with.
        versions: vec![Version::first(1, trial.stock)],
        read: vec![0; users],
        holds: vec![None; users],
        opened: vec![None; users],
    };
    for (at, step) in (0..).zip(&run.moves) {
        drawing.step(trial, at, step);
    }
    drawing.end(run);
    let lanes = (1..)
        .zip(drawing.operations)
        .map(|(number, operation)| Lane {
            name: format!("user-{number}"),
            operations: vec![operation],
        });
    Timeline {
        title: title(trial, users),
        subtitle: format!("who makes each step: {}", run.grants()),
        time: Time::Steps,
        lanes: lanes.collect(),
        versions: drawing.versions,
        findings: run.verdict.findings.iter().map(finding).collect(),
        incomplete: false,
        odds: odds.map(|odds| (0..).zip(odds.iter().copied()).collect()),
    }
}

fn title(trial: &Trial, users: usize) -> String {
    let tickets = if trial.stock == 1 {
        "ticket"
    } else {
        "tickets"
    };
    let lock = match trial.lock {
        LockKind::None => "no lock".to_owned(),
        kind => format!("lock {}", kind.name()),
    };
    let writes = match trial.writes {
        Writes::Replace => "",
        Writes::InPlace => ", count written in place",
    };
    format!("{users} buyers, {} {tickets}, {lock}{writes}", trial.stock)
}

struct Drawing {
    operations: Vec<Operation>,
    versions: Vec<Version>,
    /// Which version each has read.
    read: Vec<usize>,
    /// Which file each holds the lock of, and since when.
    holds: Vec<Option<(u64, u64)>>,
    /// Which file each opened to lock it.
    opened: Vec<Option<u64>>,
}

impl Drawing {
    fn step(&mut self, trial: &Trial, at: u64, step: &super::run::Move) {
        let buyer = step.buyer;
        let latest = self.versions.len() - 1;
        let file = match trial.lock {
            // Each version is another file.
            LockKind::DataFile => latest as u64,
            _ => 0,
        };
        let (Some(read), Some(opened), Some(holds)) = (
            self.read.get_mut(buyer),
            self.opened.get_mut(buyer),
            self.holds.get_mut(buyer),
        ) else {
            return;
        };
        let Some(operation) = self.operations.get_mut(buyer) else {
            return;
        };
        if step.killed {
            operation.killed = Some(at);
            if let Some((file, since)) = holds.take() {
                operation
                    .spans
                    .push(Span::new(Doing::Hold(file), since, at));
            }
            return;
        }
        let in_place = trial.writes == Writes::InPlace;
        let doing = match step.point {
            Point::Query => Doing::Query,
            Point::Lock => {
                let file = *opened.get_or_insert(file);
                if step.busy {
                    Doing::Wait
                } else {
                    *holds = Some((file, at));
                    Doing::Point("lock".to_owned())
                }
            }
            Point::Read => {
                *read = latest;
                operation.read = Some(Sight::Version(latest));
                Doing::Read
            }
            Point::Write if in_place => Doing::Truncate,
            Point::Write | Point::Fill => Doing::Write,
            Point::Unlock => Doing::Point("unlock".to_owned()),
            Point::Publish => Doing::Sync,
        };
        operation.spans.push(Span::new(doing, at, at + 1));
        let writes = match step.point {
            Point::Write => !in_place,
            Point::Fill => true,
            _ => false,
        };
        if writes {
            let before = self.versions.get(*read);
            let (seq, left) =
                before.map_or((1, 0), |before| (before.seq, before.left.unwrap_or(0)));
            operation.wrote = Some(self.versions.len());
            let version = Version::after(*read, seq + 1, left.saturating_sub(1)).by(buyer, 0);
            self.versions.push(version);
        }
        let sound = trial.lock == LockKind::Exclusive && !in_place;
        let releases = step.point == Point::Unlock || (writes && !sound);
        if releases && let Some((file, since)) = holds.take() {
            operation
                .spans
                .push(Span::new(Doing::Hold(file), since, at + 1));
        }
    }

    fn end(&mut self, run: &Run) {
        if let Some(last) = self.versions.last_mut() {
            last.survived = true;
        }
        let steps = run.moves.len() as u64;
        for ((operation, end), held) in self.operations.iter_mut().zip(&run.ends).zip(&self.holds) {
            if let Some((file, since)) = *held {
                let end = operation.spans.last().map_or(steps, |span| span.to);
                operation
                    .spans
                    .push(Span::new(Doing::Hold(file), since, end));
            }
            operation.outcome = end.as_ref().map(|end| match end {
                End::Sold { .. } => Outcome::Sold(1),
                End::SoldOut => Outcome::NoneLeft,
                End::Torn { .. } | End::Failed { .. } => Outcome::Failed,
            });
            if matches!(end, Some(End::Torn { .. })) {
                operation.read = Some(Sight::Torn("an empty file".to_owned()));
            }
        }
    }
}

fn finding(finding: &verdict::Finding) -> Finding {
    let place = |name: &String| {
        let number: usize = name.strip_prefix("user-")?.parse().ok()?;
        Some(Place {
            lane: number.checked_sub(1)?,
            operation: 0,
        })
    };
    let mut places: Vec<_> = finding.buyers.iter().filter_map(place).collect();
    let clash = match finding.kind {
        Anomaly::LostUpdate => {
            // Whoever was overwritten last, and who wrote last.
            places.drain(..places.len().saturating_sub(2));
            Clash::Writes
        }
        Anomaly::TornRead => {
            // The writer, and who read.
            places.reverse();
            Clash::WriteRead
        }
        _ => {
            places.truncate(0);
            Clash::Whole
        }
    };
    Finding {
        kind: finding.kind.name().to_owned(),
        clash,
        sentence: finding.text.clone(),
        places,
        also: Vec::new(),
    }
}
