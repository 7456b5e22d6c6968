//! The race lab: how many schedules a second real processes run.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use tickets::LockKind;
use tickets::lab::Trial;
use tickets::lab::explore::{Search, explore};
use tickets::lab::sample::{Sampling, sample};
use tickets::office::Writes;

use crate::args::LabArgs;
use crate::figure::Figure;
use crate::figure_report::FigureReport;
use crate::ledger::probe;
use crate::machine::Machine;
use crate::{Result, note};

/// With two buyers, on one processor.
const SCHEDULES_PER_SECOND: f64 = 3000.0;
/// All schedules of eight buyers, on two processors.
const SECONDS: f64 = 60.0;

/// What is known of all schedules of buyers without a lock who all find a ticket: how many classes there
/// are, and how many outcomes (Bell's numbers). All classes but one are bad.
const KNOWN: [(usize, u64, usize); 2] = [(5, 120, 52), (8, 40_320, 4140)];

/// Measures.
pub(crate) fn run(args: &LabArgs) -> Result<FigureReport> {
    let tickets = args.program.find()?;
    probe(&tickets, "race prove")?;
    let place = place(args.place.as_deref())?;
    let machine = Machine::look(&place, &[]);
    let runs = args.runs.number(args.common.quick);
    let samples = if args.common.quick { 200 } else { 5000 };
    let mut figures = Vec::new();
    for (users, lock) in [
        (2, LockKind::None),
        (2, LockKind::Exclusive),
        (3, LockKind::DataFile),
        (8, LockKind::None),
    ] {
        let trial = trial(users, lock, &place, &tickets);
        let figure = rate(&trial, samples, runs)?;
        figures.push(if (users, lock) == (2, LockKind::None) {
            figure.at_least(SCHEDULES_PER_SECOND)
        } else {
            figure
        });
    }
    let known = if args.common.quick {
        KNOWN[0]
    } else {
        KNOWN[1]
    };
    figures.push(all(known, machine.cores(), &place, &tickets)?.at_most(SECONDS));
    Ok(FigureReport::new(machine, figures, args.common.quick))
}

/// Where the scratch events are put: in memory, unless it is said where.
fn place(named: Option<&Path>) -> Result<PathBuf> {
    let place = named.unwrap_or(Path::new("/dev/shm"));
    std::fs::canonicalize(place).map_err(|error| {
        format!(
            "could not resolve {}: {error}; name a directory with --place",
            place.display()
        )
    })
}

fn trial(users: usize, lock: LockKind, place: &Path, tickets: &Path) -> Trial {
    Trial {
        users,
        stock: users as u64,
        lock,
        writes: Writes::Replace,
        query: false,
        crashes: false,
        second_name: false,
        scenario: None,
        place: Some(place.to_owned()),
        program: tickets.to_owned(),
    }
}

/// Schedules a second among buyers that live on, all on one processor: drawn at random, of a seed.
fn rate(trial: &Trial, samples: u64, runs: u32) -> Result<Figure> {
    let name = format!("{} buyers, {}, one core", trial.users, trial.lock.name());
    note(&format!("measuring: {name}"));
    let sampling = Sampling {
        samples,
        seed: 1,
        depth: 3,
    };
    let rates = on_one_core(|| {
        let mut rates = Vec::new();
        for round in 0..=runs {
            let began = Instant::now();
            let done = sample(trial, sampling, &mut |_| true).map_err(|error| error.to_string())?;
            let seconds = began.elapsed().as_secs_f64();
            check(&name, done.found.schedules, samples)?;
            let safe = trial.lock == LockKind::Exclusive;
            if safe != (done.found.bad == 0) && trial.lock != LockKind::DataFile {
                return Err(format!("{name}: {} were bad", done.found.bad));
            }
            if round > 0 {
                rates.push(samples as f64 / seconds);
            }
        }
        Ok(rates)
    })?;
    Figure::of(name, "schedules/s", rates)
}

/// The seconds that all schedules of so many buyers take, on all processors.
fn all(
    (users, classes, outcomes): (usize, u64, usize),
    cores: usize,
    place: &Path,
    tickets: &Path,
) -> Result<Figure> {
    let name = format!("all {classes} classes of {users} buyers, {cores} cores");
    note(&format!("measuring: {name}"));
    let trial = trial(users, LockKind::None, place, tickets);
    let began = Instant::now();
    let found = explore(&trial, Search::Reduced, &mut |_| true).map_err(|e| e.to_string())?;
    let seconds = began.elapsed().as_secs_f64();
    check(&name, found.schedules, classes)?;
    check(&name, found.bad, classes - 1)?;
    check(&name, found.outcomes.len() as u64, outcomes as u64)?;
    Ok(Figure::once(&name, "s", seconds))
}

fn check(name: &str, found: u64, wanted: u64) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{name}: {found}, and not {wanted}"))
}

/// Does it with this thread, and all that it starts, on the last of its processors.
fn on_one_core<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let problem = |error| format!("could not choose a processor: {error}");
    let all = sched_getaffinity(None).map_err(problem)?;
    let last = (0..CpuSet::MAX_CPU).rev().find(|&cpu| all.is_set(cpu));
    let mut one = CpuSet::new();
    one.set(last.unwrap_or(0));
    sched_setaffinity(None, &one).map_err(problem)?;
    let done = work();
    sched_setaffinity(None, &all).map_err(problem)?;
    done
}
