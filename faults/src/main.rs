//! `tickets-faults`: the fault matrix on the command line.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use clap::Parser;

use tickets_faults::mutants::judge::{self, Verdict};
use tickets_faults::mutants::{MUTANTS, Mutant};
use tickets_faults::{Extent, Plan, Program, ROWS, Report, Settings, find, run};

/// Strikes tickets with faults, and judges what is left.
///
/// Exit code 0: every fault was survived, and every known mistake noticed. 1: not so. What could not be
/// run here is printed as not run.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Rows by name or number; "all" for all; "mutants" for row 17; "list" for their names
    #[arg(required = true, value_name = "ROW")]
    rows: Vec<String>,
    /// A slice of each row: what `cargo test` runs
    #[arg(long)]
    slice: bool,
    /// Only the cases whose name contains this; of the mistakes, those whose name or row does
    #[arg(long, value_name = "PART", conflicts_with = "slice")]
    case: Option<String>,
    /// Each row ends at its first failure
    #[arg(long)]
    fail_fast: bool,
    /// The tickets program [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    /// How many cases at a time [default: one a processor]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

fn main() -> ExitCode {
    if cfg!(panic = "abort") {
        let hint = "build it without --release, and name the released program with --program";
        let _ = writeln!(
            io::stderr(),
            "error: a case that fails would end this program: {hint}"
        );
        return ExitCode::from(2);
    }
    match act(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether all went well; an error says why it could not be tried.
fn act(cli: &Cli) -> Result<bool, String> {
    let mut out = io::stdout();
    let mut print = |text: &str| {
        let _ = writeln!(out, "{text}");
        let _ = out.flush();
    };
    if cli.rows == ["list"] {
        list(&mut print);
        return Ok(true);
    }
    let everything = cli.rows == ["all"];
    let mutants = everything || cli.rows.iter().any(|row| row == "mutants" || row == "17");
    let plans = plans(cli, everything)?;
    let settings = settings(cli)?;
    let mut well = true;
    if !plans.is_empty() {
        print(&Report::head());
    }
    for plan in plans {
        let report = run(plan, &settings);
        well &= report.is_clean();
        print(&report.line());
        print(report.to_string().trim_end());
    }
    if mutants {
        well &= all_mutants(cli.case.as_deref().unwrap_or_default(), &mut print)?;
    }
    Ok(well)
}

fn list(print: &mut impl FnMut(&str)) {
    for Plan {
        number,
        name,
        fault,
        ..
    } in ROWS
    {
        print(&format!("{number:>3}  {name:<10} {fault}"));
    }
    print(" 17  mutants    known mistakes, each noticed by a row");
}

/// The rows that are named, but for the mutants.
fn plans(cli: &Cli, everything: bool) -> Result<Vec<&'static Plan>, String> {
    if everything {
        return Ok(ROWS.iter().collect());
    }
    let rows = cli.rows.iter().map(String::as_str);
    let rows = rows.filter(|name| !["all", "mutants", "17"].contains(name));
    rows.map(|name| {
        find(name).ok_or_else(|| format!("there is no row {name:?}: see 'tickets-faults list'"))
    })
    .collect()
}

fn settings(cli: &Cli) -> Result<Settings, String> {
    let program = match &cli.program {
        Some(program) => program.clone(),
        None => beside()?.join("tickets"),
    };
    if !program.is_file() {
        let program = program.display();
        return Err(format!(
            "there is no {program}: 'cargo build --workspace' makes it, --program names another"
        ));
    }
    let program = std::path::absolute(&program).map_err(|error| error.to_string())?;
    let processors = || thread::available_parallelism().map_or(1, usize::from);
    Ok(Settings {
        program: Program::at(program),
        extent: match &cli.case {
            Some(part) => Extent::Named(part.clone()),
            None if cli.slice => Extent::Slice,
            None => Extent::All,
        },
        enough: if cli.fail_fast { 1 } else { 20 },
        jobs: cli.jobs.unwrap_or_else(processors),
    })
}

/// The directory of this program.
fn beside() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    own.parent()
        .map(Path::to_path_buf)
        .ok_or_else(|| "where is this program?".to_owned())
}

/// Makes every known mistake, and asks the row that must notice it.
fn all_mutants(part: &str, print: &mut dyn FnMut(&str)) -> Result<bool, String> {
    let programs = judge::build(&beside()?.join("../known-bad"))?;
    let mut well = true;
    print(" 17  mistake            noticed by");
    let wanted = |mutant: &&Mutant| mutant.name.contains(part) || mutant.row.contains(part);
    for mutant in MUTANTS.iter().filter(wanted) {
        let verdict = mutant.judge(&programs)?;
        well &= !matches!(verdict, Verdict::Missed(_) | Verdict::Lame(_));
        print(&format!("     {:<18} {verdict}", mutant.name));
    }
    Ok(well)
}
