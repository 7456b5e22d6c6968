//! The timeline of the evidence, put together.

use std::collections::BTreeSet;

use super::super::unbalanced::unbalanced;
use super::found;
use super::lanes::Lanes;
use super::locks::DrawnLocks;
use super::operations::operation;
use super::versions::versions;
use crate::check::evidence::Evidence;
use crate::check::version_tree::VersionTree;
use crate::check::write_order::WriteOrder;
use crate::check::{HistoryVerdict, MAX_TOLD, UnsureFates, settled};
use crate::timeline::{Lane, SaleFacts, Spot, Time, Timeline};

/// The timeline of a recorded run, to be drawn. Its title and subtitle are the caller's.
///
/// The lanes stand in the order in which their buyers wrote, or were over. An operation of which nobody knows
/// when it was has no place in time: only its version is drawn.
#[must_use]
pub fn timeline(evidence: &Evidence, verdict: &HistoryVerdict) -> Timeline {
    let evidence = &*settled(evidence);
    let lanes = Lanes::of(evidence);
    let order = WriteOrder::of(evidence);
    let tree = VersionTree::of(evidence, &order);
    let locks = DrawnLocks::of(evidence, verdict);
    let versions = versions(&tree, &lanes.places, &UnsureFates::of(evidence));
    let drawn = lanes.operations.iter().map(|operations| {
        let operations = operations.iter().filter_map(|at| {
            let did = evidence.operation(*at)?;
            Some(operation(evidence, (&tree, &order, &locks), *at, did))
        });
        operations.collect::<Vec<_>>()
    });
    let names = lanes.buyers.iter().map(|buyer| evidence.names.name(*buyer));
    let standing = versions.iter().filter(|version| version.survived);
    let written: Vec<Spot> = standing.filter_map(|version| version.writer).collect();
    let ends = (&written[..], unbalanced(&versions));
    let findings = found::findings(evidence, verdict, &lanes.places, &order, ends);
    Timeline {
        time: Time::Nanoseconds,
        clock: Some(evidence.clock()),
        lanes: names
            .zip(drawn)
            .map(|(name, operations)| Lane {
                name: name.to_owned(),
                operations,
            })
            .collect(),
        versions,
        findings,
        sales: SaleFacts {
            on_ledger: evidence.ledger.is_some(),
            ..sales(&tree, &order, &lanes.places)
        },
        locks: locks.facts(|at| lanes.places.get(at as usize).copied().flatten()),
        incomplete: verdict.counts.iter().any(|count| count.count > MAX_TOLD),
        ..Timeline::default()
    }
}

/// Who is drawn as having written and is none of those who are counted to have sold.
fn sales(tree: &VersionTree, order: &WriteOrder<'_>, places: &[Option<Spot>]) -> SaleFacts {
    let mut sold = order.sold().map(|(at, _)| at).peekable();
    let mut uncounted = BTreeSet::new();
    for (at, (place, wrote)) in (0..).zip(places.iter().zip(&tree.wrote)) {
        let is_counted = sold.next_if_eq(&at).is_some();
        if !is_counted && wrote.is_some() {
            uncounted.extend(*place);
        }
    }
    SaleFacts {
        uncounted,
        is_least: order.silent().next().is_some(),
        ..SaleFacts::default()
    }
}
