//! One more sale, on a long ledger and on an empty one.

use std::path::Path;
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
pub(crate) fn library(events: &Events, held: &Path, runs: u32) -> Result<Vec<Figure>> {
    let durable = order(Promise::Durable);
    compare("library", (events, held), runs, |path| {
        let started = Instant::now();
        let mut office = BoxOffice::at(path).map_err(|error| problem(&error))?;
        sell(&mut office, &durable)?;
        Ok(started.elapsed().as_secs_f64())
    })
}

/// By the command, from spawn to exit.
pub(crate) fn command(
    events: &Events,
    held: &Path,
    runs: u32,
    tickets: &Path,
) -> Result<Vec<Figure>> {
    compare("command", (events, held), runs, |path| {
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

/// Sells on all in turn, after one sale on each to warm up. `held`: as long as the long one, with open holds.
fn compare(
    by: &str,
    (events, held): (&Events, &Path),
    runs: u32,
    sell: impl Fn(&Path) -> Result<f64>,
) -> Result<Vec<Figure>> {
    note(&format!("measuring: one more sale, {by}"));
    let mut all = [
        (&*events.empty, Vec::new()),
        (&*events.full, Vec::new()),
        (held, Vec::new()),
    ];
    for run in 0..=runs {
        for (event, times) in &mut all {
            let milliseconds = sell(event)? * 1e3;
            if run > 0 {
                times.push(milliseconds);
            }
        }
    }
    let name = |on| format!("one more sale, {by}, {on}");
    let [(_, empty), (_, full), (_, held)] = all;
    let empty = Figure::of(name("empty ledger"), "ms", empty)?;
    let full = Figure::of(name("long ledger"), "ms", full)?;
    let held = Figure::of(name("long ledger, 1,000 open holds"), "ms", held)?;
    let ratio = full.ratio(name("long over empty"), &empty).at_most(AT_MOST);
    let with_holds = held.ratio(name("long with holds over empty"), &empty);
    Ok(vec![empty, full, held, ratio, with_holds.at_most(AT_MOST)])
}
