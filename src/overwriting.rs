//! Overwriting: which versions later ones took the place of for good. The one definition of it, for sentences and for
//! pictures.
//!
//! A version stands if the final count is it, or grew from it. Of several that grew from one version those are overwritten
//! that do not stand: all but one, which stands or, where the final count is of none of them, was gone on from last. What grew
//! from an overwritten version is overwritten with it. Who wrote next after the last of all that grew from it overwrote it;
//! nobody did so after the final count, wherever that stands. So a count that another took the place of is not overwritten where a third, who had read it, wrote again: its sale counts.

use std::collections::HashMap;

/// What became of each version.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overwriting {
    stands: Vec<bool>,
    lost: Vec<bool>,
    /// The last version that grew from each, or itself.
    last: Vec<usize>,
    /// Whether it is not known what grew from each.
    vague: Vec<bool>,
    /// The final count, where it is known.
    end: Option<usize>,
}

/// What grew from a version at once.
#[derive(Debug, Clone, Copy, Default)]
struct Fork {
    many: u32,
    stands: bool,
    /// The one of them that was gone on from last.
    newest: usize,
}

impl Overwriting {
    /// Of versions in the order in which they were written. `parents`: which one each grew from, of those before it.
    /// `others`: those that it may have grown from instead: who may stand is not called overwritten. `survived`: whether it
    /// is the final count, or may be.
    pub(crate) fn of<'a>(
        parents: &[Option<usize>],
        others: impl Fn(usize) -> &'a [usize],
        survived: impl Fn(usize) -> bool,
    ) -> Self {
        let total = parents.len();
        let parent = |at: usize| parents.get(at).copied().flatten().filter(|to| *to < at);
        let stands: Vec<bool> = (0..total).map(survived).collect();
        let mut ends = (0..total).filter(|at| stands.get(*at) == Some(&true));
        let end = ends.next().filter(|_| ends.next().is_none());
        let mut all = Self {
            stands,
            end,
            lost: vec![false; total],
            last: (0..total).collect(),
            vague: vec![false; total],
        };
        let mut forks = vec![Fork::default(); total];
        let below = |at: usize| others(at).iter().copied().chain(parent(at));
        spread(&mut all.stands, below);
        for at in (0..total).filter(|at| !others(*at).is_empty()) {
            for to in below(at) {
                if let Some(vague) = all.vague.get_mut(to) {
                    *vague = true;
                }
            }
        }
        spread(&mut all.vague, below);
        for at in (0..total).rev() {
            let Some(to) = parent(at) else { continue };
            let (stands, last) = (all.stands(at), all.last(at));
            let Some(fork) = forks.get_mut(to) else {
                continue;
            };
            if fork.many == 0 || all.last(fork.newest) < last {
                fork.newest = at;
            }
            fork.many = fork.many.saturating_add(1);
            fork.stands |= stands;
            if let Some(own) = all.last.get_mut(to) {
                *own = last.max(*own);
            }
        }
        for at in 0..total {
            let Some(to) = parent(at).filter(|_| !all.stands(at)) else {
                continue;
            };
            let fork = forks.get(to).copied().unwrap_or_default();
            let gave_way = fork.many > 1 && (fork.stands || fork.newest != at);
            let lost = all.is_lost(to) || gave_way;
            if let Some(own) = all.lost.get_mut(at) {
                *own = lost;
            }
        }
        all
    }

    /// Whether the final count is this version, or grew from it, for all that is known.
    pub(crate) fn stands(&self, version: usize) -> bool {
        self.stands.get(version).copied().unwrap_or_default()
    }

    /// Whether it was overwritten.
    pub(crate) fn is_lost(&self, version: usize) -> bool {
        self.lost.get(version).copied().unwrap_or_default()
    }

    /// Those that had gone on from an overwritten one and are none of several of one number themselves, by the number of
    /// which that one was one of several. `fork`: this number of a version, where it is one of several.
    pub(crate) fn gone_on(
        &self,
        parents: &[Option<usize>],
        fork: impl Fn(usize) -> Option<u64>,
    ) -> HashMap<u64, Vec<usize>> {
        let mut from: Vec<Option<u64>> = vec![None; parents.len()];
        let mut all: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, parent) in parents
            .iter()
            .enumerate()
            .filter(|(at, _)| self.is_lost(*at))
        {
            let before = parent.and_then(|parent| from.get(parent).copied().flatten());
            let own = fork(at);
            if let (None, Some(before)) = (own, before) {
                all.entry(before).or_default().push(at);
            }
            if let Some(slot) = from.get_mut(at) {
                *slot = own.or(before);
            }
        }
        all
    }

    /// Whether it is the final count, where that is known.
    pub(crate) fn is_end(&self, version: usize) -> bool {
        self.end == Some(version)
    }

    /// The version that overwrote one that was, where that is known.
    pub(crate) fn by(&self, version: usize) -> Option<usize> {
        let next = self.last(version) + 1;
        let next = (next < self.last.len()).then_some(next);
        let end = self.end.filter(|end| *end != 0);
        let known = self.is_lost(version) && self.vague.get(version) == Some(&false);
        next.or(end).filter(|_| known)
    }

    /// The last version that grew from one, or itself.
    pub(crate) fn last(&self, version: usize) -> usize {
        self.last.get(version).copied().unwrap_or(version)
    }
}

/// What is so of a version is so of all that it may have grown from.
fn spread<I: Iterator<Item = usize>>(of: &mut [bool], below: impl Fn(usize) -> I) {
    let mut open: Vec<usize> = (0..of.len())
        .filter(|at| of.get(*at) == Some(&true))
        .collect();
    while let Some(at) = open.pop() {
        for to in below(at) {
            if let Some(is) = of.get_mut(to).filter(|is| !**is) {
                *is = true;
                open.push(to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
}
