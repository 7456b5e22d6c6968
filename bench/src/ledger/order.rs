//! How far an order was kept.

/// How many of the given places do not follow the order: as many as must be taken out for the rest
/// to rise (all that are not in a longest rising subsequence). One that jumped the queue counts as
/// one, not as all those that it passed.
pub(crate) fn out_of_order(places: &[usize]) -> usize {
    // The smallest end of any rising subsequence of each length.
    let mut ends: Vec<usize> = Vec::new();
    for &place in places {
        let length = ends.partition_point(|end| *end < place);
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    places.len() - ends.len()
}

#[cfg(test)]
mod tests {
    use super::out_of_order;

    #[test]
    fn an_order_that_is_kept_has_none() {
        assert_eq!(out_of_order(&[]), 0);
        assert_eq!(out_of_order(&[0, 1, 2, 5, 9]), 0);
    }

    #[test]
    fn who_jumps_the_queue_is_one() {
        assert_eq!(out_of_order(&[4, 0, 1, 2, 3]), 1);
        assert_eq!(out_of_order(&[1, 2, 3, 4, 0]), 1);
    }

    #[test]
    fn two_that_swap_are_one_and_a_reversal_is_all_but_one() {
        assert_eq!(out_of_order(&[0, 2, 1, 3]), 1);
        assert_eq!(out_of_order(&[1, 0, 3, 2, 5, 4]), 3);
        assert_eq!(out_of_order(&[4, 3, 2, 1, 0]), 4);
    }
}
