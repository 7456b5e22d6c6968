//! What came of a row, as it is printed.

use std::fmt;
use std::time::Duration;

use crate::matrix::Plan;
use crate::row::{Counts, Extent, Row};

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

impl Report {
    /// Of the parts in which a row was run.
    pub(crate) fn of(
        plan: &'static Plan,
        parts: Vec<Row>,
        time: Duration,
        extent: &Extent,
    ) -> Self {
        let mut report = Self {
            plan,
            columns: Vec::new(),
            failures: Vec::new(),
            not_run: Vec::new(),
            time,
        };
        for row in parts {
            report.add(row);
        }
        report.columns.sort_by_key(|(name, _)| *name);
        report.check(extent);
        report
    }

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
