//! The table of rows, and how they are run.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use crate::program::Program;
use crate::row::{Counts, Extent, Row};
use crate::rows;

/// A row of the matrix.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Its number.
    pub number: u8,
    /// Its name on the command line.
    pub name: &'static str,
    /// The fault.
    pub fault: &'static str,
    /// Whether its cases may run at the same time.
    shared: bool,
    strike: fn(&mut Row),
}

/// All rows, in the order in which they are run.
pub const ROWS: &[Plan] = &[
    row(
        1,
        "killed",
        "kill -9 before every system call",
        rows::killed::strike,
    ),
    row(
        2,
        "paused",
        "stopped at every system call while others go on",
        rows::paused::strike,
    ),
    row(
        3,
        "refused",
        "every system call fails, once or for good",
        rows::refused::strike,
    ),
    row(
        4,
        "cut-short",
        "a write ends at every byte",
        rows::cut_short::strike,
    ),
    row(5, "full", "no space, no inodes", rows::full::strike),
    row(
        6,
        "replay",
        "power cut: every state that a weak disk may keep",
        rows::replay::strike,
    ),
    row(
        6,
        "cuts",
        "power cut under eight buyers on real file systems",
        rows::cuts::strike,
    )
    .alone(),
    row(
        7,
        "relay",
        "one killed or refused, another answered, power cut",
        rows::relay::strike,
    ),
    row(
        7,
        "write-back",
        "a new block is not written back, others are answered, on real file systems",
        rows::write_back::strike,
    )
    .alone(),
    row(
        8,
        "damaged",
        "every byte flipped, zeroed, cut; lines swapped, lost",
        rows::damaged::strike,
    ),
    row(
        9,
        "queue",
        "a crowd waits, 40 % are killed, the holder stopped or killed",
        rows::queue::strike,
    )
    .alone(),
    row(
        10,
        "delayed",
        "a delay at every system call while seven others buy",
        rows::delayed::strike,
    ),
    row(
        11,
        "lock-file",
        "the lock file deleted, replaced, none; no locks",
        rows::lock_file::strike,
    ),
    row(
        12,
        "people",
        "tickets.json is edited while eight buyers buy",
        rows::people::strike,
    ),
    row(
        13,
        "hostile",
        "hostile files, in 64 MiB",
        rows::hostile::strike,
    ),
    row(
        14,
        "clock",
        "the clock ten years fast or slow",
        rows::clock::strike,
    ),
    row(
        15,
        "ended",
        "signals at every system call; nobody hears the answer",
        rows::ended::strike,
    ),
    row(
        16,
        "ordered",
        "no answer or count before its sync, in every trace",
        rows::ordered::strike,
    ),
    row(
        18,
        "names",
        "two sellers reach one ledger by two names, one of them delayed",
        rows::names::strike,
    ),
    row(
        19,
        "edits",
        "tickets.json is edited at every system call of a sale",
        rows::edits::strike,
    ),
    row(
        20,
        "access",
        "owners, groups, lists and umasks; killed before every system call",
        rows::access::strike,
    ),
    row(
        21,
        "losses",
        "a file is missing, empty, garbage, older or the neighbour's; copies killed",
        rows::losses::strike,
    ),
    row(
        22,
        "scenarios",
        "commands that can race meet in every schedule of the lab",
        rows::scenarios::strike,
    ),
    row(
        23,
        "drained",
        "a service is told to end at any moment under load",
        rows::drained::strike,
    ),
    row(
        24,
        "served",
        "a service is killed, ended or refused at every system call of a sale",
        rows::served::strike,
    ),
    row(
        25,
        "beside",
        "beside a service the event changes, its lock is held, clients stop",
        rows::beside::strike,
    ),
];

const fn row(number: u8, name: &'static str, fault: &'static str, strike: fn(&mut Row)) -> Plan {
    Plan {
        number,
        name,
        fault,
        shared: true,
        strike,
    }
}

impl Plan {
    /// The same, with nothing else going on.
    const fn alone(mut self) -> Self {
        self.shared = false;
        self
    }
}

/// The row of this name or number.
#[must_use]
pub fn find(name: &str) -> Option<&'static Plan> {
    ROWS.iter()
        .find(|row| row.name == name || row.number.to_string() == name)
}

/// How rows are run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: Program,
    /// Which cases.
    pub extent: Extent,
    /// After so many failures a row ends.
    pub enough: usize,
    /// How many cases at a time, where a row can.
    pub jobs: usize,
}

