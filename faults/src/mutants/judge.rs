//! Whether a row notices a known mistake, in a build that has them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Mutant;
use crate::program::KNOWN_BAD;

/// Whether a mistake was noticed.
#[derive(Debug)]
pub enum Verdict {
    /// By this row.
    Noticed(&'static str),
    /// Not; what the row said.
    Missed(String),
    /// The row fails without the mistake, too; what it said.
    Lame(String),
    /// The row could not be run here.
    NotRun,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Noticed(row) => f.write_str(row),
            Self::Missed(said) => write!(f, "NOBODY\n{said}"),
            Self::Lame(said) => write!(f, "a row that fails without it, too\n{said}"),
            Self::NotRun => f.write_str("not run"),
        }
    }
}

impl Mutant {
    /// Has the mistake made by the programs in this directory, and asks the row.
    ///
    /// # Errors
    /// The row could not be started.
    pub fn judge(&self, programs: &Path) -> Result<Verdict, String> {
        let (with, said) = self.ask(programs, self.name)?;
        let (without, said_without) = self.ask(programs, "")?;
        Ok(match (with, without) {
            _ if said_without.contains("not run: ") => Verdict::NotRun,
            (Some(1), Some(0)) => Verdict::Noticed(self.row),
            (Some(0), _) => Verdict::Missed(said),
            _ => Verdict::Lame(said_without),
        })
    }

    /// Runs the row with this mistake: its exit code, and what it said.
    fn ask(&self, programs: &Path, mistake: &str) -> Result<(Option<i32>, String), String> {
        let mut command = Command::new(programs.join("tickets-faults"));
        command
            .args([self.row, "--fail-fast"])
            .env(KNOWN_BAD, mistake);
        match self.case {
            Some(case) => command.args(["--case", case]),
            None => command.arg("--slice"),
        };
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("could not run {command:?}: {error}"))?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok((output.status.code(), text))
    }
}

/// Builds this program and the one under test with all their mistakes, in this place of their own; returns
/// where they are.
///
/// # Errors
/// They could not be built.
pub fn build(place: &Path) -> Result<PathBuf, String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let features = "tickets-faults/known-bad,tickets/known-bad,tickets/serve,tickets/etcd";
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--features", features])
        .args(["-p", "tickets", "-p", "tickets-faults", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(place)
        // Row 14 fakes the clock of a program with shared libraries only.
        .env("TICKETS_LINK", "dynamic")
        .status()
        .map_err(|error| format!("could not run cargo: {error}"))?;
    if !status.success() {
        return Err("the program with mistakes could not be built".to_owned());
    }
    Ok(place.join("debug"))
}
