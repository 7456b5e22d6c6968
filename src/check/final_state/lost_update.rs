//! Lost updates: two lines of one version were written from the same reading.

use std::collections::BTreeMap;

use super::model::{FinalState, StateFinding, WrittenLine};
use crate::check::anomaly::Anomaly;
use crate::check::listing::names;

/// The lines that share a version, by version.
pub(super) fn races(after: &FinalState) -> BTreeMap<u64, Vec<&WrittenLine>> {
    let mut versions: BTreeMap<u64, Vec<&WrittenLine>> = BTreeMap::new();
    for line in &after.lines {
        versions.entry(line.seq).or_default().push(line);
    }
    versions.retain(|_, writers| writers.len() > 1);
    versions
}

pub(super) fn lost_update(after: &FinalState, seq: u64, writers: &[&WrittenLine]) -> StateFinding {
    // Whose count stands wrote last, wherever its line is.
    let stands = |line: &&&WrittenLine| line.end == after.counted;
    let (standing, others): (Vec<&WrittenLine>, Vec<&WrittenLine>) =
        writers.iter().partition(stands);
    let buyers = others.into_iter().chain(standing.iter().copied());
    let buyers: Vec<String> = buyers.map(|line| line.buyer.clone()).collect();
    let read = seq.saturating_sub(1);
    // What they read: what the lines of that version left, one value or, after an earlier race,
    // several.
    let saw = writers.first().map_or(0, |line| {
        line.left
            .saturating_add_signed(line.change.saturating_neg())
    });
    let same = writers.iter().all(|line| {
        line.left
            .saturating_add_signed(line.change.saturating_neg())
            == saw
    });
    let count = if same {
        format!(" ({saw} left)")
    } else {
        String::new()
    };
    let last = buyers.last().map_or("", String::as_str);
    let others = buyers.len() - 1;
    let overwritten = if others == 1 {
        format!(
            "{last} wrote last and overwrote {}",
            buyers.first().map_or("", String::as_str)
        )
    } else {
        format!("{last} wrote last and overwrote the other {others}")
    };
    let both = if others == 1 { "both" } else { "all" };
    let survivor = if standing.is_empty() {
        String::new()
    } else {
        format!("; of these {} sales the count shows one", buyers.len())
    };
    StateFinding {
        kind: Anomaly::LostUpdate,
        text: format!(
            "{} {both} read version {read}{count} and {both} wrote version {seq}: {overwritten}{survivor}",
            names(&buyers)
        ),
        buyers,
        read_seq: Some(read),
    }
}
