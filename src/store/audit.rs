//! What an audit finds.

use serde::Serialize;

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// How many tickets there are in all: opened with, and adjusted by since.
    pub capacity: u64,
    /// How many are sold.
    pub sold: u64,
    /// How many are held.
    pub held: u64,
    /// How many are left.
    pub left: u64,
    /// How many lines of the ledger add up, from the first on.
    pub records: u64,
    /// What does not add up.
    pub findings: Vec<Finding>,
    /// What is worth to be known, and no fault, in words for people.
    pub notes: Vec<String>,
    /// What was repaired, in words for people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repaired: Vec<String>,
    /// Whether the event is for real: a reset would give up what was sold.
    #[serde(skip)]
    pub for_real: bool,
}

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub kind: Flaw,
    /// In which file.
    pub file: String,
    /// In which line of it, from 1; 0 where it is in none.
    pub line: u64,
    /// What is wrong, in words for people.
    pub text: String,
    /// Whether `audit --repair` can put it right: only where what is right can be proven.
    pub repairable: bool,
    /// What people can do about it, where there is more than to repair or to restore.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flaw {
    /// A line of the ledger does not add up with the lines before it.
    Ledger,
    /// What a crash left behind the last line.
    TornTail,
    /// The ledger's last newline is missing.
    Newline,
    /// The count cannot be read.
    Count,
    /// The count is not what the ledger says.
    Drift,
    /// The index of idempotency keys is not what the ledger says.
    Key,
    /// The ledger ends before what the count includes, or is missing.
    Short,
}

impl Audit {
    /// Whether `audit --repair` puts right all that was found.
    #[must_use]
    pub fn is_repairable(&self) -> bool {
        self.findings.iter().all(|finding| finding.repairable)
    }

    /// Whether it does so when it is forced: the ledger adds up, and the count includes lines that it lacks.
    #[must_use]
    pub fn is_repairable_by_force(&self) -> bool {
        let by_force = |finding: &Finding| {
            finding.repairable || matches!(finding.kind, Flaw::Short | Flaw::Drift)
        };
        self.records > 0 && self.findings.iter().all(by_force)
    }
}
