//! What became of each buyer: what it was told, and what of that is not so.

use super::acts::told;
use super::marks::Marks;
use super::model::{Spot, Timeline};
use super::operation::{DrawnOperation, DrawnOutcome};
use super::tree::Tree;
use super::words::{count, short, thousands};

/// Columns at most of a line.
const ROOM: usize = 26;

/// One line of what became of a buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BuyerFate {
    pub(super) words: String,
    /// Whether that went wrong.
    pub(super) bad: bool,
    /// The operation behind whose end it is so; `None`: behind the end of all.
    pub(super) of: Option<Spot>,
    /// Whether it is so behind the write of that operation, and not behind its end only.
    pub(super) by_write: bool,
    /// The number of the finding that says so.
    pub(super) finding: Option<usize>,
}

/// What became of the buyer of a lane, in at most three lines. `overwriter`: who overwrote the sale of an operation, and its name,
/// where that is known.
pub(super) fn fates(
    timeline: &Timeline,
    tree: &Tree,
    lane: usize,
    overwriter: impl Fn(Spot) -> Option<(Spot, String)>,
) -> Vec<BuyerFate> {
    let operations = timeline.lanes.get(lane).map_or(&[][..], |l| &l.operations);
    let sales = || {
        let all = operations.iter().enumerate();
        all.filter(|(_, one)| matches!(one.outcome, Some(DrawnOutcome::Sold(_))))
    };
    let is_lost = |one: &DrawnOperation| one.wrote.is_some_and(|wrote| tree.is_lost(wrote));
    let lost = sales().filter(|(_, one)| is_lost(one)).count() as u64;
    let by = sales().find_map(|(operation, _)| overwriter(Spot { lane, operation }));
    let many = sales().count() as u64;
    let mut fates = Vec::new();
    let spot = |operation: usize| Spot { lane, operation };
    let end = last(operations);
    let of = end.map(|(operation, _)| spot(operation));
    let fate = |words: String, bad: bool, of: Option<Spot>, finding: Option<usize>| BuyerFate {
        words,
        bad,
        of,
        by_write: false,
        finding,
    };
    match (many, end) {
        (0 | 1, Some((_, end))) => {
            if let Some(told) = told(end) {
                let bad = end.outcome == Some(DrawnOutcome::Failed) && end.killed.is_none();
                fates.push(fate(told, bad, of, None));
            }
        }
        (0, None) => {}
        _ => {
            let sold = sales().filter_map(|(_, one)| match one.outcome {
                Some(DrawnOutcome::Sold(many)) => Some(many),
                _ => None,
            });
            let sold = sold.fold(0, u64::saturating_add);
            let words = format!("bought {} in {}", thousands(sold), count(many, "sale"));
            fates.push(fate(words, false, of, None));
        }
    }
    match lost {
        0 => {}
        _ if many == 1 => match by {
            Some((by, name)) => {
                let words = format!("sale overwritten by {name}");
                fates.push(BuyerFate {
                    by_write: true,
                    ..fate(words, true, Some(by), None)
                });
            }
            None => fates.push(fate(
                "its sale was overwritten".to_owned(),
                true,
                None,
                None,
            )),
        },
        lost => {
            let words = format!("{} overwritten", count(lost, "sale"));
            fates.push(fate(words, true, None, None));
        }
    }
    for finding in timeline.findings.iter().enumerate() {
        let (at, finding) = finding;
        let own = finding.places.iter().any(|place| place.lane == lane);
        if own && Marks::is_marked(at) && !finding.harm.is_empty() {
            fates.push(fate(short(&finding.harm, ROOM), true, of, Some(at + 1)));
        }
    }
    fates.dedup_by(|one, other| (&one.words, one.bad) == (&other.words, other.bad));
    fates.truncate(3);
    fates
}

/// The operation that says most of how a buyer ended: its last purchase, else its last.
fn last(operations: &[DrawnOperation]) -> Option<(usize, &DrawnOperation)> {
    let all = operations.iter().enumerate().rev();
    let mut from_last = all.filter(|(_, one)| !one.is_pass());
    let asks =
        |(_, one): &(usize, &DrawnOperation)| !matches!(one.outcome, Some(DrawnOutcome::Told(_)));
    from_last.clone().find(asks).or(from_last.next())
}

/// Whether any finding names an operation of the lane.
pub(super) fn is_named(marks: &Marks, lane: usize, operations: &[usize]) -> bool {
    operations.iter().any(|&operation| {
        let place = Spot { lane, operation };
        marks.of_place(place).next().is_some()
    })
}
