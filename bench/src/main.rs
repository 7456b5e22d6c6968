//! `tickets-bench`: measures `tickets` beside the programs it stands in for.
//!
//! Every number comes from runs side by side, in turn, on the machine at hand; nothing here fails
//! because of a time.

mod chapter;
mod check;
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

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use serde_json::Value;

/// What a step of the benchmark gives, or a message for people that says why it could not.
pub(crate) type Result<T> = std::result::Result<T, String>;

/// Measures tickets beside the programs it stands in for.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Side by side with the chapter's Python programs
    Chapter(ChapterArgs),
    /// Sales per second of processes that contend, side by side with databases
    Sales(SalesArgs),
    /// A long ledger, its audit, and many commands at once
    Ledger(LedgerArgs),
    /// Judging recorded runs: how fast, and in how much memory
    Check(CheckArgs),
    /// Files that make no sense: how long the slowest command takes to say so
    Hostile(HostileArgs),
    /// The race lab: schedules per second of real processes
    Lab(LabArgs),
    /// What becomes of answered sales after another process's failed write-back, beside databases
    WriteBack(write_back::Args),
    /// One process that sells, started by `sales`
    #[command(hide = true)]
    SalesWorker(WorkerArgs),
    /// One process that sells or reads, started by `write-back`
    #[command(hide = true)]
    WriteBackWorker(write_back::WorkerArgs),
}

/// What the command line of `tickets-bench chapter` says.
#[derive(Debug, Args)]
pub(crate) struct ChapterArgs {
    /// Timed runs of each program, after one warm-up [default: 5, with --quick 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: Option<u32>,
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    tickets: Option<PathBuf>,
    /// The Python interpreter the peers run in
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    python: String,
    /// Only the rows whose name contains this
    #[arg(long, value_name = "SUBSTRING")]
    only: Option<String>,
    /// One run and small sizes: does everything work, not how fast it is
    #[arg(long)]
    quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    json: bool,
}

/// What the command line of `tickets-bench sales` says.
#[derive(Debug, Args)]
pub(crate) struct SalesArgs {
    /// How many processes contend [default: 1,8,32; with --quick 1,2; with --plot 1,2,4,8,16,32]
    #[arg(long, value_name = "K,K...", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=1000))]
    processes: Option<Vec<u32>>,
    /// Timed rounds, after one to warm up [default: 5, with --quick 1 and none to warm up]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: Option<u32>,
    /// Let the processes sell for a time, instead of an equal number each: whoever is kept waiting
    /// then costs its peer nothing
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    seconds: Option<f64>,
    /// Only the rows whose name contains this, and ours with as many processes
    #[arg(long, value_name = "SUBSTRING")]
    only: Option<String>,
    /// Also write a picture: sales per second over processes
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// One short round with few processes: does everything work, not how fast it is
    #[arg(long)]
    quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    json: bool,
}

/// What the command line of `tickets-bench ledger` says.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    tickets: Option<PathBuf>,
    /// How many sales the long ledger has [default: 1000000, with --quick 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(10..=5_000_000))]
    sales: Option<u64>,
    /// How many buy at once, for half as many tickets [default: 2000, with --quick 40]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    buyers: Option<u32>,
    /// Only the parts whose name contains this
    #[arg(long, value_name = "SUBSTRING")]
    only: Option<String>,
    /// Small sizes: does everything work, not how fast it is
    #[arg(long)]
    quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    json: bool,
}

/// What the command line of `tickets-bench check` says.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    tickets: Option<PathBuf>,
    /// How often each is measured, after once to warm up [default: 5, with --quick 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: Option<u32>,
    /// Small sizes: does everything work, not how fast it is
    #[arg(long)]
    quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    json: bool,
}

/// What the command line of `tickets-bench lab` says.
#[derive(Debug, Args)]
pub(crate) struct LabArgs {
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    tickets: Option<PathBuf>,
    /// Where the scratch events are put [default: /dev/shm, in memory]
    #[arg(long, value_name = "DIR")]
    place: Option<PathBuf>,
    /// How often each rate is measured, after once to warm up [default: 5, with --quick 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: Option<u32>,
    /// Few schedules and few buyers: does everything work, not how fast it is
    #[arg(long)]
    quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    json: bool,
}

/// What the command line of `tickets-bench hostile` says.
#[derive(Debug, Args)]
pub(crate) struct HostileArgs {
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    tickets: Option<PathBuf>,
    /// A few files: does everything work, not how fast it is
    #[arg(long)]
    quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    json: bool,
}

/// What the command line of a worker says.
#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    peer: sales::peer::Peer,
    directory: PathBuf,
    work: sales::Work,
}

fn seconds(text: &str) -> Result<f64> {
    match text.parse() {
        Ok(seconds) if (0.01..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number from 0.01 to 600".to_owned()),
    }
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Chapter(args) => chapter(&args),
        Command::Sales(args) => sales(&args),
        Command::Ledger(args) => ledger(&args),
        Command::Check(args) => check(&args),
        Command::Hostile(args) => hostile(&args),
        Command::Lab(args) => lab(&args),
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
    print(args.json, || report.to_json(), || report.to_table())
}

fn sales(args: &SalesArgs) -> Result<()> {
    let report = sales::run(args)?;
    if let Some(path) = &args.plot {
        fs::write(path, sales::to_svg(&report))
            .map_err(|error| format!("could not write {}: {error}", path.display()))?;
    }
    print(args.json, || report.to_json(), || report.to_table())
}

fn ledger(args: &LedgerArgs) -> Result<()> {
    let report = ledger::run(args)?;
    print(args.json, || report.to_json(), || report.to_table())
}

fn hostile(args: &HostileArgs) -> Result<()> {
    let report = hostile::run(args)?;
    print(args.json, || report.to_json(), || report.to_table())
}

fn check(args: &CheckArgs) -> Result<()> {
    let report = check::run(args)?;
    print(args.json, || report.to_json(), || report.to_table())
}

fn lab(args: &LabArgs) -> Result<()> {
    let report = lab::run(args)?;
    print(args.json, || report.to_json(), || report.to_table())
}

fn write_back(args: &write_back::Args) -> Result<()> {
    let report = write_back::run(args)?;
    print(args.json(), || report.to_json(), || report.to_table())?;
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
