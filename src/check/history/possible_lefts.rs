//! How many may have been left at a version that more than one sale wrote, and at those after it.

use std::collections::BTreeSet;

/// So many values are kept apart; beyond, any value is taken for possible.
const MOST: usize = 64;

/// How many may have been left from a version on, each as so many more than the chain says: what any of the sales left
/// that wrote one version. That a sale was overwritten is a finding of its own, and who read the version meanwhile
/// read what one of them wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PossibleLefts {
    /// One of these.
    OneOf(BTreeSet<i64>),
    /// Too many to be told apart.
    Any,
}

impl PossibleLefts {
    /// What the chain says, and nothing else.
    pub(super) fn one() -> Self {
        Self::OneOf(BTreeSet::from([0]))
    }

    /// At the next version, for which a sale of `own` stands in the chain, when others of these quantities wrote it too.
    pub(super) fn forked(self, own: u32, others: &[u32]) -> Self {
        let Self::OneOf(before) = self else {
            return Self::Any;
        };
        let others: BTreeSet<i64> = others.iter().copied().map(i64::from).collect();
        let mut after = before.clone();
        for before in before {
            let more = |other: &i64| before.saturating_add(i64::from(own) - other);
            after.extend(others.iter().map(more));
            if after.len() > MOST {
                return Self::Any;
            }
        }
        Self::OneOf(after)
    }

    pub(super) fn contain(&self, more: i64) -> bool {
        match self {
            Self::OneOf(all) => all.contains(&more),
            Self::Any => true,
        }
    }

    /// The fewest; `None` where nobody can tell.
    pub(super) fn fewest(&self) -> Option<i64> {
        match self {
            Self::OneOf(all) => all.first().copied(),
            Self::Any => None,
        }
    }

    /// The most; `None` where nobody can tell.
    pub(super) fn most(&self) -> Option<i64> {
        match self {
            Self::OneOf(all) => all.last().copied(),
            Self::Any => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sale_of_a_version_may_have_left_what_is_left() {
        let at = PossibleLefts::one().forked(1, &[2, 1]);
        assert_eq!((at.fewest(), at.most()), (Some(-1), Some(0)));
        let next = at.forked(3, &[1]);
        let all: Vec<i64> = (-3..4).filter(|more| next.contain(*more)).collect();
        assert_eq!(all, [-1, 0, 1, 2]);
        assert_eq!(
            PossibleLefts::one().forked(1, &[1, 1]),
            PossibleLefts::one()
        );
        let mut many = PossibleLefts::one();
        for step in 0..8 {
            many = many.forked(0, &[1 << step]);
        }
        assert!(many == PossibleLefts::Any && many.contain(-1));
        assert_eq!((many.fewest(), many.most()), (None, None));
        assert_eq!(many.forked(1, &[2]), PossibleLefts::Any);
    }
}
