//! The programs that are measured, and how each is started.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use crate::Result;
use crate::run::excerpt;

/// Where the programs are.
#[derive(Debug)]
pub(crate) struct Tools {
    /// The tickets program.
    pub(crate) tickets: PathBuf,
    /// The Python interpreter itself, not a wrapper that starts it.
    pub(crate) python: PathBuf,
    /// The directory of the Python programs.
    pub(crate) peers: PathBuf,
}

/// What every program of one row has to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// How many buyers there are.
    pub(crate) users: u32,
    /// How many tickets there are.
    pub(crate) stock: u32,
    /// Whether they buy under the lock.
    pub(crate) locked: bool,
    /// How long each waits between reading and buying.
    pub(crate) think: Duration,
}

/// A program that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// `tickets buy`, with processes or with threads.
    Tickets {
        /// Threads instead of processes.
        threads: bool,
    },
    /// The chapter's ticket program, with or without its lock.
    Rush {
        /// Without the lines that each buyer prints, and the tracebacks of those that crash.
        silent: bool,
    },
    /// The chapter's processes or threads that only sleep, for as long as a buyer thinks.
    Sleepers {
        /// Threads instead of processes.
        threads: bool,
    },
}

impl Program {
    /// What it is called in the report.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Tickets { threads: false } => "tickets",
            Self::Tickets { threads: true } => "tickets --threads",
            Self::Rush { silent: false } => "chapter_rush.py",
            Self::Rush { silent: true } => "chapter_rush.py --silent",
            Self::Sleepers { threads: false } => "chapter_sleepers.py, processes",
            Self::Sleepers { threads: true } => "chapter_sleepers.py, threads",
        }
    }

    /// Puts the file back to the full stock. Not part of the measured time.
    pub(crate) fn reset(self, tools: &Tools, load: Load, file: &Path) -> Result<()> {
        match self {
            Self::Tickets { .. } => reset_event(tools, load.stock, file),
            Self::Rush { .. } => write_stock(load.stock, file),
            Self::Sleepers { .. } => Ok(()),
        }
    }

    /// The command that is measured.
    pub(crate) fn command(self, tools: &Tools, load: Load, file: &Path) -> Command {
        match self {
            Self::Tickets { threads } => tickets_command(tools, load, file, threads),
            Self::Rush { silent } => rush_command(tools, load, file, silent),
            Self::Sleepers { threads } => sleepers_command(tools, load, threads),
        }
    }
}

fn reset_event(tools: &Tools, stock: u32, file: &Path) -> Result<()> {
    if !file.exists() {
        write_stock(stock, file)?;
    }
    let done = Command::new(&tools.tickets)
        .arg("-f")
        .arg(file)
        .args(["reset", &stock.to_string()])
        .output()
        .map_err(|error| format!("could not start {}: {error}", tools.tickets.display()))?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    Err(format!(
        "`tickets reset {stock}` failed: {}",
        excerpt(&said)
    ))
}

fn write_stock(stock: u32, file: &Path) -> Result<()> {
    fs::write(file, format!("{{\"ticket\": {stock}}}\n"))
        .map_err(|error| format!("could not write {}: {error}", file.display()))
}

fn tickets_command(tools: &Tools, load: Load, file: &Path, threads: bool) -> Command {
    let mut command = Command::new(&tools.tickets);
    command.arg("-f").arg(file);
    command.args([
        "--json",
        "--quiet",
        "buy",
        "--users",
        &load.users.to_string(),
    ]);
    command.args(["--think", &format!("{}ms", load.think.as_millis())]);
    if load.locked {
        command.arg("--lock");
    }
    if threads {
        command.arg("--threads");
    }
    command
}

fn rush_command(tools: &Tools, load: Load, file: &Path, silent: bool) -> Command {
    let mut command = Command::new(&tools.python);
    command.arg(tools.peers.join("chapter_rush.py"));
    command.arg("--file").arg(file);
    command.args(["--users", &load.users.to_string()]);
    command.args(["--delay", &load.think.as_secs_f64().to_string()]);
    if load.locked {
        command.arg("--lock");
    }
    if silent {
        command.arg("--silent");
    }
    command
}

fn sleepers_command(tools: &Tools, load: Load, threads: bool) -> Command {
    let mut command = Command::new(&tools.python);
    command.arg(tools.peers.join("chapter_sleepers.py"));
    command.args(["--kind", if threads { "thread" } else { "process" }]);
    command.args(["--count", &load.users.to_string()]);
    command.args(["--seconds", &load.think.as_secs_f64().to_string()]);
    command
}

/// The directory of the package, as it was when this program was built.
pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The tickets program: the one that is named, or else the one that was built with this program and lies beside it.
pub(crate) fn find_tickets(named: Option<&Path>) -> Result<PathBuf> {
    let path = match named {
        Some(path) => path.to_path_buf(),
        None => env::current_exe()
            .map_err(|error| format!("where this program lies is not known: {error}"))?
            .with_file_name("tickets"),
    };
    match fs::canonicalize(&path) {
        Ok(found) if found.is_file() => Ok(found),
        _ => Err(format!(
            "there is no program {}; build it with `cargo build --release`, or name it with --tickets",
            path.display()
        )),
    }
}
