//! What the harness and its workers say to one another: one byte that way, one line of JSON this way.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::scenario::Part;
use crate::ledger::LockKind;

/// The hidden first argument that makes a process a worker of the lab.
pub(crate) const WORKER: &str = "__lab_worker";

/// The next step is made, or the next run begins.
pub(super) const GO: u8 = b'g';
/// The same, and the clock that the step reads is past the time in question.
pub(super) const LATE: u8 = b'l';
/// The run is called off: whatever is left of it is of no interest.
pub(super) const CALL_OFF: u8 = b'c';
/// Dies where it is, as of `kill -9`.
pub(super) const DIE: u8 = b'd';

/// What a buyer of the lab is to do in each run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct WorkerTask {
    pub(super) file: PathBuf,
    pub(super) name: String,
    pub(super) lock: LockKind,
    pub(super) in_place: bool,
    /// Whether it looks at the count first, outside the lock.
    pub(super) query: bool,
    pub(super) quantity: u64,
    /// Which process of which scenario it is, where it is no buyer that buys as the members above say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) part: Option<Part>,
}

/// A step that others could notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// Looks at the count, outside any lock.
    Query,
    /// Takes its lock, or tries again.
    Lock,
    /// Reads the count and the ledger.
    Read,
    /// Writes its sale; and, but for the sound way of selling, the count, and gives its lock up.
    Write,
    /// Writes the count into the file that it has just cut to nothing.
    Fill,
    /// Gives its lock up.
    Unlock,
    /// Makes its sale durable and publishes the count.
    Publish,
    /// Reads its clock.
    Clock,
    /// No step of its own: the lease of its lock ends.
    LeaseEnd,
}

impl Point {
    /// Its name in a drawing or a table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Lock => "lock",
            Self::Read => "read",
            Self::Write => "write",
            Self::Fill => "fill",
            Self::Unlock => "unlock",
            Self::Publish => "publish",
            Self::Clock => "clock",
            Self::LeaseEnd => "lease_end",
        }
    }
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SeenCount {
    /// How many were left.
    pub left: u64,
    /// The last line of the ledger: the version.
    pub seq: u64,
}

/// What a process of a scenario was told, for each thing that it asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is done.
    Done {
        /// The sale or the hold; empty where it is about none.
        id: String,
    },
    /// It was done before.
    Replayed {
        /// The same.
        id: String,
    },
    /// It was refused.
    Refused {
        /// The error's code.
        code: String,
    },
}

/// How a purchase ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerEnd {
    /// It sold.
    Sold {
        /// The id of the sale.
        id: String,
    },
    /// It found too few left.
    SoldOut,
    /// It was answered, in a scenario.
    Answered {
        /// What it was told.
        answers: Vec<Answer>,
    },
    /// It read a count that made no sense.
    Torn {
        /// What it was told.
        message: String,
    },
    /// It failed.
    Failed {
        /// Why.
        message: String,
    },
}

impl WorkerEnd {
    /// How it ended, and by which codes; not with which ids and in which words.
    pub(super) fn kind(&self) -> (u8, Vec<&str>) {
        match self {
            Self::Sold { .. } => (0, Vec::new()),
            Self::SoldOut => (1, Vec::new()),
            Self::Torn { .. } => (2, Vec::new()),
            Self::Failed { .. } => (3, Vec::new()),
            Self::Answered { answers } => (4, answers.iter().map(Answer::word).collect()),
        }
    }
}

impl Answer {
    /// What it says, in a word: the code, where it is a refusal.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Done { .. } => "done",
            Self::Replayed { .. } => "replayed",
            Self::Refused { code } => code,
        }
    }
}

/// What a buyer says: what it has seen since it last spoke, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct StepReport {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<SeenCount>,
    /// How many a look outside the lock found left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) looked: Option<u64>,
    /// It found its lock held by somebody else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) busy: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Point>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<WorkerEnd>,
}
