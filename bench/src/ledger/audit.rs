//! The audit of a long ledger: how fast, and in how much memory.

use std::path::Path;
use std::process::Command;

use super::grow::{Events, sold};
use super::same_code;
use crate::figure::Figure;
use crate::run::{self, Finished};
use crate::{Result, note};

/// How many lines it is to read in a second.
const LINES_PER_SECOND: f64 = 1e6;
/// How much more memory ten times the ledger may take: none, but for what one run varies by.
const FLAT: f64 = 1.1;
/// A process that ends sooner, in seconds, is gone before its memory is seen.
const SHORTEST: f64 = 0.005;

/// Audits in turn, after one audit of each to warm up.
pub(crate) fn audit(events: &Events, runs: u32, tickets: &Path) -> Result<Vec<Figure>> {
    note("measuring: audit");
    let lines = (sold(&events.full)? + 1) as f64;
    let (mut speeds, mut tenth, mut full) = (Vec::new(), Vec::new(), Vec::new());
    let seen = once(tickets, &events.tenth, false)?.seconds >= SHORTEST;
    once(tickets, &events.full, false)?;
    for _ in 0..runs {
        speeds.push(lines / once(tickets, &events.full, false)?.seconds);
        if seen {
            // In runs of its own, for watching takes time.
            tenth.push(once(tickets, &events.tenth, true)?.peak_mib);
            full.push(once(tickets, &events.full, true)?.peak_mib);
        }
    }
    let name = |what| format!("audit, {what}");
    let speed = Figure::of(name("long ledger"), "lines/s", speeds)?.at_least(LINES_PER_SECOND);
    if !seen {
        note("the ledger is too short for the audit's memory to be seen");
        return Ok(vec![speed]);
    }
    let tenth = Figure::of(name("peak memory, a tenth of it"), "MiB", tenth)?;
    let full = Figure::of(name("peak memory, all of it"), "MiB", full)?;
    let ratio = full.ratio(name("peak memory, all over a tenth"), &tenth);
    Ok(vec![speed, tenth, full, ratio.at_most(FLAT)])
}

fn once(tickets: &Path, event: &Path, watched: bool) -> Result<Finished> {
    let mut command = Command::new(tickets);
    command.arg("-f").arg(event).arg("audit");
    let finished = run::run(&mut command, event.parent().unwrap_or(event), watched)?;
    same_code("tickets audit", &finished)?;
    if watched && finished.peak_mib <= 0.0 {
        return Err("could not read VmHWM in /proc/PID/status".to_owned());
    }
    Ok(finished)
}
