//! What was found in a run of the lab, for its drawing.

use crate::check::Anomaly;
use crate::check::final_state::StateFinding;
use crate::timeline::{Clash, DrawnFinding, Spot};

/// A finding with those whom it names; what is said of the whole run stands where it stopped adding up, else where the count was
/// written last.
pub(super) fn finding(
    finding: &StateFinding,
    (last, unbalanced): (Option<Spot>, Option<Spot>),
) -> DrawnFinding {
    let place = |name: &String| {
        let number: usize = name.strip_prefix("user-")?.parse().ok()?;
        Some(Spot {
            lane: number.checked_sub(1)?,
            operation: 0,
        })
    };
    let mut places: Vec<_> = finding.buyers.iter().filter_map(place).collect();
    // Who went with an overwritten sale, before the one that the count goes by.
    let with = finding.with.iter().filter_map(place);
    let at = places.len().saturating_sub(1);
    places.splice(at..at, with);
    if places.is_empty() {
        let broken = unbalanced.filter(|_| finding.kind == Anomaly::Conservation);
        places.extend(broken.or(last));
    }
    let clash = match finding.kind {
        Anomaly::LostUpdate => Clash::Writes,
        Anomaly::TornRead => {
            // The writer, and who read.
            places.reverse();
            Clash::WriteRead
        }
        _ => Clash::Whole,
    };
    DrawnFinding {
        kind: finding.kind.explained(),
        clash,
        sentence: finding.text.clone(),
        places,
        harm: finding.kind.harm().to_owned(),
        ..DrawnFinding::default()
    }
}
