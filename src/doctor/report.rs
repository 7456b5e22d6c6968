//! What an examination found.

use serde::Serialize;

use crate::error::Kind;

/// The check that is noted where the directory is sticky.
pub(super) const STICKY: &str = "sticky";

/// The check that tells what is wrong with an event.
pub(super) const EVENT: &str = "event";

/// The check that tells what a power cut leaves.
pub(super) const DURABILITY: &str = "durability";

/// What was found in a directory.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The directory, as it was named.
    pub directory: String,
    /// The file system: its name, its number in hexadecimal, or "unknown".
    pub file_system: String,
    /// All checks, in the order in which they were made.
    pub checks: Vec<Check>,
    /// What things cost there.
    pub costs_us: Costs,
}

impl Report {
    /// Whether all holds that a sale relies on.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self
            .checks
            .iter()
            .any(|check| check.result == CheckResult::Fail)
    }

    /// Whether the place is fit; an event that was looked at there may be unfit all the same.
    #[must_use]
    pub fn place_holds(&self) -> bool {
        let failed = |check: &&Check| check.result == CheckResult::Fail;
        let mut failed = self.checks.iter().filter(failed);
        failed.all(|check| check.name == EVENT)
    }

    /// What is wrong with the event that was looked at.
    #[must_use]
    pub fn event_faults(&self) -> Vec<&str> {
        let failed = |check: &&Check| check.name == EVENT && check.result == CheckResult::Fail;
        let failed = self.checks.iter().filter(failed);
        failed.map(|check| check.text.as_str()).collect()
    }

    /// Whether what was synced there outlives a power cut, as far as its mount says; `None` where that is not known.
    #[must_use]
    pub fn outlives_power_cut(&self) -> Option<bool> {
        let checks = self.checks.iter();
        let checks = checks.filter(|check| check.name == DURABILITY);
        let mut lost = checks
            .filter(|check| check.result != CheckResult::Pass)
            .peekable();
        if lost.peek().is_none() {
            return Some(true);
        }
        lost.all(|check| !check.is_open).then_some(false)
    }

    /// Whether it holds for an event that one user alone sells from: the directory is sticky.
    #[must_use]
    pub fn is_for_one_user(&self) -> bool {
        self.checks.iter().any(|check| check.name == STICKY)
    }

    /// The exit code of a command that ends with this report.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.holds() {
            0
        } else {
            Kind::Integrity.exit_code()
        }
    }
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// What was tried: "exclusion", "replace" and the like.
    pub name: &'static str,
    /// What came of it.
    pub result: CheckResult,
    /// The same in a sentence.
    pub text: String,
    /// Whether it is not known, and was not found out.
    #[serde(skip)]
    pub(super) is_open: bool,
}

impl Check {
    pub(super) fn new(name: &'static str, result: CheckResult, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            name,
            result,
            text,
            is_open: false,
        }
    }

    /// The same, as what could not be found out.
    pub(super) fn open(self) -> Self {
        Self {
            is_open: true,
            ..self
        }
    }

    /// A check that passes with its good sentence, or fails with the one that says what is wrong.
    pub(super) fn of(name: &'static str, good: &str, wrong: Option<String>) -> Self {
        match wrong {
            None => Self::new(name, CheckResult::Pass, good),
            Some(wrong) => Self::new(name, CheckResult::Fail, wrong),
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckResult {
    /// It holds.
    Pass,
    /// It does not, and sales rely on it.
    Fail,
    /// It is good to know, and sales do without it.
    Note,
}

/// What things cost, each `None` where it does not work at all.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[non_exhaustive]
pub struct Costs {
    /// To take a free lock and give it up.
    pub lock: Option<Cost>,
    /// To append a line to a file.
    pub append: Option<Cost>,
    /// To append a line and wait until it is on disk.
    pub append_sync: Option<Cost>,
    /// To replace `tickets.json`.
    pub publish: Option<Cost>,
}

/// A measured time.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(into = "f64")]
#[non_exhaustive]
pub struct Cost {
    /// The median, in microseconds.
    pub median_us: f64,
    /// Of so many repetitions.
    pub repetitions: usize,
}

impl From<Cost> for f64 {
    fn from(cost: Cost) -> Self {
        cost.median_us
    }
}

/// What is to be said of a file system whatever the checks show: some things they cannot show.
pub(super) fn on_file_system(name: &str) -> Check {
    let note = match name {
        "tmpfs" | "ramfs" => Some("memory, so nothing here survives a power cut"),
        "overlayfs" => Some("two mounts of one directory do not share locks: use one of them only"),
        "nfs" | "smb" | "cifs" | "smb2" | "fuse" | "9p" | "vboxsf" | "ceph" | "lustre" | "gpfs"
        | "gfs2" | "ocfs2" | "afs" => {
            Some("locks depend on what is behind it: tried from this machine only")
        }
        "unknown" => Some("this system does not tell: go by the checks"),
        _ if name.starts_with("0x") => Some("not known to this program: go by the checks"),
        _ => None,
    };
    match note {
        Some(note) => Check::new("file_system", CheckResult::Note, format!("{name}: {note}")),
        None => Check::new("file_system", CheckResult::Pass, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_checks_cannot_show_is_said() {
        let said = |name| (on_file_system(name).result, on_file_system(name).text);
        assert_eq!(said("ext4"), (CheckResult::Pass, "ext4".into()));
        for (name, part) in [
            ("tmpfs", "tmpfs: memory"),
            ("overlayfs", "do not share locks"),
            ("nfs", "locks depend on"),
            ("fuse", "locks depend on"),
            ("0x1234", "0x1234: not known"),
            ("unknown", "does not tell"),
        ] {
            let (finding, text) = said(name);
            assert_eq!(finding, CheckResult::Note, "{text}");
            assert!(text.contains(part), "{text}");
        }
    }
}
