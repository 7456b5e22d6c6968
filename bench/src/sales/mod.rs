//! Sales per second of processes that contend: the library beside databases that do the same work.

mod append;
pub(crate) mod lmdb;
pub(crate) mod ours;
pub(crate) mod peer;
mod plot;
mod pool;
mod report;
mod scale;
pub(crate) mod sqlite;
pub(crate) mod store;
mod worker;

use std::fmt;
use std::str::FromStr;

pub(crate) use plot::to_svg;
pub(crate) use report::Report;
pub(crate) use worker::{WorkerArgs, run as work};

use crate::args::SalesArgs;
use crate::machine::Machine;
use crate::scratch::Scratch;
use crate::stats::Summary;
use crate::{Result, note};
use peer::Peer;
use store::Promise;

/// Timed rounds unless the command line says otherwise.
const ROUNDS: u32 = 5;
/// How many sales are made in a round by all, who all sell as many: those that wait for the disk, and
/// those that do not.
const SALES: [u64; 2] = [8_000, 120_000];
/// The same for a quick look.
const QUICK_SALES: [u64; 2] = [200, 2_000];
/// How many processes contend.
const PROCESSES: [u32; 3] = [1, 8, 32];
/// The same for a plot.
const PLOT_PROCESSES: [u32; 6] = [1, 2, 4, 8, 16, 32];

/// When a worker has done enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Work {
    /// So many sales.
    Each(u64),
    /// So many seconds.
    Seconds(f64),
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Each(share) => write!(f, "{share}"),
            Self::Seconds(seconds) => write!(f, "{seconds}s"),
        }
    }
}

impl FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self> {
        let work = match text.strip_suffix('s') {
            Some(seconds) => seconds.parse().ok().map(Self::Seconds),
            None => text.parse().ok().map(Self::Each),
        };
        work.ok_or_else(|| format!("{text:?} is no work"))
    }
}

/// What ours is meant to reach beside a peer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Target {
    /// At least this many times as many sales per second.
    TimesAsMany(f64),
    /// At most this many times the peer's time for a sale.
    TimesItsTime(f64),
}

impl Target {
    /// Whether a ratio of sales per second, ours over the peer's, is what was meant.
    fn met(self, ratio: f64) -> bool {
        match self {
            Self::TimesAsMany(times) => ratio >= times,
            Self::TimesItsTime(times) => ratio.recip() <= times,
        }
    }
}

/// One peer with so many processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Who sells.
    pub(crate) peer: Peer,
    /// How many processes of it.
    pub(crate) processes: u32,
}

/// What was measured of an entry.
#[derive(Debug)]
pub(crate) struct Measured {
    /// What was measured.
    pub(crate) entry: Entry,
    /// Sales per second, one value a round.
    pub(crate) values: Vec<f64>,
    /// The values in short.
    pub(crate) summary: Summary,
    /// The sales per second of the slowest process, in percent of the mean: the median.
    pub(crate) slowest: f64,
}

impl Entry {
    /// What `--only` looks at.
    fn name(self) -> String {
        let plural = if self.processes == 1 { "" } else { "es" };
        format!("{}, {} process{plural}", self.peer.label(), self.processes)
    }

    /// What each of its processes has to do.
    fn work(self, args: &SalesArgs) -> Work {
        if let Some(seconds) = args.seconds {
            return Work::Seconds(seconds);
        }
        let [durable, process] = if args.common.quick {
            QUICK_SALES
        } else {
            SALES
        };
        let all = match self.peer.promise() {
            Promise::Durable => durable,
            Promise::Process => process,
        };
        Work::Each((all / u64::from(self.processes)).max(1))
    }

    /// Ours with the same promise and as many processes.
    pub(crate) fn ours(self) -> Self {
        let alike = |peer: &Peer| peer.is_ours() && peer.promise() == self.peer.promise();
        Self {
            peer: Peer::all().into_iter().find(alike).unwrap_or(Peer::Ours),
            ..self
        }
    }

