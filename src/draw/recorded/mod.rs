//! A recorded run as a timeline: its evidence, with what was found in it.

mod found;
mod versions;

use crate::check::evidence::{Evidence, Hold, Operation, OperationOutcome, UNSAID};
use crate::check::{HistoryVerdict, MAX_TOLD};
use crate::timeline::{
    Doing, DrawnOperation, DrawnOutcome, DrawnVersion, Lane, Sight, Span, Spot, Time, Timeline,
};
use versions::Versions;

/// The timeline of a recorded run, to be drawn. Its title and subtitle are the caller's.
///
/// The lanes stand in the order in which their buyers wrote, or were over. An operation of which nobody knows
/// when it was has no place in time: only its version is drawn.
#[must_use]
pub fn timeline(evidence: &Evidence, verdict: &HistoryVerdict) -> Timeline {
    let lanes = Lanes::of(evidence);
    let versions = Versions::of(evidence, &lanes.places);
    let drawn = lanes.operations.iter().map(|operations| {
        let operations = operations.iter().filter_map(|at| {
            let did = evidence.operation(*at)?;
            Some(operation(evidence, &versions, *at, did))
        });
        operations.collect::<Vec<_>>()
    });
    let names = lanes.buyers.iter().map(|buyer| evidence.names.name(*buyer));
    let findings = found::findings(evidence, verdict, &lanes.places, &versions.wrote);
    Timeline {
        time: Time::Nanoseconds,
        lanes: names
            .zip(drawn)
            .map(|(name, operations)| Lane {
                name: name.to_owned(),
                operations,
            })
            .collect(),
        versions: versions.all,
        findings,
        incomplete: verdict.counts.iter().any(|count| count.count > MAX_TOLD),
        ..Timeline::default()
    }
}

/// Who is drawn where.
struct Lanes {
    /// From top to bottom.
    buyers: Vec<u32>,
    /// The operations of each, as indexes of the evidence.
    operations: Vec<Vec<u32>>,
    /// The place of each operation of the evidence.
    places: Vec<Option<Spot>>,
}

impl Lanes {
    fn of(evidence: &Evidence) -> Self {
        let mut of_buyer: Vec<Vec<u32>> = vec![Vec::new(); evidence.names.len()];
        for (index, did) in (0..).zip(&evidence.operations) {
            if !did.is_timeless(evidence.names.name(did.buyer))
                && let Some(own) = of_buyer.get_mut(did.buyer as usize)
            {
                own.push(index);
            }
        }
        let mut lanes: Vec<(u64, u32, Vec<u32>)> = (0..)
            .zip(of_buyer)
            .filter(|(_, own)| !own.is_empty())
            .map(|(buyer, mut own)| {
                let dids = || own.iter().filter_map(|at| evidence.operation(*at));
                let wrote = dids().map(|did| did.intend).filter(|at| *at != UNSAID);
                let first = wrote.min().or(dids().map(over).max());
                own.sort_by_key(|at| evidence.operation(*at).map(|did| did.invoke));
                (first.unwrap_or_default(), buyer, own)
            })
            .collect();
        lanes.sort_unstable();
        let mut places = vec![None; evidence.operations.len()];
        let (mut buyers, mut operations) = (Vec::new(), Vec::new());
        for (lane, (_, buyer, own)) in lanes.into_iter().enumerate() {
            for (operation, index) in own.iter().enumerate() {
                if let Some(place) = places.get_mut(*index as usize) {
                    *place = Some(Spot { lane, operation });
                }
            }
            buyers.push(buyer);
            operations.push(own);
        }
        Self {
            buyers,
            operations,
            places,
        }
    }
}

/// The last time that is known of an operation.
fn over(did: &Operation) -> u64 {
    let times = [did.invoke, did.read_at, did.intend, did.wrote, did.returned];
    let known = times.into_iter().filter(|at| *at != UNSAID);
    known.max().unwrap_or(did.invoke)
}

