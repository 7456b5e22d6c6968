//! What a command costs before it does anything: how long a short one takes, beside the same of another build.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::Args;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::args::{Common, Program};
use crate::figure::Figure;
use crate::figure_report::FigureReport;
use crate::ledger::probe;
use crate::machine::Machine;
use crate::scratch::Scratch;
use crate::{Result, note};

/// What the service may add to the start of a command.
const TIMES: f64 = 1.15;

/// What the command line of `tickets-bench start` says.
#[derive(Debug, Args)]
#[command(mut_arg("quick", |arg| arg.help(
    "A few starts: does everything work, not how fast it is"
)))]
pub(crate) struct StartArgs {
    #[command(flatten)]
    program: Program,
    /// Another build of it, started in turn
    #[arg(long, value_name = "PATH")]
    beside: Option<PathBuf>,
    /// How often each is started, after once to warm up [default: 500, with --quick 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    starts: Option<u32>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Measures.
pub(crate) fn run(args: &StartArgs) -> Result<FigureReport> {
    let tickets = args.program.find()?;
    probe(&tickets, "query")?;
    let scratch = Scratch::new()?;
    let machine = Machine::look(scratch.path(), &[]);
    let quick = args.common.quick;
    let starts = args.starts.unwrap_or(if quick { 5 } else { 500 });
    note(&format!("measuring: {starts} starts of each"));
    let event = scratch.path().join("tickets.json");
    let mut programs = vec![("", tickets)];
    programs.extend(args.beside.clone().map(|beside| (", beside", beside)));
    // The older program makes it: the newer reads what that wrote.
    let oldest = programs.last().map_or(Path::new(""), |(_, path)| path);
    once(oldest, &event, &["init", "100"])?;
    let mut figures = Vec::new();
    for arguments in [&["query"][..], &["--version"]] {
        let mut all = vec![(Vec::new(), Vec::new()); programs.len()];
        for round in 0..=starts {
            for ((_, program), (times, faults)) in programs.iter().zip(&mut all) {
                let (milliseconds, pages) = once(program, &event, arguments)?;
                if round > 0 {
                    times.push(milliseconds);
                    faults.push(pages);
                }
            }
        }
        let mut taken = Vec::new();
        for ((which, _), (times, faults)) in programs.iter().zip(all) {
            let name = format!("{}{which}", arguments.join(" "));
            let faults = Figure::of(format!("{name}, page faults"), "times", faults)?;
            taken.push(Figure::of(name, "ms", times)?);
            figures.extend(taken.last().cloned());
            figures.push(faults);
        }
        if let [ours, beside] = &taken[..] {
            let ratio = ours.ratio(format!("{}, over beside", arguments.join(" ")), beside);
            figures.push(ratio.at_most(TIMES));
        }
    }
    Ok(FigureReport::new(machine, figures, quick))
}

/// One start: the milliseconds from spawn to exit, and how often a page was missing.
fn once(program: &Path, event: &Path, arguments: &[&str]) -> Result<(f64, f64)> {
    let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", program.display());
    let mut command = Command::new(program);
    command.env_remove("TICKETS_FILE").arg("-f").arg(event);
    command.args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().map_err(|error| problem(&error))?;
    // Ended, and not yet waited for: the system still tells of it.
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let waited = Pid::from_raw(child.id().cast_signed()).map(|id| waitid(WaitId::Pid(id), ended));
    let milliseconds = 1e3 * began.elapsed().as_secs_f64();
    let told = std::fs::read_to_string(format!("/proc/{}/stat", child.id()));
    let status = child.wait().map_err(|error| problem(&error))?;
    if !status.success() || !matches!(waited, Some(Ok(_))) {
        return Err(problem(&format!("{arguments:?}: {status}")));
    }
    let told = told.map_err(|error| problem(&error))?;
    let faults = faults(&told).ok_or_else(|| problem(&"no page faults in /proc/PID/stat"))?;
    Ok((milliseconds, faults))
}

/// Of `/proc/PID/stat`: the faults that read nothing from a disk. The name before may contain anything.
fn faults(stat: &str) -> Option<f64> {
    let (_, behind_name) = stat.rsplit_once(") ")?;
    behind_name.split(' ').nth(7)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn the_faults_are_the_tenth_field() {
        let stat = "7 (a ) b) Z 1 7 7 0 -1 4 139 0 0 0 0 0 0 0 20 0 1 0";
        assert_eq!(faults(stat), Some(139.0));
        assert_eq!(faults("7 (a) Z"), None);
    }
}
