//! Overwriting: which versions later ones took the place of for good. The one definition of it, for sentences and for
//! pictures.
//!
//! A version stands if the final count is it, or grew from it. Of several that grew from one version those are overwritten
//! that do not stand: all but one, which stands or, where the final count is of none of them, was gone on from last. What grew
//! from an overwritten version is overwritten with it. Who wrote next after the last of all that grew from it overwrote it;
//! nobody did so after the final count, wherever that stands. So a count that another took the place of is not overwritten where a third, who had read it, wrote again: its sale counts.

use std::collections::HashMap;

mod ancestry;

use ancestry::Ancestry;

/// So often all versions are gone through: those that one may have grown from may stand behind it.
const PASSES: usize = 16;

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
        let ancestry = Ancestry::of(parents, others);
        let mut stands: Vec<bool> = (0..total).map(survived).collect();
        let mut ends = (0..total).filter(|at| stands.get(*at) == Some(&true));
        let end = ends.next().filter(|_| ends.next().is_none());
        let is_open = !stands.contains(&true);
        ancestry.spread(&mut stands);
        let mut all = Self {
            stands,
            end,
            lost: vec![false; total],
            last: (0..total).collect(),
            vague: ancestry.vague(),
        };
        let mut forks = vec![Fork::default(); total];
        for at in (0..total).rev() {
            let Some(to) = ancestry.parent(at) else {
                continue;
            };
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
        // Where nobody knows anything of the final count, nothing is known of what it goes by.
        let passes = if is_open { 0 } else { PASSES };
        for _ in 0..passes {
            if !all.lose(&ancestry, &forks) {
                break;
            }
        }
        all
    }

    /// Finds further versions that were overwritten; gives whether there are any.
    fn lose(&mut self, ancestry: &Ancestry<'_, '_>, forks: &[Fork]) -> bool {
        let mut told = ancestry.untold();
        let mut is_changed = false;
        for at in 0..self.lost.len() {
            if self.stands(at) || self.is_lost(at) {
                continue;
            }
            let fork = ancestry.known(at).and_then(|to| forks.get(to));
            let gave_way =
                fork.is_some_and(|fork| fork.many > 1 && (fork.stands || fork.newest != at));
            // The final count is neither this nor what it grew from, and nothing that grew from this: whichever it grew from.
            let is_beside = |to| self.is_lost(to) || self.stands(to) && !self.is_end(to);
            let lost = gave_way || ancestry.all_below(at, &mut told, is_beside);
            if let Some(own) = self.lost.get_mut(at).filter(|_| lost) {
                (*own, is_changed) = (true, true);
            }
        }
        is_changed
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

#[cfg(test)]
mod tests;