fn operation(
    evidence: &Evidence,
    versions: &Versions,
    index: u32,
    did: &Operation,
) -> DrawnOperation {
    let holds: Vec<&Hold> = evidence.holds_of(did).collect();
    let known = |at: u64| (at != UNSAID).then_some(at);
    let end = holds
        .iter()
        .flat_map(|hold| [hold.wanted, hold.got, hold.released])
        .filter_map(known)
        .fold(over(did), u64::max);
    let wrote = versions.wrote.get(index as usize).copied().flatten();
    let spans = spans(evidence, did, &holds, end, wrote.is_some());
    let told = u64::from(did.quantity);
    let read = match versions.read.get(index as usize).copied().flatten() {
        _ if did.torn => Some(Sight::Torn("what made no sense".to_owned())),
        Some(version) => Some(Sight::Version(version)),
        None if did.read != UNSAID => Some(Sight::Torn(format!("version {}", did.read))),
        None => None,
    };
    DrawnOperation {
        spans,
        read,
        wrote,
        outcome: match did.outcome {
            OperationOutcome::Sold => Some(DrawnOutcome::Sold(told)),
            OperationOutcome::SoldOut => Some(DrawnOutcome::NoneLeft),
            OperationOutcome::Query if did.left != UNSAID => Some(DrawnOutcome::Told(did.left)),
            OperationOutcome::Query => known(did.seen).map(DrawnOutcome::Told),
            OperationOutcome::Failed | OperationOutcome::Unknown => Some(DrawnOutcome::Failed),
            OperationOutcome::Killed | OperationOutcome::Open => None,
        },
        killed: (did.outcome == OperationOutcome::Killed).then_some(end),
    }
}

/// What an operation did when, as far as it is known; no step that the evidence does not have. `is_known`:
/// whether it is known to have written.
fn spans(
    evidence: &Evidence,
    did: &Operation,
    holds: &[&Hold],
    end: u64,
    is_known: bool,
) -> Vec<Span> {
    let inode = |hold: &Hold| {
        let file = evidence.files.get(hold.lock as usize);
        file.map_or(0, |file| file.inode)
    };
    let known = |at: u64| (at != UNSAID).then_some(at);
    if did.quantity == 0 {
        return vec![Span::new(Doing::Query, did.invoke, end)];
    }
    let mut spans = Vec::new();
    for hold in holds.iter().rev() {
        let (wanted, got) = (known(hold.wanted), known(hold.got));
        if let Some(wanted) = wanted {
            spans.push(Span::new(Doing::Wait, wanted, got.unwrap_or(end)));
        }
        if let Some(got) = got {
            let released = known(hold.released).unwrap_or(end);
            spans.push(Span::new(Doing::Hold(inode(hold)), got, released));
        }
    }
    let intends = known(did.intend);
    if let Some(read) = known(did.read_at) {
        let got = holds.iter().filter_map(|hold| known(hold.got));
        let from = got.filter(|got| *got <= read).fold(did.invoke, u64::max);
        spans.push(Span::new(Doing::Read, from, read));
        if let Some(intends) = intends {
            spans.push(Span::new(Doing::Think, read, intends));
        }
    }
    let wrote = known(did.wrote);
    if let Some(intends) = intends {
        let doing = if wrote.is_some() || is_known {
            Doing::Write
        } else {
            Doing::Point("intends".to_owned())
        };
        spans.push(Span::new(doing, intends, wrote.unwrap_or(end)));
    }
    if spans.is_empty() {
        spans.push(Span::new(Doing::Point("busy".to_owned()), did.invoke, end));
    }
    // Nothing lasts from a later time to an earlier one.
    spans.retain(|span| span.from <= span.to);
    let last = spans.iter().map(|span| span.to).max().unwrap_or(did.invoke);
    if last < end {
        spans.push(Span::new(Doing::Point("answer".to_owned()), last, end));
    }
    spans
}

/// A version for the drawing.
fn version(
    parent: Option<usize>,
    seq: u64,
    left: Option<u64>,
    writer: Option<Spot>,
) -> DrawnVersion {
    DrawnVersion {
        seq,
        left,
        writer,
        parent,
        survived: false,
    }
}
