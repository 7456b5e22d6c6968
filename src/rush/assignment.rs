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
    /// Whether to wait there, with its lock, until the supervisor lets it go on.
    pub(super) pauses: bool,
    /// How long the lease of its lock lives, on a cluster.
    #[cfg_attr(
        not(feature = "etcd"),
        expect(dead_code, reason = "without clusters no lock has a lease")
    )]
    pub(super) time_to_live: Duration,
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
            pauses: rush.pause.is_some(),
            time_to_live: rush.time_to_live,
            evidence: evidence.cloned(),
        })
        .collect()
}