/// What came of a row.
#[derive(Debug)]
pub struct Report {
    /// Which row.
    pub plan: &'static Plan,
    /// By column: its name, and what came of its cases.
    columns: Vec<(&'static str, Counts)>,
    /// The cases that failed, each with the command that repeats it.
    pub failures: Vec<String>,
    /// What could not be run, and why.
    pub not_run: Vec<String>,
    /// How long it took.
    pub time: Duration,
}

/// Runs a row.
#[must_use]
pub fn run(plan: &'static Plan, settings: &Settings) -> Report {
    let start = Instant::now();
    let parts = if plan.shared { settings.jobs.max(1) } else { 1 };
    let part = |at| {
        let mut row = Row::new(
            plan.name,
            &settings.program,
            &settings.extent,
            settings.enough,
            (at, parts),
        );
        (plan.strike)(&mut row);
        row
    };
    let rows: Vec<Row> = thread::scope(|scope| {
        let part = &part;
        let threads: Vec<_> = (0..parts).map(|at| scope.spawn(move || part(at))).collect();
        let ended = threads.into_iter().map(thread::ScopedJoinHandle::join);
        ended
            .map(|row| row.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut report = Report {
        plan,
        columns: Vec::new(),
        failures: Vec::new(),
        not_run: Vec::new(),
        time: start.elapsed(),
    };
    for row in rows {
        report.add(row);
    }
    report.columns.sort_by_key(|(name, _)| *name);
    report.check(&settings.extent);
    report
}

impl Report {
    fn add(&mut self, row: Row) {
        for (name, counts) in row.columns {
            match self.columns.iter_mut().find(|(known, _)| *known == name) {
                None => self.columns.push((name, counts)),
                Some((_, all)) => {
                    all.survived += counts.survived;
                    all.harmless += counts.harmless;
                    all.failed += counts.failed;
                }
            }
        }
        self.failures.extend(row.failures);
        for reason in row.not_run {
            if !self.not_run.contains(&reason) {
                self.not_run.push(reason);
            }
        }
    }

    /// A row whose faults were never delivered has shown nothing.
    fn check(&mut self, extent: &Extent) {
        if self.columns.is_empty() && self.not_run.is_empty() {
            self.failures.push("no case was run".to_owned());
        }
        if matches!(extent, Extent::Named(_)) {
            return;
        }
        for (column, counts) in &self.columns {
            if counts.survived + counts.failed == 0 {
                self.failures
                    .push(format!("{}: no fault of {column:?} struck", self.plan.name));
            }
        }
    }

    /// How many faults were delivered, and how many of them were survived.
    #[must_use]
    pub fn delivered(&self) -> (u64, u64) {
        let sum = |of: fn(&Counts) -> u64| self.columns.iter().map(|(_, counts)| of(counts)).sum();
        let survived: u64 = sum(|counts| counts.survived);
        (survived + sum(|counts| counts.failed), survived)
    }

    /// Whether all of it was run, and survived.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }

    /// Whether nothing of it could be run.
    #[must_use]
    pub fn was_not_run(&self) -> bool {
        self.columns.is_empty() && !self.not_run.is_empty()
    }

    /// The line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        let Plan {
            number,
            name,
            fault,
            ..
        } = self.plan;
        if self.was_not_run() {
            let reasons = self.not_run.join("; ");
            return format!("{number:>3}  {name:<10} not run: {reasons}");
        }
        let (delivered, survived) = self.delivered();
        let seconds = self.time.as_secs_f64();
        format!("{number:>3}  {name:<10} {delivered:>9} {survived:>9} {seconds:>8.1}  {fault}")
    }

    /// The head of the table.
    #[must_use]
    pub fn head() -> String {
        "row  name       delivered  survived  seconds  fault".to_owned()
    }
}

/// Its columns, what failed in it, and what was not run.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, counts) in &self.columns {
            let Counts {
                survived,
                harmless,
                failed,
            } = counts;
            let struck = survived + failed;
            writeln!(
                f,
                "     {name:<22} {struck:>9} struck {survived:>9} survived {harmless:>7} harmless"
            )?;
        }
        if !self.was_not_run() {
            for reason in &self.not_run {
                writeln!(f, "     not run: {reason}")?;
            }
        }
        for failure in &self.failures {
            writeln!(f, "\n{failure}")?;
        }
        Ok(())
    }
}
