//! How rows are run.

use std::thread;
use std::time::Instant;

use crate::matrix::Plan;
use crate::program::Program;
use crate::report::Report;
use crate::row::{Extent, Row};

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
    Report::of(plan, rows, start.elapsed(), &settings.extent)
}
