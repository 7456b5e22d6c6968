//! What was found in a run of the lab, for its drawing.

use crate::check::Anomaly;
use crate::check::final_state::StateFinding;
use crate::timeline::{Clash, DrawnFinding, Spot};

/// Where what is said of a run as a whole stands.
pub(super) struct RunEnds {
    /// Who wrote the count last, or cut it where it cannot be read.
    pub(super) last: Option<Spot>,
    /// Who wrote where it stopped adding up.
    pub(super) unbalanced: Option<Spot>,
    /// By whose kill the count is empty in the end.
    pub(super) unfilled: Option<Spot>,
}

/// A finding with those whom it names; what is said of the whole run stands where it stopped adding up, else where the count was
/// written last.
pub(super) fn finding(finding: &StateFinding, ends: &RunEnds) -> DrawnFinding {
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
    // A count that is empty for good is what does not add up: it is so by the kill, and whoever has cut it could fill it till then.
    let is_balance = finding.kind == Anomaly::Conservation && places.is_empty();
    let unfilled = ends.unfilled.filter(|_| is_balance);
    if places.is_empty() {
        let broken = ends.unbalanced.filter(|_| is_balance);
        places.extend(unfilled.or(broken).or(ends.last));
    }
    let clash = match finding.kind {
        Anomaly::LostUpdate => Clash::Writes,
        Anomaly::TornRead => {
            // The writer, and who read.
            places.reverse();
            Clash::WriteRead
        }
        Anomaly::Oversold => Clash::Sales,
        _ if unfilled.is_some() => Clash::Unfilled,
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
