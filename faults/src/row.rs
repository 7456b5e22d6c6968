//! A row while it runs: its cases, how many struck, and what failed.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::program::Program;

/// Which cases are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// A slice: see each row.
    Slice,
    /// All.
    All,
    /// Those whose name contains this.
    Named(String),
}

/// What came of a case that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It was seen to strike.
    Struck,
    /// So many were: a case that strikes more than once.
    StruckOften(u64),
    /// It did not: the limit was not reached, or there was space enough.
    Harmless,
    /// The program did not make that call this time: it is run again.
    Missed,
}

/// How often a case is run whose fault is missed: a program loads with a call more or less.
const TRIES: usize = 20;

/// What came of the cases of one column.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Faults that were delivered, and survived.
    pub(crate) survived: u64,
    /// Faults that changed nothing that can be seen.
    pub(crate) harmless: u64,
    /// Cases that failed.
    pub(crate) failed: u64,
}

/// One row while it runs, or one of several that share its cases.
#[derive(Debug)]
pub(crate) struct Row {
    name: &'static str,
    program: Program,
    extent: Extent,
    /// So many failures are enough to see what is wrong.
    enough: usize,
    /// Which of how many: each runs the cases whose turn it is.
    part: (usize, usize),
    /// How many cases were wanted.
    seen: usize,
    pub(crate) columns: BTreeMap<&'static str, Counts>,
    pub(crate) failures: Vec<String>,
    /// What could not be run, and why.
    pub(crate) not_run: Vec<String>,
}

impl Row {
    pub(crate) fn new(
        name: &'static str,
        program: &Program,
        extent: &Extent,
        enough: usize,
        part: (usize, usize),
    ) -> Self {
        Self {
            name,
            program: program.clone(),
            extent: extent.clone(),
            enough,
            part,
            seen: 0,
            columns: BTreeMap::new(),
            failures: Vec::new(),
            not_run: Vec::new(),
        }
    }

    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// Whether a case of this name is run.
    pub(crate) fn wants(&self, case: &str, in_slice: bool) -> bool {
        match &self.extent {
            Extent::Slice => in_slice,
            Extent::All => true,
            Extent::Named(part) => format!("{}/{case}", self.name).contains(part),
        }
    }

    /// Whether no more is wanted than a slice.
    pub(crate) fn is_slice(&self) -> bool {
        self.extent == Extent::Slice
    }

    /// Whether cases whose names begin so may be run.
    pub(crate) fn wants_any(&self, start: &str) -> bool {
        match &self.extent {
            Extent::Slice | Extent::All => true,
            Extent::Named(part) => {
                let start = format!("{}/{start}", self.name);
                start.contains(part) || part.contains(&start) || start.starts_with(part)
            }
        }
    }

    /// Notes that the row, or a part of it, cannot be run here.
    pub(crate) fn cannot(&mut self, reason: impl Into<String>) {
        self.not_run.push(reason.into());
    }

    /// Runs cases that share what is costly to make: one part runs all of them, whose turn it is.
    pub(crate) fn in_turn(&mut self, strike: impl FnOnce(&mut Self)) {
        let (part, parts) = self.part;
        self.seen += 1;
        let seen = self.seen;
        if seen % parts == part {
            self.part = (0, 1);
            strike(self);
            (self.part, self.seen) = ((part, parts), seen);
        }
    }

    /// Runs a case; `in_slice`: also when only a slice is wanted. `case` says how to repeat it, and panics
    /// if the event did not survive.
    pub(crate) fn run(
        &mut self,
        column: &'static str,
        case: &str,
        in_slice: bool,
        fault: impl Fn() -> Fault,
    ) {
        if !self.wants(case, in_slice) || self.failures.len() >= self.enough {
            return;
        }
        let (part, parts) = self.part;
        self.seen += 1;
        if self.seen % parts != part {
            return;
        }
        let struck = self.attempt(case, || {
            (0..TRIES)
                .map(|_| fault())
                .find(|fault| *fault != Fault::Missed)
                .expect("the fault never struck")
        });
        let counts = self.columns.entry(column).or_default();
        match struck {
            Some(Fault::Struck) => counts.survived += 1,
            Some(Fault::StruckOften(times)) => counts.survived += times,
            Some(Fault::Harmless | Fault::Missed) => counts.harmless += 1,
            None => counts.failed += 1,
        }
    }

    /// Strikes before cases that rest on what that leaves: again until `strike` says that it did strike.
    pub(crate) fn prepare<T>(&mut self, case: &str, strike: impl Fn() -> Option<T>) -> Option<T> {
        self.attempt(case, || {
            (0..TRIES)
                .find_map(|_| strike())
                .expect("the fault never struck")
        })
    }

    /// Notes a panic as the failure of this case.
    fn attempt<T>(&mut self, case: &str, act: impl FnOnce() -> T) -> Option<T> {
        let panic = match catch_unwind(AssertUnwindSafe(act)) {
            Ok(done) => return Some(done),
            Err(panic) => panic,
        };
        let text = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| {
            let text = panic.downcast_ref::<&str>().copied();
            text.unwrap_or("a panic without a text").to_owned()
        });
        let name = format!("{}/{case}", self.name);
        self.failures.push(format!(
            "{name}: {text}\n    repeat it: cargo run -p tickets-faults -- {} --case {name:?}",
            self.name
        ));
        None
    }
}
