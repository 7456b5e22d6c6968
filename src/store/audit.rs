//! What an audit finds.

use serde::Serialize;

use super::results::GivenUp;

/// What an audit found. Its numbers are those of the lines that add up: where that is not all of the event, see
/// [`Audit::totals`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// How many tickets there are in all: opened with, and adjusted by since.
    pub capacity: u64,
    /// How many are sold.
    pub sold: u64,
    /// How many are held and not due.
    pub held: u64,
    /// How many are left: those on hand, and those whose hold is due.
    pub left: u64,
    /// How many of those that are left have a hold that is due.
    pub due: u64,
    /// How many lines of the ledger add up, from the first on.
    pub records: u64,
    /// What does not add up.
    pub findings: Vec<Finding>,
    /// What is worth to be known, and no fault, in words for people.
    pub notes: Vec<String>,
    /// What was repaired, in words for people.
    pub repaired: Vec<String>,
    /// What a forced repair went on without.
    pub given_up: Option<GivenUp>,
    /// Whether the event is for real: a reset would give up what was sold.
    pub for_real: bool,
}

/// The numbers of an audit as they may be told: of a part of an event they are not told as its totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AuditTotals {
    /// How many tickets there are in all; `None`, as the next three: what is behind the damage is unknown.
    pub capacity: Option<u64>,
    /// How many are sold.
    pub sold: Option<u64>,
    /// How many are held and not due.
    pub held: Option<u64>,
    /// How many are left: those on hand, and those whose hold is due.
    pub left: Option<u64>,
    /// How many of those that are left have a hold that is due, where one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<u64>,
    /// How many lines of the ledger add up, from the first on.
    pub records: u64,
    /// What those lines come to, where there are others behind them, or were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_up_to: Option<VerifiedUpTo>,
}

/// What the lines of a ledger come to that add up, in front of the first that does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct VerifiedUpTo {
    /// The last of them; 0: there is none.
    pub line: u64,
    /// How many tickets there were in all then.
    pub capacity: u64,
    /// How many were sold.
    pub sold: u64,
    /// How many were held.
    pub held: u64,
    /// How many were left.
    pub left: u64,
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
    /// The numbers, as totals only where they are those of the whole event: every line of its ledger adds up, and none
    /// that its count includes is missing.
    #[must_use]
    pub fn totals(&self) -> AuditTotals {
        let is_whole = self.is_whole();
        let total = |number: u64| is_whole.then_some(number);
        AuditTotals {
            capacity: total(self.capacity),
            sold: total(self.sold),
            held: total(self.held),
            left: total(self.left),
            due: total(self.due).filter(|due| *due > 0),
            records: self.records,
            verified_up_to: (!is_whole).then_some(VerifiedUpTo {
                line: self.records,
                capacity: self.capacity,
                sold: self.sold,
                held: self.held,
                left: self.left,
            }),
        }
    }

    /// Whether its numbers are those of the whole event.
    fn is_whole(&self) -> bool {
        let is_of_a_part = |finding: &Finding| matches!(finding.kind, Flaw::Ledger | Flaw::Short);
        !self.findings.iter().any(is_of_a_part)
    }

    /// The same, where so many of those that are held are due: those count as left, as for everybody who looks.
    pub(crate) fn with_due(mut self, due: impl FnOnce() -> u64) -> Self {
        if self.held > 0 && self.is_whole() {
            // Others may have held more since it was made.
            let due = due().min(self.held);
            (self.held, self.left, self.due) = (self.held - due, self.left + due, due);
        }
        self
    }

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
