//! Where a run stops adding up.

use crate::timeline::{DrawnVersion, Spot};

/// Who wrote the version from which on what is left is never again the stock less what was sold by then; `None` where the order
/// of the versions, or how many one of them leaves, is not known.
pub(super) fn unbalanced(versions: &[DrawnVersion]) -> Option<Spot> {
    let stock = versions.first()?.left?.cast_signed();
    let mut sold = 0_i64;
    let mut place = None;
    for version in versions.iter().skip(1) {
        if version.unordered {
            return None;
        }
        let left = version.left?.cast_signed();
        let before = versions.get(version.parent?)?.left?.cast_signed();
        sold = sold.saturating_add(before.saturating_sub(left));
        if stock.saturating_sub(sold) == left {
            place = None;
        } else {
            place = place.or(version.writer);
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_sale_of_one_version_is_where_it_stops_adding_up() {
        let first = DrawnVersion::first(1, 2);
        let both = [
            first.clone(),
            DrawnVersion::after(0, 2, 1).by(0, 0),
            DrawnVersion::after(0, 2, 1).by(1, 0),
            DrawnVersion::after(0, 2, 1).by(2, 0),
        ];
        let lane = |versions: &[DrawnVersion]| unbalanced(versions).map(|spot| spot.lane);
        assert_eq!(lane(&both), Some(1));
        let in_turn = [
            first,
            DrawnVersion::after(0, 2, 1).by(0, 0),
            DrawnVersion::after(1, 3, 0).by(1, 0),
        ];
        assert_eq!(lane(&in_turn), None);
    }
}
