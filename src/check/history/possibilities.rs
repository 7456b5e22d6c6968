//! In which ways those may have written who got no answer and do not say so: those ways in which most of what was read and
//! answered is explained.

use std::borrow::Cow;

use super::judge_once::judge_once;
use super::verdict::HistoryVerdict;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::Evidence;
use crate::check::write_order::WriteOrder;

/// So many who may have written are supposed to have, and not to have, each beside all others.
const MOST: usize = 5;
/// So many operations are judged for that, each as often as it is.
const WORK: usize = 1 << 20;

/// The evidence with the ways in which those may have written who got no answer and do not say so, where a finding may depend on
/// that: so that what is asked of it later finds them out no more than once.
#[must_use]
pub fn settle(mut evidence: Evidence) -> Evidence {
    if evidence.possibilities.is_none() {
        evidence.possibilities = possibilities(&evidence);
    }
    evidence
}

/// The same, of evidence that is to stay as it is.
pub(crate) fn settled(evidence: &Evidence) -> Cow<'_, Evidence> {
    if evidence.possibilities.is_some() {
        return Cow::Borrowed(evidence);
    }
    match possibilities(evidence) {
        None => Cow::Borrowed(evidence),
        all => Cow::Owned(Evidence {
            possibilities: all,
            ..evidence.clone()
        }),
    }
}

fn possibilities(evidence: &Evidence) -> Option<Vec<Vec<u32>>> {
    if evidence.spoiled.is_some() {
        return None;
    }
    let presumed = evidence.presumed_writers();
    let mut open: Vec<u32> = evidence.perhaps_writers(&presumed).into_iter().collect();
    if open.is_empty() || judge_once(evidence, false).is_clean() {
        return None;
    }
    open.sort_unstable();
    let is_too_much = open.len() > MOST || evidence.operations.len() << open.len() > WORK;
    if is_too_much {
        return Some(Vec::new());
    }
    let (mut best, mut fewest) = (Vec::new(), u64::MAX);
    for chosen in 0..1_u32 << open.len() {
        let is_chosen = |bit: usize| chosen >> bit & 1 == 1;
        let wrote = open.iter().enumerate().filter(|(bit, _)| is_chosen(*bit));
        let mut wrote: Vec<u32> = wrote.map(|(_, at)| *at).collect();
        wrote.extend(&presumed);
        wrote.sort_unstable();
        let supposed = evidence.supposing(&wrote, &open);
        let many = unexplained(&supposed, &judge_once(&supposed, false));
        if many < fewest {
            (best, fewest) = (Vec::new(), many);
        }
        if many == fewest {
            best.push(wrote);
        }
    }
    Some(best)
}

/// How much of what was read and answered cannot be so.
fn unexplained(evidence: &Evidence, verdict: &HistoryVerdict) -> u64 {
    let found = verdict.findings.iter().filter(|found| match found.kind {
        Anomaly::TornRead | Anomaly::Conservation => {
            found.version.is_some() && !found.operations.is_empty()
        }
        Anomaly::StaleRead | Anomaly::DirtyRead | Anomaly::FalseSoldOut => true,
        Anomaly::Gap => found.version.is_some(),
        _ => false,
    });
    found.count() as u64 + u64::from(WriteOrder::of(evidence).is_denied())
}
