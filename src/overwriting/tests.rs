use super::*;

/// Parents, which version is the final one, and what is overwritten by what.
#[test]
fn what_the_final_count_does_not_go_by_is_overwritten() {
    for (parents, end, wanted) in [
        // One after the other.
        (vec![0, 1, 2], 3, vec![]),
        // Two of one version; three, each over the one before.
        (vec![0, 0], 2, vec![(1, 2)]),
        (vec![0, 0, 0], 3, vec![(1, 2), (2, 3)]),
        // What grew from an overwritten version goes with it.
        (vec![0, 1, 0], 3, vec![(1, 3), (2, 3)]),
        // The first is overwritten for a moment only: the last grew from it.
        (vec![0, 0, 2, 1], 4, vec![(2, 4), (3, 4)]),
        // A fork on a branch that is overwritten itself.
        (vec![0, 1, 1, 0], 4, vec![(1, 4), (2, 3), (3, 4)]),
        // The final count is before the fork: the last of it is overwritten by nobody.
        (vec![0, 1, 1], 0, vec![(2, 3)]),
        (vec![0, 1, 1, 2], 0, vec![(3, 4)]),
        // It stands before what was overwritten.
        (vec![0, 0], 1, vec![(2, 1)]),
    ] {
        let all: Vec<Option<usize>> = std::iter::once(None)
            .chain(parents.iter().copied().map(Some))
            .collect();
        let fates = Overwriting::of(&all, |_| &[], |at| at == end);
        let lost = (0..all.len()).filter(|at| fates.is_lost(*at));
        let lost: Vec<_> = lost.filter_map(|at| Some((at, fates.by(at)?))).collect();
        assert_eq!(lost, wanted, "{parents:?} {end}");
    }
}

/// What grew from one of two, and nobody knows which, may have grown from either.
#[test]
fn who_may_stand_is_not_overwritten() {
    let parents = [None, Some(0), Some(0), Some(2)];
    let fates = Overwriting::of(
        &parents,
        |at| if at == 3 { &[1] } else { &[] },
        |at| at == 3,
    );
    assert!((0..4).all(|at| fates.stands(at) && !fates.is_lost(at)));
    // Of what was overwritten with all that grew from it, it is not known by whom.
    let parents = [None, Some(0), Some(0), Some(2), Some(0)];
    let fates = Overwriting::of(
        &parents,
        |at| if at == 3 { &[1] } else { &[] },
        |at| at == 4,
    );
    let by: Vec<_> = (0..5).map(|at| (fates.is_lost(at), fates.by(at))).collect();
    let lost = |by| (true, by);
    assert_eq!(
        by,
        [
            (false, None),
            lost(None),
            lost(None),
            lost(Some(4)),
            (false, None)
        ]
    );
}
