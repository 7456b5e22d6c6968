//! What each operation did when.

use super::lanes::over;
use super::locks::DrawnLocks;
use crate::check::evidence::{Evidence, LockHold, Operation, OperationOutcome, UNSAID};
use crate::check::version_tree::VersionTree;
use crate::check::write_order::WriteOrder;
use crate::timeline::{Doing, DrawnOperation, DrawnOutcome, Sight, Span};

pub(super) fn operation(
    evidence: &Evidence,
    (versions, order, locks): (&VersionTree, &WriteOrder<'_>, &DrawnLocks<'_>),
    index: u32,
    did: &Operation,
) -> DrawnOperation {
    let holds: Vec<&LockHold> = evidence.holds_of(did).collect();
    let end = holds
        .iter()
        .flat_map(|hold| [hold.wanted, hold.got, hold.released])
        .filter_map(known)
        .fold(over(did), u64::max);
    let wrote = versions.wrote.get(index as usize).copied().flatten();
    // A write is drawn until it is known to be done, which the next sale may tell earlier than its own stamp.
    let done = known(order.done(index)).filter(|_| did.wrote != UNSAID || wrote.is_some());
    // The dead write nothing.
    let done = done.map(|done| done.min(did.killed));
    let torn = torn_reads(evidence, index, did);
    let further = evidence.further_reads_of(index).map(|read| read.read_at);
    let further: Vec<u64> = further.collect();
    let spans = spans(
        (did, &holds),
        (&torn, &further),
        locks,
        end,
        (done, wrote.is_some()),
    );
    let quantity = u64::from(did.quantity);
    // It died after what it is known to have done, whatever it has said of that.
    let killed = spans.iter().map(|span| span.to).fold(end, u64::max);
    let read = match versions.read.get(index as usize).copied().flatten() {
        _ if did.torn && !reads_well(evidence, index, did) => {
            Some(Sight::Torn("what made no sense".to_owned()))
        }
        Some(version) if saw_another(did, versions, version) => {
            Some(Sight::Torn(format!("{} left", did.seen)))
        }
        Some(version) if !versions.possible(index).is_empty() => {
            Some(Sight::OneOf(version, known(did.seen)))
        }
        Some(version) => Some(Sight::Version(version)),
        None if did.read != UNSAID => {
            let saw = known(did.seen).map_or_else(String::new, |left| format!(" ({left} left)"));
            Some(Sight::Torn(format!("version {}{saw}", did.read)))
        }
        None => None,
    };
    DrawnOperation {
        spans,
        read,
        looked: None,
        wrote,
        outcome: match did.outcome {
            OperationOutcome::Sold => Some(DrawnOutcome::Sold(quantity)),
            OperationOutcome::SoldOut => Some(DrawnOutcome::NoneLeft),
            OperationOutcome::Query if did.left != UNSAID => Some(DrawnOutcome::Told(did.left)),
            OperationOutcome::Query => known(did.seen).map(DrawnOutcome::Told),
            OperationOutcome::Failed => Some(DrawnOutcome::Failed),
            OperationOutcome::Unknown => Some(DrawnOutcome::Unknown),
            OperationOutcome::Killed | OperationOutcome::Open => None,
        },
        killed: (did.outcome == OperationOutcome::Killed).then_some(killed),
        quantity,
    }
}

/// Whether it read something that made sense, beside what did not.
fn reads_well(evidence: &Evidence, index: u32, did: &Operation) -> bool {
    let mut torn = evidence.torn_reads_of(index).peekable();
    did.read != UNSAID && torn.peek().is_some() && torn.all(|at| at != did.read_at)
}

/// Until when it read what made no sense, but for the read that counts.
fn torn_reads(evidence: &Evidence, index: u32, did: &Operation) -> Vec<u64> {
    let torn = evidence.torn_reads_of(index);
    torn.filter(|at| *at != did.read_at).collect()
}

/// Whether it saw another count than the version that it read has.
fn saw_another(did: &Operation, versions: &VersionTree, version: usize) -> bool {
    let left = versions.all.get(version).and_then(|version| version.left);
    did.seen != UNSAID && left.is_some_and(|left| left != did.seen)
}

/// What an operation did when, as far as it is known; no step that the evidence does not have. `wrote`: when its write
/// was done, if that was said, and whether it is known to have written.
fn spans(
    (did, holds): (&Operation, &[&LockHold]),
    (torn, further): (&[u64], &[u64]),
    locks: &DrawnLocks<'_>,
    end: u64,
    (wrote, is_known): (Option<u64>, bool),
) -> Vec<Span> {
    let mut spans = locks.spans(did, end);
    let intends = known(did.intend);
    // Not before it had got the lock, nor before it had read the last time.
    let from = |read: u64| {
        let got = holds.iter().filter_map(|hold| known(hold.got));
        let before = torn.iter().chain(further).copied();
        let before = before.filter(|at| *at < read);
        let before = before.chain(got.filter(|got| *got <= read));
        (before.fold(did.invoke, u64::max), read)
    };
    for (from, read) in torn.iter().map(|read| from(*read)) {
        spans.push(Span::new(Doing::ReadTorn, from, read));
    }
    let reads = known(did.read_at).map(from);
    if did.quantity == 0 {
        let (from, to) = reads.unwrap_or((did.invoke, end));
        spans.push(Span::new(Doing::Query, from, to));
        answered(&mut spans, did, end);
        return spans;
    }
    if let Some((from, read)) = reads {
        spans.push(Span::new(Doing::Read, from, read));
        if let Some(intends) = intends {
            spans.push(Span::new(Doing::Think, read, intends));
        }
    }
    if let Some(intends) = intends {
        let doing = if wrote.is_some() || is_known {
            Doing::Write
        } else {
            Doing::Point("intends".to_owned())
        };
        // Between the intent and the write it may have waited for a lock.
        let wrote = wrote.unwrap_or(end);
        let got = holds.iter().filter_map(|hold| known(hold.got));
        let from = got.filter(|got| *got <= wrote).fold(intends, u64::max);
        spans.push(Span::new(doing, from, wrote));
    }
    spans.extend(unsaid(did, end, (wrote, is_known)));
    if spans.is_empty() {
        spans.push(Span::new(Doing::Point("busy".to_owned()), did.invoke, end));
    }
    // Nothing lasts from a later time to an earlier one.
    spans.retain(|span| span.from <= span.to);
    answered(&mut spans, did, end);
    spans
}

/// What goes on to the end of an operation, where that is known.
fn answered(spans: &mut Vec<Span>, did: &Operation, end: u64) {
    let last = spans.iter().map(|span| span.to).max().unwrap_or(did.invoke);
    if last < end && did.outcome != OperationOutcome::Killed {
        spans.push(Span::new(Doing::Point("answer".to_owned()), last, end));
    }
}

/// What it did at a time that is not said: between its beginning and its end, or what is known of them.
fn unsaid(did: &Operation, end: u64, (wrote, is_known): (Option<u64>, bool)) -> Option<Span> {
    let reads = did.read_at == UNSAID && did.read != UNSAID;
    let writes = did.intend == UNSAID && is_known;
    let from = known(did.read_at).unwrap_or(did.invoke);
    let until = known(did.intend).or(wrote.filter(|_| writes));
    let doing = Doing::Sometime { reads, writes };
    (reads || writes).then(|| Span::new(doing, from, until.unwrap_or(end).max(from)))
}

/// A time, if it was said.
fn known(at: u64) -> Option<u64> {
    (at != UNSAID).then_some(at)
}
