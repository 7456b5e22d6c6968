//! The judgement of a run: what holds in every possibility.

use super::judge_once::judge_once;
use super::possibilities::settled;
use super::verdict::HistoryVerdict;
use super::whatever_was_written::{explained, in_all};
use crate::check::evidence::Evidence;

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
    let evidence = &*settled(evidence);
    let mut verdict = judge_once(evidence, true);
    match evidence.possibilities.as_deref() {
        None => {}
        Some([]) => explained(evidence, &mut verdict),
        Some(_) => in_all(evidence, &mut verdict),
    }
    // Where something was judged, nothing was found in that.
    if verdict.blind.is_none() && verdict.is_unjudged(evidence) {
        verdict.blind = Some("no operation was answered that says what it read".to_owned());
    }
    verdict
}
