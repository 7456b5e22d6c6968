//! The judgement of a history.

use serde::Serialize;

use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, Operation, OperationOutcome, UNSAID};

/// So many findings of a kind are told; the others are only counted.
pub const MAX_TOLD: u64 = 100;

/// One anomaly: at most two operations prove it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryFinding {
    /// What kind.
    pub kind: Anomaly,
    /// The operations concerned, at most two: indexes of
    /// [`Evidence::operations`](crate::check::evidence::Evidence::operations). A pair stands as the
    /// sentence names it.
    pub operations: Vec<u32>,
    /// Their buyers.
    pub buyers: Vec<String>,
    /// The version concerned, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Whether its sentence would say more, or another thing, if it was known who wrote of those who got no answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
    /// The whole finding as a sentence.
    pub text: String,
}

impl HistoryFinding {
    /// Whether it may depend on who else wrote.
    pub(crate) fn is_open(&self) -> bool {
        match self.kind {
            Anomaly::TornRead
            | Anomaly::StaleRead
            | Anomaly::DirtyRead
            | Anomaly::FalseSoldOut
            | Anomaly::Gap
            | Anomaly::Conservation => true,
            Anomaly::Oversold => self.version.is_some(),
            _ => false,
        }
    }

    /// Whether it is told as it is if nobody wrote who does not say so, and is another thing if somebody did.
    pub(crate) fn is_supposed(&self) -> bool {
        let is_sum = self.kind == Anomaly::Conservation && self.version.is_none();
        self.guessed && self.is_open() && !is_sum
    }
}

/// How many there are of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AnomalyCount {
    /// The kind.
    pub kind: Anomaly,
    /// How many, also those that are not told.
    pub count: u64,
}

/// The judgement of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HistoryVerdict {
    /// How many operations there are.
    pub operations: u64,
    /// How many of them were told that they bought, or wrote and were told nothing.
    pub sales: u64,
    /// How many of them said which version they read.
    pub reads: u64,
    /// How many of them held a lock.
    pub locked: u64,
    /// How many were answered, but do not say which version they read or wrote: they were not judged.
    pub unjudged: u64,
    /// How many reads that their operations did not act by could not be judged.
    pub unjudged_reads: u64,
    /// How many have no answer: the evidence does not say how they ended, so that what they were told was not judged.
    pub unanswered: u64,
    /// How many without an answer may have written, and do not say that they did: they are taken for not having, where nothing
    /// shows that they did.
    pub guessed: u64,
    /// How many sales were written under a lock that did not cover their read.
    pub read_outside: u64,
    /// How many sales were perhaps not written under their lock: it was got after they began to write, or let go before they had.
    pub wrote_outside: u64,
    /// How many sales were written under a lock that was got after they began, and do not say when they read: whether it
    /// covered that was not judged.
    pub read_untimed: u64,
    /// How many had a lock and do not say from when to when: whether others had it meanwhile was not judged.
    pub untimed_locks: u64,
    /// How many do not say what the name of the file meant whose lock they had: whether that file had been removed or replaced
    /// by then was not judged.
    pub unnamed_locks: u64,
    /// How many waited for a lock that others held shared until they were killed or gave up, and do not say whether they wanted
    /// it alone: whether that was a deadlock was not judged.
    pub unsaid_wishes: u64,
    /// Whether the evidence says what the ledger holds: without it no lost sale can be seen.
    pub ledger: bool,
    /// Whether it says what the count was when all was over.
    #[serde(rename = "final")]
    pub last: bool,
    /// How many there are of each kind that was found.
    pub counts: Vec<AnomalyCount>,
    /// What was found, at most [`MAX_TOLD`] of each kind.
    pub findings: Vec<HistoryFinding>,
    /// Why nothing can be judged: the evidence has no operations, or no reads, or says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blind: Option<String>,
}

impl HistoryVerdict {
    /// Whether something was judged and nothing was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.counts.is_empty() && self.blind.is_none()
    }

    /// Whether the evidence leaves nothing of the run unsaid: where it does, that nothing was found says less.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let locks = self.untimed_locks + self.unnamed_locks + self.unsaid_wishes;
        let unsaid = self.unjudged
            + self.unjudged_reads
            + self.unanswered
            + self.guessed
            + locks
            + self.read_untimed;
        let outside = self.read_outside + self.wrote_outside;
        self.ledger && self.last && self.reads > 0 && unsaid + outside == 0
    }

    /// How many anomalies of this kind there are.
    #[must_use]
    pub fn count(&self, kind: Anomaly) -> u64 {
        let counts = self.counts.iter();
        counts
            .filter(|count| count.kind == kind)
            .map(|count| count.count)
            .sum()
    }

    /// Whether nothing of what the operations did was judged, not even their locks alone, nor what those sold who say that they
    /// wrote, nor beside the final count how many were sold.
    pub(super) fn is_unjudged(&self, evidence: &Evidence) -> bool {
        let is_of_locks = self.locked > 0 && self.reads == 0;
        let is_open = self.unanswered + self.unjudged >= self.operations;
        let mut all = evidence.operations.iter();
        let is_counted = all.any(|did| {
            let is_sold = did.outcome == OperationOutcome::Sold && evidence.last.is_some();
            is_sold || did.write != UNSAID && did.wrote != UNSAID
        });
        self.counts.is_empty() && !is_of_locks && !is_counted && is_open
    }

    /// Counts an operation, by how much of it there is to judge.
    pub(super) fn count_in(&mut self, evidence: &Evidence, operation: &Operation) {
        let open = operation.outcome == OperationOutcome::Open;
        let unanswered = open && !operation.is_timeless(evidence.names.name(operation.buyer));
        self.unanswered += u64::from(unanswered);
        let answered = operation.over() != UNSAID && operation.outcome != OperationOutcome::Failed;
        let sold = operation.outcome == OperationOutcome::Sold;
        let reads = operation.read != UNSAID || operation.torn;
        let known = reads && (!sold || operation.write != UNSAID);
        self.sales += u64::from(sold);
        self.reads += u64::from(reads);
        self.unjudged += u64::from(answered && !known);
    }
}
