//! One more sale, on a long ledger and on an empty one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use tickets::BoxOffice;

use super::grow::{Events, sell};
use super::same_code;
use crate::figure::Figure;
use crate::sales::ours::{order, problem};
use crate::sales::store::Promise;
use crate::{Result, note, run};

/// How much dearer a sale may be on the long ledger.
const AT_MOST: f64 = 1.1;

/// By the library, in a process that runs already: the event opened anew, and one durable sale.
pub(crate) fn library(events: &Events, runs: u32) -> Result<Vec<Figure>> {
    let durable = order(Promise::Durable);
    compare("library", events, runs, |path| {
        let started = Instant::now();
        let mut office = BoxOffice::at(path).map_err(|error| problem(&error))?;
        sell(&mut office, &durable)?;
        Ok(started.elapsed().as_secs_f64())
    })
}

/// By the command, from spawn to exit.
pub(crate) fn command(events: &Events, runs: u32, tickets: &Path) -> Result<Vec<Figure>> {
    compare("command", events, runs, |path| {
        let directory = path.parent().unwrap_or(path);
        let finished = run::run(&mut book(tickets, path, "user-1"), directory, false)?;
        same_code("tickets book", &finished)?;
        Ok(finished.seconds)
    })
}

/// The command that buys one ticket.
pub(crate) fn book(tickets: &Path, event: &Path, name: &str) -> Command {
    let mut command = Command::new(tickets);
    command
        .arg("-f")
        .arg(event)
        .args(["book", name, "--wait", "10m"]);
    command
}

/// Sells on both in turn, after one sale on each to warm up.
fn compare(
    by: &str,
    events: &Events,
    runs: u32,
    sell: impl Fn(&PathBuf) -> Result<f64>,
) -> Result<Vec<Figure>> {
    note(&format!("measuring: one more sale, {by}"));
    let (mut empty, mut full) = (Vec::new(), Vec::new());
    for run in 0..=runs {
        for (event, times) in [(&events.empty, &mut empty), (&events.full, &mut full)] {
            let milliseconds = sell(event)? * 1e3;
            if run > 0 {
                times.push(milliseconds);
            }
        }
    }
    let name = |on| format!("one more sale, {by}, {on}");
    let empty = Figure::of(name("empty ledger"), "ms", empty)?;
    let full = Figure::of(name("long ledger"), "ms", full)?;
    let ratio = full.ratio(name("long over empty"), &empty).at_most(AT_MOST);
    Ok(vec![empty, full, ratio])
}
