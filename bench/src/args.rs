//! The command line of `tickets-bench`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{Result, sales, write_back};

/// Measures tickets beside the programs it stands in for.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
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
    /// The service in a rush: 10,000 buyers within a second
    Serve(ServeArgs),
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
    pub(crate) runs: Option<u32>,
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    pub(crate) tickets: Option<PathBuf>,
    /// The Python interpreter the peers run in
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    pub(crate) python: String,
    /// Only the rows whose name contains this
    #[arg(long, value_name = "SUBSTRING")]
    pub(crate) only: Option<String>,
    /// One run and small sizes: does everything work, not how fast it is
    #[arg(long)]
    pub(crate) quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the command line of `tickets-bench sales` says.
#[derive(Debug, Args)]
pub(crate) struct SalesArgs {
    /// How many processes contend [default: 1,8,32; with --quick 1,2; with --plot 1,2,4,8,16,32]
    #[arg(long, value_name = "K,K...", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) processes: Option<Vec<u32>>,
    /// Timed rounds, after one to warm up [default: 5, with --quick 1 and none to warm up]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rounds: Option<u32>,
    /// Let the processes sell for a time, instead of an equal number each: whoever is kept waiting
    /// then costs its peer nothing
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) seconds: Option<f64>,
    /// Only the rows whose name contains this, and ours with as many processes
    #[arg(long, value_name = "SUBSTRING")]
    pub(crate) only: Option<String>,
    /// Also write a picture: sales per second over processes
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot: Option<PathBuf>,
    /// One short round with few processes: does everything work, not how fast it is
    #[arg(long)]
    pub(crate) quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the command line of `tickets-bench ledger` says.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    pub(crate) tickets: Option<PathBuf>,
    /// How many sales the long ledger has [default: 1000000, with --quick 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(10..=5_000_000))]
    pub(crate) sales: Option<u64>,
    /// How many buy at once, for half as many tickets [default: 2000, with --quick 40]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) buyers: Option<u32>,
    /// Only the parts whose name contains this
    #[arg(long, value_name = "SUBSTRING")]
    pub(crate) only: Option<String>,
    /// Small sizes: does everything work, not how fast it is
    #[arg(long)]
    pub(crate) quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the command line of `tickets-bench check` says.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    pub(crate) tickets: Option<PathBuf>,
    /// How often each is measured, after once to warm up [default: 5, with --quick 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: Option<u32>,
    /// Small sizes: does everything work, not how fast it is
    #[arg(long)]
    pub(crate) quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the command line of `tickets-bench lab` says.
#[derive(Debug, Args)]
pub(crate) struct LabArgs {
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    pub(crate) tickets: Option<PathBuf>,
    /// Where the scratch events are put [default: /dev/shm, in memory]
    #[arg(long, value_name = "DIR")]
    pub(crate) place: Option<PathBuf>,
    /// How often each rate is measured, after once to warm up [default: 5, with --quick 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: Option<u32>,
    /// Few schedules and few buyers: does everything work, not how fast it is
    #[arg(long)]
    pub(crate) quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the command line of `tickets-bench hostile` says.
#[derive(Debug, Args)]
pub(crate) struct HostileArgs {
    /// The tickets program [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    pub(crate) tickets: Option<PathBuf>,
    /// A few files: does everything work, not how fast it is
    #[arg(long)]
    pub(crate) quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the command line of `tickets-bench serve` says.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The tickets program, built with its service [default: target/release/tickets of this workspace]
    #[arg(long, value_name = "PATH")]
    pub(crate) tickets: Option<PathBuf>,
    /// How many buyers arrive within a second [default: 10000, with --quick 500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(300..=20_000))]
    pub(crate) clients: Option<u32>,
    /// How many rushes [default: 5, with --quick 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: Option<u32>,
    /// One small rush: does it all still work, not how fast it is
    #[arg(long)]
    pub(crate) quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the command line of a worker says.
#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    pub(crate) peer: sales::peer::Peer,
    pub(crate) directory: PathBuf,
    pub(crate) work: sales::Work,
}

fn seconds(text: &str) -> Result<f64> {
    match text.parse() {
        Ok(seconds) if (0.01..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number from 0.01 to 600".to_owned()),
    }
}
