//! The state that a run leaves, and what is said of it.

use serde::Serialize;

use crate::check::anomaly::Anomaly;
use crate::ledger::{Op, Record};

/// A ledger line of the run, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenLine {
    /// The version it wrote: one more than the one it read.
    pub seq: u64,
    /// Where it ends in the ledger, in bytes.
    pub end: u64,
    /// Who bought; empty for a line that is no sale.
    pub buyer: String,
    /// By how much it changes what is left: negative for a sale.
    pub change: i64,
    /// How many were left after it.
    pub left: u64,
    /// Whether the run that is judged wrote it, or somebody else meanwhile.
    pub own: bool,
    /// Whether its buyer was told that it bought, and that the count shows it: then the count must include it.
    pub told: bool,
    /// Where the line ends that it was written upon, in bytes, where its checksum tells; else `None`.
    pub upon: Option<u64>,
}

impl WrittenLine {
    /// A line of the ledger that ends there. `run`: whose lines are its own.
    pub(crate) fn of(record: &Record<'_>, end: u64, run: Option<&str>, told: bool) -> Self {
        Self {
            seq: record.seq,
            end,
            change: match record.op {
                Op::Sell | Op::Hold => record.quantity.saturating_neg(),
                Op::Confirm => 0,
                _ => record.quantity,
            },
            left: record.left,
            own: record.rush.as_deref() == run,
            told,
            upon: None,
            buyer: record.buyer.as_deref().unwrap_or_default().to_owned(),
        }
    }
}

/// What a run left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalState {
    /// How many were left before the run.
    pub stock: u64,
    /// The version before the run.
    pub seq: u64,
    /// The ledger lines since then, in the order in which they stand.
    pub lines: Vec<WrittenLine>,
    /// How many are left as `tickets.json` says; `None` when it cannot be read.
    pub left: Option<u64>,
    /// How far `tickets.json` counts the ledger, in bytes.
    pub counted: u64,
    /// The same two before the run, where the count may have been behind the ledger.
    pub before: Option<(u64, u64)>,
    /// Bytes on the ledger that are no line.
    pub torn: u64,
    /// Who was told that it bought, while the ledger has no such sale.
    pub lost: Vec<String>,
    /// Why `tickets.json` cannot be read.
    pub unreadable: Option<String>,
    /// Whether another ledger has taken this one's place: then the count says nothing about it.
    pub replaced: bool,
}

/// What became of the last of several sales that wrote one version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LastSale {
    /// It was overwritten, too.
    #[default]
    Overwritten,
    /// The count goes by it, and another of them wrote after it and was overwritten.
    Counts,
    /// The count goes by it, and it was written last.
    WrittenLast,
}

/// One anomaly, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateFinding {
    /// What kind.
    pub kind: Anomaly,
    /// The buyers concerned, in the order in which they wrote; of a lost update the one that the count goes by last.
    pub buyers: Vec<String>,
    /// The number of the version that they read, for a lost update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_seq: Option<u64>,
    /// Of a lost update, whose version each of the buyers had read, where those are several of one number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read_from: Vec<String>,
    /// Of a lost update, those who had gone on from a sale that was overwritten, and were overwritten with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// Of a lost update, what became of the sale of the last of the buyers.
    #[serde(skip)]
    pub last: LastSale,
    /// The whole finding as a sentence.
    pub text: String,
}

impl StateFinding {
    /// One that names no buyers.
    pub(super) fn new(kind: Anomaly, text: String) -> Self {
        Self {
            kind,
            buyers: Vec::new(),
            read_seq: None,
            with: Vec::new(),
            last: LastSale::default(),
            read_from: Vec::new(),
            text,
        }
    }
}

/// The judgement of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateVerdict {
    /// How many the run sold, by the ledger.
    pub sold: u64,
    /// The number of its sales.
    pub sales: u64,
    /// How many are left, by `tickets.json`; `None` when it cannot be read.
    pub left: Option<u64>,
    /// How many were sold that did not exist.
    pub oversold: u64,
    /// How many sales were overwritten by another that had read the same version.
    pub lost_updates: u64,
    /// What was found, the gravest first.
    pub findings: Vec<StateFinding>,
}

impl StateVerdict {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.findings.is_empty()
    }

    /// Adds the judgement of what the same run did on another ledger.
    pub(crate) fn add(&mut self, other: Self) {
        self.sold += other.sold;
        self.sales += other.sales;
        self.left = other.left;
        self.oversold += other.oversold;
        self.lost_updates += other.lost_updates;
        self.findings.extend(other.findings);
    }
}
