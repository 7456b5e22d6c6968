//! Lost updates: two lines of one version were written from the same reading.

use std::collections::BTreeMap;

use super::model::{FinalState, LastSale, StateFinding, WrittenLine};
use super::written_upon::LineFates;
use crate::check::anomaly::Anomaly;
use crate::check::fork_words::{ForkOutcome, reading};
use crate::check::listing::names;

/// The lines that share a version, by version: their places.
pub(super) fn races(after: &FinalState) -> BTreeMap<u64, Vec<usize>> {
    let mut versions: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (at, line) in after.lines.iter().enumerate() {
        versions.entry(line.seq).or_default().push(at);
    }
    versions.retain(|_, writers| writers.len() > 1);
    versions
}

/// A finding for each version that several lines have.
pub(super) fn lost_updates(
    after: &FinalState,
    races: &BTreeMap<u64, Vec<usize>>,
) -> Vec<StateFinding> {
    if races.is_empty() {
        return Vec::new();
    }
    let fates = LineFates::of(after);
    let mut gone_on = fates.gone_on(after, |seq| races.contains_key(&seq));
    let all = races.iter();
    all.map(|(seq, writers)| {
        let with = gone_on.remove(seq).unwrap_or_default();
        let with = with.iter().map(|at| buyer(after, *at)).collect();
        lost_update(after, &fates, (*seq, writers), with)
    })
    .collect()
}

/// Who wrote a version: the line before it in their order.
fn buyer(after: &FinalState, version: usize) -> String {
    let line = version.checked_sub(1).and_then(|at| after.lines.get(at));
    line.map_or_else(String::new, |line| line.buyer.clone())
}

/// The same, where it was a sale of the run.
fn seller(after: &FinalState, version: usize) -> Option<String> {
    Some(buyer(after, version)).filter(|buyer| !buyer.is_empty())
}

/// Who wrote what each had read, where that is known of all of them and not of one alone.
fn read_from(whose: &[(String, String)], many: usize) -> Vec<String> {
    let first = whose.first();
    let is_one = whose.len() < many
        || whose
            .iter()
            .all(|one| Some(&one.1) == first.map(|one| &one.1));
    let owners = whose.iter().filter(|_| !is_one);
    owners.map(|(_, owner)| owner.clone()).collect()
}

fn lost_update(
    after: &FinalState,
    of: &LineFates,
    (seq, places): (u64, &[usize]),
    with: Vec<String>,
) -> StateFinding {
    let fates = of.fates();
    // The one that the count goes by wrote last of them, wherever its line is, or was gone on from.
    let (lost, kept): (Vec<usize>, Vec<usize>) = places
        .iter()
        .map(|at| at + 1)
        .partition(|at| fates.is_lost(*at));
    let order = || lost.iter().chain(&kept).copied();
    let all: Vec<String> = order().map(|at| buyer(after, at)).collect();
    let whose = order().filter_map(|at| Some((buyer(after, at), seller(after, of.upon(at)?)?)));
    let whose: Vec<_> = whose.collect();
    let over: Vec<usize> = lost.iter().filter_map(|at| fates.by(*at)).collect();
    let by = lost.iter().map(|at| Some(buyer(after, fates.by(*at)?)));
    let outcome = ForkOutcome {
        kept: kept.last().map(|at| buyer(after, *at)),
        lost: lost.iter().map(|at| buyer(after, *at)).collect(),
        kept_is_last: kept
            .last()
            .is_some_and(|kept| over.iter().all(|by| by <= kept) || fates.is_end(*kept)),
        by: by.collect(),
        with,
        gone: None,
    };
    let read = seq.saturating_sub(1);
    let writers = || places.iter().filter_map(|at| after.lines.get(*at));
    // What they read: what the lines of that version left, one value or, after an earlier race,
    // several.
    let before = |line: &WrittenLine| {
        let change = line.change.saturating_neg();
        line.left.saturating_add_signed(change)
    };
    let saw = writers().next().map_or(0, before);
    let same = writers().all(|line| before(line) == saw);
    let had_read = reading(read, same.then_some(saw), all.len(), &whose);
    let both = if all.len() == 2 { "both" } else { "all" };
    let survivor = if writers().any(|line| line.end == after.counted) {
        format!("; of these {} sales the count shows one", all.len())
    } else {
        String::new()
    };
    StateFinding {
        kind: Anomaly::LostUpdate,
        text: format!(
            "{} {had_read} and {both} wrote version {seq}: {}{survivor}{}",
            names(&all),
            outcome.told(),
            outcome.went_with()
        ),
        buyers: all,
        read_seq: Some(read),
        read_from: read_from(&whose, places.len()),
        last: match (&outcome.kept, outcome.kept_is_last) {
            (None, _) => LastSale::Overwritten,
            (Some(_), false) => LastSale::Counts,
            (Some(_), true) => LastSale::WrittenLast,
        },
        with: outcome.with,
    }
}
