//! The benchmark against the chapter: which rows there are, and what each is meant to reach.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::Result;
use crate::args::ChapterArgs;
use crate::machine::Machine;
use crate::measure::{Quantity, Row, Target, measure};
use crate::program::{Load, Program, Tools, package};
use crate::report::Report;
use crate::run::excerpt;
use crate::scratch::Scratch;

/// The stock of the chapter's own file.
const CHAPTER_STOCK: u32 = 2;

/// Measures the rows the command line asks for.
pub(crate) fn run(args: &ChapterArgs) -> Result<Report> {
    let rows = choose(rows(args.common.quick), args.only.as_deref())?;
    let (python, version) = find_python(&args.python)?;
    let tools = Tools {
        tickets: args.program.find()?,
        python,
        peers: find_peers()?,
    };
    let runs = args.runs.number(args.common.quick);
    let scratch = Scratch::new()?;
    let machine = Machine::look(scratch.path(), &[("Python", version)]);
    let measured = rows
        .iter()
        .map(|row| measure(row, runs, &tools, &scratch))
        .collect::<Result<_>>()?;
    Ok(Report {
        machine,
        runs,
        quick: args.common.quick,
        rows: measured,
    })
}

/// All rows. The quick ones are too small for the targets, and have none.
fn rows(quick: bool) -> Vec<Row> {
    let (rushes, many, think): (&[_], _, _) = if quick {
        (&[(8, 10.0), (40, 10.0)], 40, Duration::from_millis(200))
    } else {
        let rushes = &[(8, 10.0), (200, 10.0), (2000, 5.0)];
        (rushes, 2000, Duration::from_secs(1))
    };
    let mut rows = Vec::new();
    rows.extend(
        rushes
            .iter()
            .map(|&(users, times)| locked(users, users, Some(times))),
    );
    rows.extend(
        rushes
            .iter()
            .map(|&(users, _)| locked(users, CHAPTER_STOCK, None)),
    );
    for threads in [false, true] {
        rows.push(thinking(many, think, threads));
        rows.push(Row {
            name: format!(
                "from the start to the last outcome, {many} {}",
                workers(threads)
            ),
            quantity: Quantity::FromTheStart,
            peers: Vec::new(),
            ..thinking(many, think, threads)
        });
    }
    for threads in [false, true] {
        rows.push(memory(many, think, threads));
    }
    if quick {
        for row in &mut rows {
            row.target = None;
        }
    }
    rows
}

/// A rush under the lock without any delay, beside the chapter's.
fn locked(users: u32, stock: u32, times_faster: Option<f64>) -> Row {
    let scarce = if stock < users {
        format!(", stock {stock}")
    } else {
        String::new()
    };
    Row {
        name: format!("locked, {users} users{scarce}"),
        quantity: Quantity::WallTime,
        load: Load {
            users,
            stock,
            locked: true,
            think: Duration::ZERO,
        },
        ours: Program::Tickets { threads: false },
        peers: vec![
            Program::Rush { silent: false },
            Program::Rush { silent: true },
        ],
        target: times_faster.map(Target::TimesFaster),
    }
}

/// Buyers without a lock that think at the same time, beside the chapter's buyers and sleepers.
fn thinking(users: u32, think: Duration, threads: bool) -> Row {
    let sleepers = Program::Sleepers { threads };
    Row {
        name: format!("thinking {think:?}, {users} {}", workers(threads)),
        quantity: Quantity::WallTime,
        load: unlocked(users, think),
        ours: Program::Tickets { threads },
        peers: if threads {
            vec![sleepers]
        } else {
            vec![Program::Rush { silent: false }, sleepers]
        },
        target: Some(Target::AtMost(if threads { 1.3 } else { 2.2 })),
    }
}

/// What the process that starts the buyers takes in memory.
fn memory(users: u32, think: Duration, threads: bool) -> Row {
    Row {
        name: format!("peak memory, {users} {}", workers(threads)),
        quantity: Quantity::PeakMemory,
        load: unlocked(users, think),
        ours: Program::Tickets { threads },
        peers: Vec::new(),
        target: Some(Target::AtMost(64.0)),
    }
}

/// As many tickets as users, so that every buyer has a sale to write.
fn unlocked(users: u32, think: Duration) -> Load {
    Load {
        users,
        stock: users,
        locked: false,
        think,
    }
}

fn workers(threads: bool) -> &'static str {
    if threads { "threads" } else { "processes" }
}

/// The rows whose name contains the given text.
fn choose(rows: Vec<Row>, only: Option<&str>) -> Result<Vec<Row>> {
    let only = only.unwrap_or("");
    let (chosen, others): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.name.contains(only));
    if chosen.is_empty() {
        let names: Vec<_> = others.iter().map(|row| row.name.as_str()).collect();
        let names = names.join("\n  ");
        return Err(format!(
            "no row's name contains {only:?}; the rows are:\n  {names}"
        ));
    }
    Ok(chosen)
}

fn find_peers() -> Result<PathBuf> {
    let path = package().join("peers");
    if path.is_dir() {
        return Ok(path);
    }
    Err(format!(
        "there is no directory {}: build tickets-bench again where its sources are now",
        path.display()
    ))
}

/// The interpreter itself and its version. `python3` may be a script that chooses one (pyenv's is),
/// and the time that takes is not the chapter's.
fn find_python(program: &str) -> Result<(PathBuf, String)> {
    let code = "import sys; print(sys.executable); print(sys.version.split()[0])";
    let done = Command::new(program)
        .args(["-c", code])
        .output()
        .map_err(|error| format!("could not start {program}: {error}; name one with --python"))?;
    let said = String::from_utf8_lossy(&done.stdout);
    match said.lines().collect::<Vec<_>>().as_slice() {
        [path, version] if done.status.success() => {
            Ok((PathBuf::from(path), (*version).to_owned()))
        }
        _ => {
            let said = String::from_utf8_lossy(&done.stderr);
            Err(format!("{program} does not work: {}", excerpt(&said)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{choose, rows};

    #[test]
    fn every_row_has_a_name_of_its_own() {
        for quick in [false, true] {
            let mut names: Vec<_> = rows(quick).into_iter().map(|row| row.name).collect();
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }

    #[test]
    fn the_quick_rows_have_no_targets() {
        assert!(rows(true).iter().all(|row| row.target.is_none()));
        assert_eq!(
            rows(false)
                .iter()
                .filter(|row| row.target.is_some())
                .count(),
            9
        );
    }

    #[test]
    fn only_chooses_by_name_and_names_what_there_is() {
        let chosen = choose(rows(false), Some("threads")).map(|rows| rows.len());
        assert_eq!(chosen, Ok(3));
        let refused = choose(rows(false), Some("nonsense")).map(|rows| rows.len());
        assert!(refused.is_err_and(|message| message.contains("locked, 8 users")));
    }
}
