//! What the judgement of a recorded run cannot say.

use crate::check::evidence::Evidence;
use crate::check::listing::names as listed;
use crate::check::{HistoryFinding, HistoryVerdict};
use crate::plural::count;

/// So many operations are named in a note.
const NAMED: usize = 3;

/// What a verdict cannot say.
pub(super) fn notes(evidence: &Evidence, verdict: &HistoryVerdict) -> Vec<String> {
    let mut notes = Vec::new();
    if verdict.reads == 0 && verdict.blind.is_none() {
        notes.push(
            "only locks were judged: no operation says which version it read, so that no sale was"
                .into(),
        );
    }
    if verdict.unjudged > 0 {
        notes.push(format!(
            "{} {} not say which version was read or written: that was not judged",
            count(verdict.unjudged, "operation"),
            if verdict.unjudged == 1 { "does" } else { "do" }
        ));
    }
    notes.extend(unjudged_reads(verdict));
    if verdict.unanswered > 0 {
        notes.push(format!(
            "{} of {} {} no answer ('return'): how that ended is not known, and was not judged",
            verdict.unanswered,
            count(verdict.operations, "operation"),
            if verdict.unanswered == 1 {
                "has"
            } else {
                "have"
            }
        ));
    }
    if verdict.guessed > 0 {
        notes.push(guessed(evidence, verdict));
    }
    if verdict.untimed_locks > 0 {
        notes.push(format!(
            "{} {} a lock and not from when to when ('got', 'released'): whether others had it meanwhile was judged only as far as what \
             it did under it tells",
            count(verdict.untimed_locks, "operation"),
            if verdict.untimed_locks == 1 { "names" } else { "name" }
        ));
    }
    if verdict.unnamed_locks > 0 {
        notes.push(format!(
            "{} under a lock {} not say what the lock's path meant by then ('path_inode'): a lock file that had been \
             removed or replaced could not be seen",
            count(verdict.unnamed_locks, "operation"),
            if verdict.unnamed_locks == 1 { "does" } else { "do" }
        ));
    }
    if verdict.unsaid_wishes > 0 {
        notes.push(format!(
            "{} waited in vain for a lock that others held shared, and {} not say whether it wanted it alone ('shared' of \
             'lock_wanted'): whether that was a deadlock was not judged",
            count(verdict.unsaid_wishes, "operation"),
            if verdict.unsaid_wishes == 1 { "does" } else { "do" }
        ));
    }
    if !verdict.last {
        notes.push(
            "the evidence ends without the final count ('final'): whether it agrees with the sales was not judged, \
             and the file may have been cut"
                .into(),
        );
    }
    if verdict.read_outside > 0 {
        notes.push(format!(
            "{} {} written under a lock that was not held when the count was read: it must be held from the read to \
             the write",
            count(verdict.read_outside, "sale"),
            if verdict.read_outside == 1 { "was" } else { "were" }
        ));
    }
    if verdict.wrote_outside > 0 {
        notes.push(format!(
            "{} {} perhaps not written under {} lock, which was got after the write began ('intend'), or let go before it was \
             done ('wrote'): it must be held from before the one to after the other",
            count(verdict.wrote_outside, "sale"),
            if verdict.wrote_outside == 1 { "was" } else { "were" },
            if verdict.wrote_outside == 1 { "its" } else { "their" }
        ));
    }
    if verdict.read_untimed > 0 {
        notes.push(format!(
            "{} under a lock {} not say when the count was read ('read_at'): whether the lock covered that was not judged",
            count(verdict.read_untimed, "sale"),
            if verdict.read_untimed == 1 { "does" } else { "do" }
        ));
    }
    if !verdict.ledger {
        notes.push(
            "the evidence does not say what the ledger holds: a lost sale goes unseen".into(),
        );
    }
    if verdict.locked == 0 && verdict.untimed_locks == 0 && verdict.is_clean() {
        notes.push("no operation held a lock: that nothing was found may be luck".into());
    }
    notes
}

/// What to do where nothing could be judged.
pub(super) fn not_judged(evidence: &Evidence, verdict: &HistoryVerdict) -> &'static str {
    match (&evidence.spoiled, verdict.operations) {
        (Some(_), _) => "its recorder says that this run cannot be judged: run it again",
        (None, 0) => {
            "the run recorded nothing: see docs/evidence.md for what each buyer is to write"
        }
        (None, operations) if verdict.unanswered == operations => {
            "no operation has an answer ('return'): was the file cut, or the run stopped?"
        }
        _ => "record each operation with the version that it read; see docs/evidence.md",
    }
}

/// That some may have written and do not say so, with the first of them.
fn guessed(evidence: &Evidence, verdict: &HistoryVerdict) -> String {
    let many = verdict.guessed;
    let perhaps = evidence.perhaps_writers(&evidence.presumed_writers());
    let mut perhaps: Vec<u32> = perhaps.into_iter().collect();
    perhaps.sort_unstable();
    let first = perhaps.iter().take(NAMED);
    let first = first.filter_map(|at| evidence.operation(*at));
    let mut names: Vec<String> = first
        .map(|did| evidence.names.name(did.buyer).to_owned())
        .collect();
    if perhaps.len() > NAMED {
        names.push(format!("{} more", perhaps.len() - NAMED));
    }
    let is_untried = evidence.possibilities.as_ref().is_some_and(Vec::is_empty);
    let is_supposed = verdict.findings.iter().any(HistoryFinding::is_supposed);
    let goes_by = match (is_untried, many) {
        (true, _) => "taken for not having written; what is said of other sales goes by that",
        (false, 1) if is_supposed => {
            "what is found is told as if it did not; if it did, something else is wrong"
        }
        (false, _) if is_supposed => {
            "what is found is told as if they did not; if one did, something else is wrong"
        }
        (false, _) if verdict.is_clean() => {
            "whether a sale was overwritten by that, or the count is wrong then, was not judged"
        }
        (false, 1) => "what is found holds whether it did or not",
        (false, _) => "what is found holds whether they did or not",
    };
    format!(
        "{} without an answer ({}) may have written, and {} not say so ('wrote'): {goes_by}",
        count(many, "operation"),
        listed(&names),
        if many == 1 { "does" } else { "do" }
    )
}

/// The reads that could not be judged, beside those that operations acted by.
fn unjudged_reads(verdict: &HistoryVerdict) -> Option<String> {
    let many = verdict.unjudged_reads;
    (many > 0).then(|| {
        format!(
            "{} that the operation did not act by {} not judged: whether somebody wrote that version, or which checksum it has, is \
             not known",
            count(many, "read"),
            if many == 1 { "was" } else { "were" }
        )
    })
}
