//! `tickets-bench`: measures `tickets` beside the programs it stands in for.
//!
//! Every number comes from runs side by side, in turn, on the machine at hand; nothing here fails
//! because of a time.

mod args;
mod chapter;
mod check;
mod cli;
mod cluster;
mod figure;
mod figure_report;
mod hostile;
mod lab;
mod ledger;
mod machine;
mod measure;
mod outcome;
mod program;
mod report;
mod run;
mod sales;
mod scratch;
mod serve;
mod start;
mod stats;
mod table;
mod write_back;

// What the tests are made of, too: not all of it is needed here.
#[path = "../../tests/it/corpus.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing
)]
mod corpus;
#[path = "../../tests/it/craft.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing
)]
mod craft;
#[path = "../../tests/it/serve/load.rs"]
mod load;

use std::fs;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use serde_json::Value;

use args::{ChapterArgs, CheckArgs, HostileArgs, LabArgs, LedgerArgs, SalesArgs, ServeArgs};
use cli::{Cli, Command};

/// What a step of the benchmark gives, or a message for people that says why it could not.
pub(crate) type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Chapter(args) => chapter(&args),
        Command::Sales(args) => sales(&args),
        Command::Ledger(args) => ledger(&args),
        Command::Check(args) => check(&args),
        Command::Hostile(args) => hostile(&args),
        Command::Lab(args) => lab(&args),
        Command::Serve(args) => serve(&args),
        Command::Start(args) => start(&args),
        Command::Cluster(args) => cluster(&args),
        Command::WriteBack(args) => write_back(&args),
        Command::SalesWorker(args) => sales::work(&args),
        Command::WriteBackWorker(args) => write_back::work(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            note(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn chapter(args: &ChapterArgs) -> Result<()> {
    let report = chapter::run(args)?;
    print(args.common.json, || report.to_json(), || report.to_table())
}

fn sales(args: &SalesArgs) -> Result<()> {
    let report = sales::run(args)?;
    if let Some(path) = &args.plot {
        fs::write(path, sales::to_svg(&report))
            .map_err(|error| format!("could not write {}: {error}", path.display()))?;
    }
    print(args.common.json, || report.to_json(), || report.to_table())
}

fn ledger(args: &LedgerArgs) -> Result<()> {
    let report = ledger::run(args)?;
    print(args.common.json, || report.to_json(), || report.to_table())
}

fn hostile(args: &HostileArgs) -> Result<()> {
    let report = hostile::run(args)?;
    print(args.common.json, || report.to_json(), || report.to_table())
}

fn check(args: &CheckArgs) -> Result<()> {
    let report = check::run(args)?;
    print(args.common.json, || report.to_json(), || report.to_table())
}

fn lab(args: &LabArgs) -> Result<()> {
    let report = lab::run(args)?;
    print(args.common.json, || report.to_json(), || report.to_table())
}

fn serve(args: &ServeArgs) -> Result<()> {
    let report = serve::run(args)?;
    print(args.common.json, || report.to_json(), || report.to_table())
}

fn start(args: &start::StartArgs) -> Result<()> {
    let report = start::run(args)?;
    print(args.common.json, || report.to_json(), || report.to_table())
}

fn cluster(args: &cluster::ClusterArgs) -> Result<()> {
    let report = cluster::run(args)?;
    print(args.common.json, || report.to_json(), || report.to_table())
}

fn write_back(args: &write_back::Args) -> Result<()> {
    let report = write_back::run(args)?;
    print(args.common.json, || report.to_json(), || report.to_table())?;
    report.verdict(args)
}

/// Prints a report, as JSON or as a table.
fn print(
    as_json: bool,
    json: impl FnOnce() -> Value,
    table: impl FnOnce() -> String,
) -> Result<()> {
    let text = if as_json {
        format!("{:#}\n", json())
    } else {
        table()
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // The reader has seen enough, as with `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| format!("could not write the report: {error}")),
    }
}

/// One line on stderr. That it cannot be written is no reason to stop.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
