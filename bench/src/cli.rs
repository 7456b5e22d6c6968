//! The command line of `tickets-bench`.

use clap::{Parser, Subcommand};

use crate::args::{ChapterArgs, CheckArgs, HostileArgs, LabArgs, LedgerArgs, SalesArgs, ServeArgs};
use crate::{cluster, sales, start, write_back};

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
    /// How long a short command takes, beside the same of another build
    Start(start::StartArgs),
    /// An event on a cluster, beside bare transactions of it and beside PostgreSQL with a synchronous replica
    Cluster(cluster::ClusterArgs),
    /// What becomes of answered sales after another process's failed write-back, beside databases
    WriteBack(write_back::Args),
    /// One process that sells, started by `sales`
    #[command(hide = true)]
    SalesWorker(sales::WorkerArgs),
    /// One process that sells or reads, started by `write-back`
    #[command(hide = true)]
    WriteBackWorker(write_back::WorkerArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn every_subcommand_can_be_parsed() {
        Cli::command().debug_assert();
    }
}
