//! Judges the evidence of a run, in time linear in its length.
//!
//! Every sale writes the version after the one that it read, so the order of the versions is forced, and
//! no search over orders is needed:
//!
//! 1. the chain: one writer a version, no version missing, and the counts add up along it;
//! 2. every read is of a version on the chain, and saw what that version holds;
//! 3. the order of the versions agrees with time: nobody acts on an older version after a newer one was
//!    answered;
//! 4. the lock, judged apart.
//!
//! Complete: 1 and 2 are necessary. Given them, any legal order keeps the order of the versions; that and
//! the order in time contradict one another exactly when somebody who began after an operation had ended
//! stands before it, which 3 finds.

mod chain;
mod lock;
mod order;
mod reads;
mod words;

pub use words::sentence;

use serde::Serialize;

use super::evidence::{Evidence, Operation, OperationOutcome, UNSAID};
pub use super::final_state::Anomaly;
use chain::Chain;

/// So many findings of a kind are told; the others are only counted.
pub const MAX_TOLD: u64 = 100;

/// One anomaly: at most two operations prove it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryFinding {
    /// What kind.
    pub kind: Anomaly,
    /// The operations concerned, at most two: indexes of [`Evidence::operations`]. A pair stands as the
    /// sentence names it.
    pub operations: Vec<u32>,
    /// Their buyers.
    pub buyers: Vec<String>,
    /// The version concerned, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The whole finding as a sentence.
    pub text: String,
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
    /// How many of them were told that they bought.
    pub sales: u64,
    /// How many of them said which version they read.
    pub reads: u64,
    /// How many of them held a lock.
    pub locked: u64,
    /// How many were answered, but do not say which version they read or wrote: they were not judged.
    pub unjudged: u64,
    /// Whether the evidence says what the ledger holds: without it no lost sale can be seen.
    pub ledger: bool,
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

    /// How many anomalies of this kind there are.
    #[must_use]
    pub fn count(&self, kind: Anomaly) -> u64 {
        let counts = self.counts.iter();
        counts
            .filter(|count| count.kind == kind)
            .map(|count| count.count)
            .sum()
    }

    /// Counts an operation, by how much of it there is to judge.
    fn count_in(&mut self, operation: &Operation) {
        let answered = operation.over() != UNSAID && operation.outcome != OperationOutcome::Failed;
        let sold = operation.outcome == OperationOutcome::Sold;
        let reads = operation.read != UNSAID || operation.torn;
        let known = if sold {
            operation.write != UNSAID
        } else {
            reads
        };
        self.sales += u64::from(sold);
        self.reads += u64::from(reads);
        self.unjudged += u64::from(answered && !known);
    }
}

/// Judges a run.
///
/// ```
/// use std::path::Path;
/// use tickets::check::{self, evidence};
///
/// // Both read version 0, and both wrote version 1.
/// let run = r#"{"evidence":1,"stock":2,"first":0}
/// {"step":"invoke","buyer":"ann","t":1}
/// {"step":"invoke","buyer":"bob","t":2}
/// {"step":"read","buyer":"ann","t":3,"seq":0,"left":2}
/// {"step":"read","buyer":"bob","t":4,"seq":0,"left":2}
/// {"step":"intend","buyer":"ann","t":5,"read":0,"write":1,"nonce":"a"}
/// {"step":"return","buyer":"ann","t":6,"outcome":"sold"}
/// {"step":"intend","buyer":"bob","t":7,"read":0,"write":1,"nonce":"b"}
/// {"step":"return","buyer":"bob","t":8,"outcome":"sold"}
/// "#;
/// let evidence = evidence::read_lines(run.as_bytes(), Path::new("run.jsonl"))?;
/// let verdict = check::judge(&evidence);
/// assert!(verdict.counts.iter().any(|count| count.kind == check::Anomaly::LostUpdate));
/// # Ok::<(), tickets::Error>(())
/// ```
#[must_use]
pub fn judge(evidence: &Evidence) -> HistoryVerdict {
    let mut findings = Findings {
        evidence,
        verdict: HistoryVerdict {
            operations: evidence.operations.len() as u64,
            ledger: evidence.ledger.is_some(),
            ..HistoryVerdict::default()
        },
    };
    if evidence.spoiled.is_some() {
        let operations = evidence.operations.iter();
        operations.for_each(|operation| findings.verdict.count_in(operation));
        let got = evidence.holds.iter().filter(|hold| hold.got != UNSAID);
        findings.verdict.locked = got.count() as u64;
    } else {
        // Counts the operations on its way.
        let chain = Chain::of(evidence, &mut findings);
        let readers = reads::check(evidence, &chain, &mut findings);
        order::check(evidence, &chain, &readers, &mut findings);
        findings.verdict.locked = lock::check(evidence, &mut findings);
    }
    let mut verdict = findings.verdict;
    let nothing = match (verdict.operations, verdict.reads) {
        (0, _) => Some("there are no operations in it"),
        (_, 0) => Some("no operation says which version it read"),
        _ => None,
    };
    verdict.blind = evidence.spoiled.clone().or(nothing.map(str::to_owned));
    verdict
}

/// Takes down what is found.
struct Findings<'a> {
    evidence: &'a Evidence,
    verdict: HistoryVerdict,
}

impl Findings<'_> {
    #[cold]
    fn add(&mut self, kind: Anomaly, operations: &[u32], version: impl Into<Option<u64>>) {
        let counts = &mut self.verdict.counts;
        let at = counts.iter().position(|count| count.kind == kind);
        let at = at.unwrap_or_else(|| {
            counts.push(AnomalyCount { kind, count: 0 });
            counts.len() - 1
        });
        let Some(count) = counts.get_mut(at) else {
            return;
        };
        count.count += 1;
        if count.count > MAX_TOLD {
            return;
        }
        let buyer = |index: &u32| {
            let operation = self.evidence.operation(*index);
            operation.map_or("", |operation| self.evidence.names.name(operation.buyer))
        };
        let mut finding = HistoryFinding {
            kind,
            operations: operations.to_vec(),
            buyers: operations.iter().map(|at| buyer(at).to_owned()).collect(),
            version: version.into(),
            text: String::new(),
        };
        finding.text = words::sentence(self.evidence, &finding);
        self.verdict.findings.push(finding);
    }
}