    /// What ours is meant to reach beside it; `None` where the row is for information.
    pub(crate) fn target(self) -> Option<Target> {
        let (times_as_many, times_its_time) = (Target::TimesAsMany, Target::TimesItsTime);
        match (self.peer, self.processes) {
            (Peer::SqliteFull, 1) => Some(times_as_many(1.0)),
            (Peer::SqliteFull, 8) => Some(times_as_many(3.0)),
            (Peer::SqliteFull, 32) => Some(times_as_many(8.0)),
            (Peer::Lmdb, 1) => Some(times_as_many(1.3)),
            (Peer::Lmdb, 8) => Some(times_as_many(4.0)),
            (Peer::Append, 1) => Some(times_its_time(1.3)),
            (Peer::SqliteOff, 1 | 8) => Some(times_as_many(1.5)),
            _ => None,
        }
    }
}

/// Measures the entries the command line asks for.
pub(crate) fn run(args: &SalesArgs) -> Result<Report> {
    let processes = match (&args.processes, args.common.quick) {
        (Some(processes), _) => processes.clone(),
        (None, true) => vec![1, 2],
        (None, false) if args.plot.is_some() => PLOT_PROCESSES.to_vec(),
        (None, false) => PROCESSES.to_vec(),
    };
    let default_rounds = if args.common.quick { 1 } else { ROUNDS };
    let rounds = args.rounds.unwrap_or(default_rounds);
    let heats = heats(&processes, args.only.as_deref())?;

    let scratch = Scratch::new()?;
    let software = [("SQLite", sqlite::version()), ("LMDB", lmdb::version())];
    let machine = Machine::look(scratch.path(), &software);
    let mut measured = Vec::new();
    for heat in heats {
        measured.extend(measure(&heat, args, rounds, &scratch)?);
    }
    Ok(Report {
        machine,
        rounds,
        seconds: args.seconds,
        measured,
    })
}

/// The entries, those with as many processes together; of each promise that is measured, ours too.
fn heats(processes: &[u32], only: Option<&str>) -> Result<Vec<Vec<Entry>>> {
    let only = only.unwrap_or("");
    let mut heats = Vec::new();
    for &processes in processes {
        let all: Vec<_> = Peer::all()
            .into_iter()
            .filter(|peer| processes == 1 || peer.shares())
            .map(|peer| Entry { peer, processes })
            .collect();
        let chosen = |entry: &Entry| entry.name().contains(only);
        let wanted: Vec<_> = all.iter().copied().filter(chosen).collect();
        let with_ours =
            |entry: &Entry| chosen(entry) || wanted.iter().any(|wanted| wanted.ours() == *entry);
        heats.push(all.iter().copied().filter(with_ours).collect::<Vec<_>>());
    }
    heats.retain(|heat| !heat.is_empty());
    if heats.is_empty() {
        let labels: Vec<_> = Peer::all().into_iter().map(Peer::label).collect();
        let labels = labels.join("\n  ");
        return Err(format!(
            "no row's name contains {only:?}; the names are such as \"LMDB, 8 processes\", with:\n  {labels}"
        ));
    }
    Ok(heats)
}

/// Measures entries in turn, so that a noisy minute hits them alike, after one round to warm up.
fn measure(
    heat: &[Entry],
    args: &SalesArgs,
    rounds: u32,
    scratch: &Scratch,
) -> Result<Vec<Measured>> {
    let mut runs = vec![Vec::new(); heat.len()];
    let first = u32::from(args.common.quick);
    for round in first..=rounds {
        for (entry, runs) in heat.iter().zip(&mut runs) {
            note(&format!("round {round} of {rounds}: {}", entry.name()));
            let made = pool::run(entry.peer, entry.processes, entry.work(args), scratch)?;
            if round > 0 {
                runs.push(made);
            }
        }
    }
    let measured = heat.iter().zip(runs).map(|(&entry, runs)| {
        let values: Vec<_> = runs.iter().map(|made| made.rate).collect();
        let slowest: Vec<_> = runs.iter().map(|made| made.slowest).collect();
        let summary = Summary::of(&values).zip(Summary::of(&slowest));
        let (summary, slowest) = summary.ok_or("nothing was measured")?;
        Ok(Measured {
            entry,
            values,
            summary,
            slowest: slowest.median,
        })
    });
    measured.collect()
}

#[cfg(test)]
mod tests;
