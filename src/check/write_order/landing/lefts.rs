//! How many were left at a version, where it may be one of several.

/// So many are told apart.
const MOST: usize = 32;

/// How many may have been left; all, where nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lefts(Option<Vec<u64>>);

impl Lefts {
    pub(super) fn only(left: Option<u64>) -> Self {
        Self(left.map(|left| vec![left]))
    }

    /// Those of any of several.
    pub(super) fn of_any<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let mut lefts = Vec::new();
        for one in all {
            match &one.0 {
                Some(some) => lefts.extend(some),
                None => return Self(None),
            }
        }
        lefts.sort_unstable();
        lefts.dedup();
        Self(Some(lefts).filter(|lefts| lefts.len() <= MOST))
    }

    /// The same less so many. Who took more than there were may have left anything.
    pub(super) fn less(&self, quantity: u64) -> Self {
        let less = |lefts: &Vec<u64>| {
            let lefts = lefts.iter().map(|left| left.checked_sub(quantity));
            lefts.collect()
        };
        Self(self.0.as_ref().and_then(less))
    }

    pub(super) fn and(&self, quantity: u64) -> Self {
        let more = |lefts: &Vec<u64>| {
            let lefts = lefts.iter().map(|left| left.saturating_add(quantity));
            lefts.collect()
        };
        Self(self.0.as_ref().map(more))
    }

    /// Those of both.
    pub(super) fn common(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Some(own), Some(others)) => {
                let common = own.iter().filter(|left| others.contains(left));
                Self(Some(common.copied().collect()))
            }
            (own, others) => Self(own.clone().or_else(|| others.clone())),
        }
    }

    /// Whether there are none.
    pub(super) fn is_none(&self) -> bool {
        self.0.as_ref().is_some_and(Vec::is_empty)
    }
}
