//! The steps of a run, the state after each, and what was found: what a page is made of.

use serde::Serialize;

/// A run as steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Steps {
    /// What ran, in a few words.
    pub title: String,
    /// How it ran.
    pub subtitle: String,
    /// What the times of the steps are told in; empty where a step has no time but its number.
    pub unit: &'static str,
    /// The processes that are shown, by name.
    pub processes: Vec<String>,
    /// The beginning, which is no step, and then every step.
    pub steps: Vec<PageStep>,
    /// What was found, the gravest first.
    pub findings: Vec<PageFinding>,
    /// The steps by which it is understood: from where on it could not end well, and where something was wrong first.
    pub key_steps: Vec<KeyStep>,
    /// The sales, in the order in which they were written down: all that any step shows.
    pub ledger: Vec<ShownLine>,
    /// What is not shown, in sentences.
    pub left_out: Vec<String>,
    /// Why the chance of a bad end is not known, where it might be.
    pub no_odds: Option<String>,
}

/// One step, and the state after it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageStep {
    /// Its number: in a schedule that of the step, else its place; 0: the beginning.
    pub number: u64,
    /// When it was done, in the unit of the run; empty where that is its number.
    pub time: String,
    /// Whose it is, as an index of [`Steps::processes`].
    pub who: Option<usize>,
    /// What is done.
    pub does: String,
    /// What that means, in a sentence or two; may be empty.
    pub why: String,
    /// What happened before it and is not shown, in a few words; may be empty.
    pub skipped: String,
    /// The chance of a bad end after it, where that is known.
    pub chance: Option<f64>,
    /// What every process knows and is at.
    pub processes: Vec<ProcessState>,
    /// What the count says, or what was written last.
    pub count: CountState,
    /// Who holds which lock.
    pub locks: Vec<LockState>,
    /// How many sales were written down.
    pub lines: usize,
    /// Which of them are not in the count, of those that are shown, by their places; of a recorded run, not in what was written
    /// last.
    pub missing: Vec<usize>,
}

/// A step by which a run is understood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KeyStep {
    /// Which of [`Steps::steps`].
    pub step: usize,
    /// Whether it is the point of no return: every way to go on is known to end badly. Else it is the first violation: something
    /// is so that must never be so.
    pub certain: bool,
    /// What it is called.
    pub term: &'static str,
    /// What is so from there on, in a sentence.
    pub sentence: String,
    /// What such a step is.
    pub meaning: String,
}

/// What one process knows and is at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProcessState {
    /// What it has read, as "1 left (version 2 by user-1)"; empty before it has read.
    pub knows: String,
    /// That this is out of date, and since which step, where it goes by it or has written by it; else empty.
    pub stale: String,
    /// What it did last; empty before its first step.
    pub did: String,
    /// The locks that it holds, by name.
    pub holds: Vec<String>,
    /// The locks that it takes itself to hold, by name, each with what it is not told: since which step its lease has ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<String>,
    /// The lock that it waits for; empty where it waits for none.
    pub waits: String,
    /// What it was told; empty before.
    pub told: String,
    /// Whether it was killed.
    pub killed: bool,
}

/// What the count says; of a recorded run, what was written last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CountState {
    /// Whether it is what was written last, and the count itself may have said something else: of a recorded run it is not known
    /// when it said so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub as_written: bool,
    /// Whether that is a line of a ledger.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub on_ledger: bool,
    /// The version that it is of; `None` where it is empty or nothing is known of it.
    pub version: Option<u64>,
    /// How many it says are left.
    pub left: Option<u64>,
    /// Who wrote it; empty for what stood there before the run.
    pub by: String,
    /// Who has cut it to nothing, to fill it; empty where it is whole.
    pub cut_by: String,
    /// Whether that process was killed, and so never fills it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unfilled: bool,
    /// What the ledger says where the count does not say so yet, as "0 left (version 2 by user-1)"; else empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ahead: String,
}

/// A lock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LockState {
    /// What it is called, as in the picture.
    pub name: String,
    /// Who holds it.
    pub holders: Vec<String>,
    /// Who waits for it.
    pub waiting: Vec<String>,
}

/// A sale as it was written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ShownLine {
    /// Its place among all of them, from 0: it is there as soon as there are more than so many.
    pub at: usize,
    /// Whose it is.
    pub who: String,
    /// The version that it made.
    pub version: u64,
    /// How many it left.
    pub left: Option<u64>,
    /// The place of the sale that is written over it, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overwritten_by: Option<usize>,
    /// From which of [`Steps::steps`] on the count misses it, where an older count is put over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_from: Option<usize>,
}

/// What was found, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PageFinding {
    /// What kind, in a few words.
    pub kind: String,
    /// The whole finding as a sentence.
    pub sentence: String,
    /// The first of the steps after which it is so, as an index; `None`: one that is not shown.
    pub step: Option<usize>,
    /// The step at which all has happened that the sentence tells; `None`: one that is not shown.
    pub told_at: Option<usize>,
}
