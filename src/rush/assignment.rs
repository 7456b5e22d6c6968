//! What one buyer of a rush is to do.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::evidence_file::EvidenceFile;
use super::settings::Rush;
use crate::ledger::LockKind;

/// What a buyer is to do.
#[derive(Debug, Clone)]
pub(super) struct Assignment {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) file: PathBuf,
    pub(super) run: String,
    pub(super) lock: LockKind,
    pub(super) quantity: u64,
    pub(super) think: Duration,
    pub(super) wait: Duration,
    /// Whether to wait, after the read, until all have read.
    pub(super) together: bool,
    /// What to record on, if anything.
    pub(super) evidence: Option<Arc<EvidenceFile>>,
}

/// What these buyers of a rush are to do.
pub(super) fn assignments(
    rush: &Rush,
    run: &str,
    buyers: Range<u32>,
    evidence: Option<&Arc<EvidenceFile>>,
) -> Vec<Assignment> {
    let times = rush.think.times(rush.seed, rush.users);
    (1..)
        .zip(times)
        .filter(|(number, _)| buyers.contains(number))
        .map(|(number, think)| Assignment {
            number,
            name: format!("user-{number}"),
            file: PathBuf::clone(&rush.file),
            run: run.to_owned(),
            lock: rush.lock,
            quantity: rush.quantity,
            think,
            wait: rush.wait,
            together: rush.together,
            evidence: evidence.cloned(),
        })
        .collect()
}
