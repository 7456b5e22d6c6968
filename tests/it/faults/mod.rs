//! What becomes of an event when the system fails under a command.
//!
//! | row | file | fault |
//! |---|---|---|
//! | 1 | `killed` | `kill -9` before every system call |
//! | 2 | `paused` | stopped at every system call while somebody else does the same |
//! | 3 | `refused` | every system call fails, once or from there on |
//! | 4 | `cut_short` | a write ends at every byte (`RLIMIT_FSIZE`) |
//! | 5 | `full` | no space, no inodes (a small tmpfs) |
//! | 8 | `damaged` | every byte flipped, zeroed, cut off; lines swapped, lost, doubled, foreign |
//!
//! After each fault `oracle` judges the event by arithmetic of its own.
//!
//! `cargo test` runs a slice of each row. `TICKETS_FAULTS=all cargo test --test it faults -- --nocapture`
//! runs all of it (minutes) and prints a table for each row. `TICKETS_FAULTS=<name of a case>` runs that
//! case alone: a failure says which.
//!
//! The events are on /dev/shm, where there is one: these faults need no real disk, and tens of thousands of
//! syncs would wait for one.

mod cut_short;
mod damaged;
mod event;
mod full;
mod killed;
mod oracle;
mod paused;
mod refused;
mod strace;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Which cases are run.
enum Extent {
    /// A slice: see each row.
    Slice,
    /// All.
    All,
    /// Those whose name contains this.
    Named(String),
}

/// What came of a case that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It was seen to strike.
    Struck,
    /// It did not: the limit was not reached, or there was space enough.
    Harmless,
    /// The program did not make that call this time: it is run again.
    Missed,
}

/// How often a case is run whose fault is missed: a program loads with a call more or less.
const TRIES: usize = 20;

/// One row of the table: its cases, how many struck, and what failed.
struct Row {
    name: &'static str,
    extent: Extent,
    cases: BTreeMap<&'static str, Counts>,
    failures: Vec<String>,
}

#[derive(Default)]
struct Counts {
    struck: u64,
    harmless: u64,
    failed: u64,
}

/// So many failures are enough to see what is wrong.
const ENOUGH: usize = 20;

impl Row {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            extent: match std::env::var("TICKETS_FAULTS") {
                Err(_) => Extent::Slice,
                Ok(all) if all == "all" => Extent::All,
                Ok(name) => Extent::Named(name),
            },
            cases: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// Runs a case; `in_slice`: also when only a slice is wanted. `case` says how to repeat it, and panics
    /// if the event did not survive.
    fn run(&mut self, column: &'static str, case: &str, in_slice: bool, fault: impl Fn() -> Fault) {
        let name = format!("{}/{case}", self.name);
        let wanted = match &self.extent {
            Extent::Slice => in_slice,
            Extent::All => true,
            Extent::Named(part) => name.contains(part),
        };
        if !wanted || self.failures.len() >= ENOUGH {
            return;
        }
        let counts = self.cases.entry(column).or_default();
        let again = || {
            (0..TRIES)
                .map(|_| fault())
                .find(|fault| *fault != Fault::Missed)
                .expect("the fault never struck")
        };
        match catch_unwind(AssertUnwindSafe(again)) {
            Ok(Fault::Struck) => counts.struck += 1,
            Ok(Fault::Harmless | Fault::Missed) => counts.harmless += 1,
            Err(panic) => {
                counts.failed += 1;
                let text = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| {
                    let text = panic.downcast_ref::<&str>().copied();
                    text.unwrap_or("a panic without a text").to_owned()
                });
                self.failures.push(format!(
                    "{text}\n    repeat it: TICKETS_FAULTS={name:?} cargo test --test it faults"
                ));
            }
        }
    }

    /// The row's table, and the failure of the test if one case failed or a column's fault never struck.
    fn end(self) {
        let table: Vec<String> = self
            .cases
            .iter()
            .map(|(column, counts)| {
                let survived = counts.struck;
                let struck = survived + counts.failed;
                let harmless = counts.harmless;
                format!(
                    "{:10} {column:18} {struck:6} struck {survived:6} survived {harmless:6} harmless",
                    self.name
                )
            })
            .collect();
        if !matches!(self.extent, Extent::Slice) {
            eprintln!("{}", table.join("\n"));
        }
        assert!(
            self.failures.is_empty(),
            "{} of them at least did not survive:\n\n{}\n\n{}",
            self.failures.len(),
            self.failures.join("\n\n"),
            table.join("\n")
        );
        if !matches!(self.extent, Extent::Named(_)) {
            assert!(!self.cases.is_empty(), "no case was run");
            for (column, counts) in &self.cases {
                assert!(counts.struck > 0, "no fault of {column} struck");
            }
        }
    }
}
