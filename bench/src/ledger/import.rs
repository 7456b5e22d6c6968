//! An import of many rows: how fast, and for how long at once it keeps others out.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::grow::grow_to;
use super::same_code;
use crate::figure::Figure;
use crate::sales::ours::write_event;
use crate::sales::store::STOCK;
use crate::scratch::Scratch;
use crate::{Result, note, run};

/// How many rows a second, durable.
const ROWS_PER_SECOND: f64 = 20_000.0;
/// For how long at once the lock may be held, in milliseconds.
const UNDER_THE_LOCK: f64 = 10.0;

/// Imports so many rows into a new event each time.
pub(crate) fn import(
    scratch: &Scratch,
    (rows, runs): (u64, u32),
    tickets: &Path,
) -> Result<Vec<Figure>> {
    note(&format!("measuring: an import of {rows} rows"));
    let directory = scratch.subdirectory("import")?;
    let list = directory.join("rows.csv");
    write(&list, rows)?;
    let one = |number, trace: Option<&Path>| {
        let event = directory.join(format!("event-{number}.json"));
        once((&event, &list, rows), trace, tickets)
    };
    let mut speeds = Vec::new();
    for number in 0..=runs {
        let seconds = one(number, None)?;
        if number > 0 {
            speeds.push(rows as f64 / seconds);
        }
    }
    let name = |what: &str| format!("import of {rows} rows, {what}");
    let speed = Figure::of(name("command"), "rows/s", speeds)?;
    let mut figures = vec![speed.at_least(ROWS_PER_SECOND)];
    if Command::new("strace").arg("--version").output().is_err() {
        note("no strace: how long the lock is held is not measured");
        return Ok(figures);
    }
    let (mut longest, mut times) = (Vec::new(), Vec::new());
    for number in 0..runs {
        let trace = directory.join("trace");
        one(runs + 1 + number, Some(&trace))?;
        let held = held(&trace)?;
        times.push(held.len() as f64);
        longest.push(held.into_iter().fold(0.0, f64::max));
    }
    figures.push(Figure::of(name("lock taken"), "times", times)?);
    let longest = Figure::of(name("longest under the lock"), "ms", longest)?;
    figures.push(longest.at_most(UNDER_THE_LOCK));
    Ok(figures)
}

/// Imports this list of so many rows into a new event; returns how long that took, in seconds.
fn once(
    (event, list, rows): (&Path, &Path, u64),
    trace: Option<&Path>,
    tickets: &Path,
) -> Result<f64> {
    let directory = list.parent().unwrap_or_else(|| Path::new("."));
    write_event(event, STOCK)?;
    // Its ledger is made under the lock, once.
    grow_to(event, 1)?;
    let mut command = command(trace, tickets);
    command.arg("-f").arg(event).arg("--json").arg("import");
    let finished = run::run(command.arg(list), directory, false)?;
    same_code("tickets import", &finished)?;
    let sold = format!("\"sold\":{rows},");
    if finished.stdout.contains(&sold) {
        Ok(finished.seconds)
    } else {
        Err(format!("not all rows were sold: {}", finished.stdout))
    }
}

/// The program, under strace where its locks are traced: that costs a little at each call of these, and so never makes
/// the time under the lock look shorter.
fn command(trace: Option<&Path>, tickets: &Path) -> Command {
    let Some(trace) = trace else {
        return Command::new(tickets);
    };
    let mut command = Command::new("strace");
    command.args([
        "-f",
        "-y",
        "-ttt",
        "--seccomp-bpf",
        "-e",
        "trace=flock",
        "-o",
    ]);
    command.arg(trace).arg(tickets);
    command
}

fn write(list: &PathBuf, rows: u64) -> Result<()> {
    let mut text = String::from("buyer,quantity,note\n");
    for row in 0..rows {
        let written = writeln!(text, "buyer {row},1,row {row} of the list");
        written.map_err(|error| error.to_string())?;
    }
    fs::write(list, text).map_err(|error| format!("could not write {}: {error}", list.display()))
}

/// For how long the name lock was held each time, in milliseconds.
fn held(trace: &Path) -> Result<Vec<f64>> {
    let text = fs::read_to_string(trace)
        .map_err(|error| format!("could not read {}: {error}", trace.display()))?;
    let held = held_in(&text);
    if held.is_empty() {
        return Err(format!("no lock was taken: {text}"));
    }
    Ok(held)
}

fn held_in(trace: &str) -> Vec<f64> {
    let (mut since, mut held) = (HashMap::new(), Vec::new());
    for line in trace.lines().filter(|line| line.ends_with("= 0")) {
        let Some((time, file, how)) = call(line) else {
            continue;
        };
        if how.contains("LOCK_UN") {
            let took = since.remove(file).map(|since: f64| (time - since) * 1e3);
            held.extend(took);
        } else {
            since.insert(file, time);
        }
    }
    held
}

/// When a call was made, with which lock file, and how.
fn call(line: &str) -> Option<(f64, &str, &str)> {
    let (before, call) = line.split_once(" flock(")?;
    let time = before.split_whitespace().last()?.parse().ok()?;
    let (file, how) = call.split_once(">, ")?;
    let (_, path) = file.split_once('<')?;
    path.ends_with(".json.lock").then_some((time, path, how))
}

#[cfg(test)]
mod tests {
    use super::held_in;

    #[test]
    fn a_trace_tells_how_long_a_lock_is_held() {
        let trace = "7  10.000 flock(5</d/a.json.lock>, LOCK_EX|LOCK_NB) = 0\n\
                     7  10.001 flock(6</d/a.ledger.jsonl>, LOCK_EX|LOCK_NB) = 0\n\
                     7  10.002 flock(6</d/a.ledger.jsonl>, LOCK_UN) = 0\n\
                     7  10.004 flock(5</d/a.json.lock>, LOCK_UN) = 0\n\
                     7  11.000 flock(5</d/a.json.lock>, LOCK_EX|LOCK_NB) = -1 EAGAIN (Resource)\n\
                     7  11.100 flock(5</d/a.json.lock>, LOCK_EX) = 0\n\
                     7  11.101 flock(5</d/a.json.lock>, LOCK_UN) = 0\n";
        let held: Vec<_> = held_in(trace).iter().map(|ms| ms.round()).collect();
        assert_eq!(held, [4.0, 1.0]);
    }
}
