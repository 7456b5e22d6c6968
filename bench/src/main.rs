//! `tickets-bench`: measures `tickets` beside the programs it stands in for.
//!
//! Every number comes from runs side by side, in turn, on the machine at hand; nothing here fails
//! because of a time.

mod chapter;
mod machine;
mod measure;
mod outcome;
mod program;
mod report;
mod run;
mod scratch;
mod stats;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

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

fn main() -> ExitCode {
    let Command::Chapter(args) = Cli::parse().command;
    match chapter(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            note(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn chapter(args: &ChapterArgs) -> Result<()> {
    let report = chapter::run(args)?;
    let text = if args.json {
        format!("{:#}\n", report.to_json())
    } else {
        report.to_table()
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
