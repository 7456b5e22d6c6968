//! The options of each benchmark, and those that several have in common.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::Result;
use crate::program::find_tickets;

/// The program that is measured.
#[derive(Debug, Args)]
pub(crate) struct Program {
    /// The tickets program [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    tickets: Option<PathBuf>,
}

impl Program {
    /// Where it is.
    pub(crate) fn find(&self) -> Result<PathBuf> {
        find_tickets(self.tickets.as_deref())
    }
}

/// How often something is measured.
#[derive(Debug, Args)]
pub(crate) struct Runs {
    /// How often each is measured, after once to warm up [default: 5, with --quick 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: Option<u32>,
}

impl Runs {
    /// As often as the command line says, or else as its default.
    pub(crate) fn number(&self, quick: bool) -> u32 {
        self.runs.unwrap_or(if quick { 1 } else { 5 })
    }
}

/// What every benchmark can be told.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Small sizes: does everything work, not how fast it is
    #[arg(long)]
    pub(crate) quick: bool,
    /// One JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the command line of `tickets-bench chapter` says.
#[derive(Debug, Args)]
#[command(mut_arg("runs", |arg| arg.help(
    "Timed runs of each program, after one warm-up [default: 5, with --quick 1]"
)))]
#[command(mut_arg("quick", |arg| arg.help(
    "One run and small sizes: does everything work, not how fast it is"
)))]
pub(crate) struct ChapterArgs {
    #[command(flatten)]
    pub(crate) runs: Runs,
    #[command(flatten)]
    pub(crate) program: Program,
    /// The Python interpreter the peers run in
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    pub(crate) python: String,
    /// Only the rows whose name contains this
    #[arg(long, value_name = "SUBSTRING")]
    pub(crate) only: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What the command line of `tickets-bench sales` says.
#[derive(Debug, Args)]
#[command(mut_arg("quick", |arg| arg.help(
    "One short round with few processes: does everything work, not how fast it is"
)))]
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
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What the command line of `tickets-bench ledger` says.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    #[command(flatten)]
    pub(crate) program: Program,
    /// How many sales the long ledger has [default: 1000000, with --quick 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(10..=5_000_000))]
    pub(crate) sales: Option<u64>,
    /// How many buy at once, for half as many tickets [default: 2000, with --quick 40]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) buyers: Option<u32>,
    /// Only the parts whose name contains this
    #[arg(long, value_name = "SUBSTRING")]
    pub(crate) only: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What the command line of `tickets-bench check` says.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) program: Program,
    #[command(flatten)]
    pub(crate) runs: Runs,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What the command line of `tickets-bench lab` says.
#[derive(Debug, Args)]
#[command(mut_arg("runs", |arg| arg.help(
    "How often each rate is measured, after once to warm up [default: 5, with --quick 1]"
)))]
#[command(mut_arg("quick", |arg| arg.help(
    "Few schedules and few buyers: does everything work, not how fast it is"
)))]
pub(crate) struct LabArgs {
    #[command(flatten)]
    pub(crate) program: Program,
    /// Where the scratch events are put [default: /dev/shm, in memory]
    #[arg(long, value_name = "DIR")]
    pub(crate) place: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) runs: Runs,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What the command line of `tickets-bench hostile` says.
#[derive(Debug, Args)]
#[command(mut_arg("quick", |arg| arg.help(
    "A few files: does everything work, not how fast it is"
)))]
pub(crate) struct HostileArgs {
    #[command(flatten)]
    pub(crate) program: Program,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What the command line of `tickets-bench serve` says.
#[derive(Debug, Args)]
#[command(mut_arg("tickets", |arg| arg.help(
    "The tickets program, built with its service [default: the one beside this program]"
)))]
#[command(mut_arg("runs", |arg| arg.help("How many rushes [default: 5, with --quick 1]")))]
#[command(mut_arg("quick", |arg| arg.help(
    "One small rush: does it all still work, not how fast it is"
)))]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) program: Program,
    /// How many buyers arrive within a second [default: 10000, with --quick 500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(300..=20_000))]
    pub(crate) clients: Option<u32>,
    /// Instead of a rush, clients of all kinds for so long, as in 20m: memory and descriptors must stay as they are
    #[arg(long, value_name = "TIME", value_parser = soak)]
    pub(crate) soak: Option<Duration>,
    /// How often each kind of client comes in a second of the soak
    #[arg(long, value_name = "N", default_value_t = 5.0, value_parser = seconds, requires = "soak")]
    pub(crate) rate: f64,
    #[command(flatten)]
    pub(crate) runs: Runs,
    #[command(flatten)]
    pub(crate) common: Common,
}

fn soak(text: &str) -> Result<Duration> {
    let wrong = || "write 30s, 20m or 8h".to_owned();
    let units = [("s", 1), ("m", 60), ("h", 3600)];
    let split = units.iter().find_map(|(unit, seconds)| {
        let number = text.strip_suffix(unit)?.parse::<u32>().ok()?;
        Some((number, *seconds))
    });
    let (number, seconds) = split.ok_or_else(wrong)?;
    let time = Duration::from_secs(u64::from(number) * seconds);
    let allowed = Duration::from_secs(5)..=Duration::from_secs(7 * 24 * 3600);
    allowed.contains(&time).then_some(time).ok_or_else(wrong)
}

fn seconds(text: &str) -> Result<f64> {
    match text.parse() {
        Ok(seconds) if (0.01..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number from 0.01 to 600".to_owned()),
    }
}
