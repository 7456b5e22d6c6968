//! What the evidence of a rush shows, as its report tells it.

use serde::Serialize;

use crate::check::evidence::Evidence;
use crate::check::final_state::{LastSale, StateFinding};
use crate::check::{AnomalyCount, HistoryVerdict};
use crate::error::Error;

/// What the evidence of a rush shows.
#[derive(Debug, Clone, Serialize)]
pub struct Recorded {
    /// Where it is kept; `null` when it was not to be.
    pub file: Option<String>,
    /// How many operations there are: a query and a purchase of each buyer.
    pub operations: u64,
    /// How many said which version they read.
    pub reads: u64,
    /// How many locks were had.
    pub locked: u64,
    /// How many findings of each kind there are, as `tickets race check` finds them.
    pub counts: Vec<AnomalyCount>,
    /// Why it is not whole, or cannot be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// All of it, and the judgement, unless it could not be read.
    #[serde(skip)]
    pub judged: Option<(Evidence, HistoryVerdict)>,
}

impl Recorded {
    pub(super) fn of(file: Option<String>, evidence: Evidence, verdict: HistoryVerdict) -> Self {
        Self {
            file,
            operations: verdict.operations,
            reads: verdict.reads,
            locked: verdict.locked,
            counts: verdict.counts.clone(),
            error: verdict.blind.clone(),
            judged: Some((evidence, verdict)),
        }
    }

    pub(super) fn broken(file: Option<String>, error: &Error) -> Self {
        Self {
            file,
            operations: 0,
            reads: 0,
            locked: 0,
            counts: Vec::new(),
            error: Some(error.to_string()),
            judged: None,
        }
    }

    /// What was found, of kinds that what is on disk does not show.
    pub(super) fn beyond(&self, known: &[StateFinding]) -> Vec<StateFinding> {
        let found = self
            .judged
            .iter()
            .flat_map(|(_, verdict)| &verdict.findings);
        let new = found.filter(|found| known.iter().all(|known| known.kind != found.kind));
        new.map(|found| StateFinding {
            last: LastSale::default(),
            kind: found.kind,
            buyers: found.buyers.clone(),
            read_seq: None,
            with: Vec::new(),
            read_from: Vec::new(),
            text: found.text.clone(),
        })
        .collect()
    }
}
