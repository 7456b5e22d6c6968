//! Measuring one row: several programs with the same work, in turn.

use std::path::Path;

use crate::program::{Load, Program, Tools};
use crate::run::{self, Finished};
use crate::scratch::Scratch;
use crate::stats::Summary;
use crate::{Result, note, outcome};

/// What is measured of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// The time from spawn to exit, in seconds.
    WallTime,
    /// What ours says itself: from the release of the start barrier to the last buyer's outcome, in seconds.
    FromTheStart,
    /// The largest resident set of the program itself, without its children, in MiB.
    PeakMemory,
}

/// What `tickets` is meant to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Target {
    /// At least this many times as fast as the first peer.
    TimesFaster(f64),
    /// At most this, in the unit of the row.
    AtMost(f64),
}

/// One row of the report, before it is measured.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What it is called.
    pub(crate) name: String,
    /// What is measured.
    pub(crate) quantity: Quantity,
    /// The work.
    pub(crate) load: Load,
    /// Ours.
    pub(crate) ours: Program,
    /// What it is measured beside.
    pub(crate) peers: Vec<Program>,
    /// What ours is meant to reach.
    pub(crate) target: Option<Target>,
}

/// What was measured of one program.
#[derive(Debug)]
pub(crate) struct Series {
    /// The program.
    pub(crate) program: Program,
    /// One value a run, in the order of the runs.
    pub(crate) values: Vec<f64>,
    /// How many buyers crashed, one number a run.
    pub(crate) crashed: Vec<u64>,
    /// The values in short.
    pub(crate) summary: Summary,
}

/// One row of the report, measured.
#[derive(Debug)]
pub(crate) struct Measured {
    /// What was to be measured.
    pub(crate) row: Row,
    /// Ours.
    pub(crate) ours: Series,
    /// The peers, in the order of the row.
    pub(crate) peers: Vec<Series>,
}

impl Measured {
    /// How many times as long, or as much, a peer takes.
    pub(crate) fn ratio(&self, peer: &Series) -> f64 {
        peer.summary.median / self.ours.summary.median
    }

    /// Whether the target was met; `None` if there is none.
    pub(crate) fn met(&self) -> Option<bool> {
        match self.row.target? {
            Target::TimesFaster(times) => self.peers.first().map(|peer| self.ratio(peer) >= times),
            Target::AtMost(most) => Some(self.ours.summary.median <= most),
        }
    }
}

/// Measures a row: every program once to warm up, then all of them in turn, `runs` times.
pub(crate) fn measure(row: &Row, runs: u32, tools: &Tools, scratch: &Scratch) -> Result<Measured> {
    note(&format!("measuring: {}", row.name));
    let directory = scratch.subdirectory(&row.name.replace([' ', ','], "_"))?;
    let mut programs = vec![row.ours];
    programs.extend(&row.peers);
    let mut samples = vec![Vec::new(); programs.len()];
    for round in 0..=runs {
        for (program, taken) in programs.iter().zip(&mut samples) {
            let sample = run_once(*program, row, tools, &directory)?;
            if round > 0 {
                taken.push(sample);
            }
        }
    }
    let mut series = programs
        .into_iter()
        .zip(samples)
        .map(|(program, samples)| gather(program, samples));
    let ours = series.next().unwrap_or_else(nothing_measured)?;
    Ok(Measured {
        row: row.clone(),
        ours,
        peers: series.collect::<Result<_>>()?,
    })
}

/// One run: reset, run, check. Gives the measured value and how many buyers crashed.
fn run_once(program: Program, row: &Row, tools: &Tools, directory: &Path) -> Result<(f64, u64)> {
    // Ours and the peers have a file each: a peer would leave ours without its ledger.
    let file = match program {
        Program::Tickets { .. } => directory.join("ours.json"),
        Program::Rush { .. } | Program::Sleepers { .. } => directory.join("peer.json"),
    };
    program.reset(tools, row.load, &file)?;
    let mut command = program.command(tools, row.load, &file);
    let watched = row.quantity == Quantity::PeakMemory;
    let finished = run::run(&mut command, directory, watched)?;
    let crashed = outcome::check(program, row.load, &finished)
        .map_err(|problem| format!("{}: {problem}", row.name))?;
    Ok((value(row.quantity, &finished)?, crashed))
}

fn value(quantity: Quantity, finished: &Finished) -> Result<f64> {
    match quantity {
        Quantity::WallTime => Ok(finished.seconds),
        Quantity::FromTheStart => {
            let said: Option<serde_json::Value> = serde_json::from_str(&finished.stdout).ok();
            let micros = said.and_then(|said| said.get("elapsed_us")?.as_f64());
            micros
                .map(|micros| micros / 1e6)
                .ok_or_else(|| "no elapsed_us in the report".to_owned())
        }
        Quantity::PeakMemory if finished.peak_mib > 0.0 => Ok(finished.peak_mib),
        Quantity::PeakMemory => Err("could not read VmHWM in /proc/PID/status".to_owned()),
    }
}

fn gather(program: Program, samples: Vec<(f64, u64)>) -> Result<Series> {
    let (values, crashed): (Vec<_>, Vec<_>) = samples.into_iter().unzip();
    let summary = Summary::of(&values).map_or_else(nothing_measured, Ok)?;
    Ok(Series {
        program,
        values,
        crashed,
        summary,
    })
}

fn nothing_measured<T>() -> Result<T> {
    Err("nothing was measured".to_owned())
}
