//! Forks: what became of the sales that wrote one version, by the tree of all versions.

use std::collections::{HashMap, HashSet};

use crate::check::evidence::{Evidence, Operation};
use crate::check::fork_words::ForkOutcome;
use crate::check::listing::choice;
use crate::check::version_tree::VersionTree;
use crate::check::write_order::WriteOrder;
use crate::overwriting::Overwriting;

/// The versions of a run, and what became of each.
pub(super) struct Forks<'a> {
    evidence: &'a Evidence,
    pub(super) order: WriteOrder<'a>,
    tree: VersionTree,
    fates: Overwriting,
    /// By number: how many versions may stand.
    standing: HashMap<u64, u32>,
    /// The least number of those that may be the final count.
    least: u64,
}

impl<'a> Forks<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let order = WriteOrder::of(evidence);
        let tree = VersionTree::of(evidence, &order);
        let fates = tree.fates();
        let mut standing: HashMap<u64, u32> = HashMap::new();
        for (at, version) in tree.all.iter().enumerate() {
            if fates.stands(at) {
                *standing.entry(version.seq).or_default() += 1;
            }
        }
        let survived = tree.all.iter().filter(|version| version.survived);
        let least = survived.map(|version| version.seq).min().unwrap_or(0);
        Self {
            evidence,
            order,
            tree,
            fates,
            standing,
            least,
        }
    }

    pub(super) fn operation(&self, at: u32) -> Option<&'a Operation> {
        self.evidence.operation(at)
    }

    pub(super) fn name(&self, at: u32) -> String {
        let name = self.operation(at);
        let name = name.map(|did| self.evidence.names.name(did.buyer));
        name.unwrap_or_default().to_owned()
    }

    /// Sales with who wrote the version that each had read, where both are known.
    pub(super) fn whose(&self, sales: &[u32]) -> Vec<(String, String)> {
        let whose = sales.iter().filter_map(|at| {
            let known = self.tree.possible(*at).is_empty();
            let read = self.tree.read.get(*at as usize).copied().flatten();
            let version = self.tree.all.get(read.filter(|_| known)?)?;
            Some((self.name(*at), self.name(version.by?)))
        });
        whose.collect()
    }

    fn wrote(&self, at: u32) -> Option<usize> {
        self.tree.wrote.get(at as usize).copied().flatten()
    }

    /// Whether the count is known to go by what an operation wrote.
    pub(super) fn stands(&self, at: u32) -> bool {
        self.wrote(at).is_some_and(|wrote| {
            let version = self.tree.all.get(wrote);
            // Whichever is the final count, it is one of this number or grew from one.
            let alone = |seq: u64| seq <= self.least && self.standing.get(&seq) == Some(&1);
            self.fates.stands(wrote) && version.is_some_and(|version| alone(version.seq))
        })
    }

    /// Whether one sale is known to be overwritten, and another to be written after all that grew from it.
    fn overwrote(&self, later: u32, earlier: u32) -> bool {
        let (Some(late), Some(early)) = (self.wrote(later), self.wrote(earlier)) else {
            // What the ledger does not have was overwritten by what it has.
            return self.wrote(later).is_some() && self.evidence.ledger.is_some();
        };
        let over = self.fates.by(early).is_some_and(|by| by <= late);
        let last = self.tree.all.get(self.fates.last(early));
        // Also all that grew from it was.
        let before = |at: u32| self.order.is_before(at, later);
        if self.order.is_undone_by(later) {
            return self.order.is_before(earlier, later);
        }
        let all_before = || before(earlier) && last.and_then(|last| last.by).is_some_and(before);
        self.is_final(later) && self.fates.is_lost(early) || over && all_before()
    }

    /// Whether it is known that a version was overwritten by this one, and not by one beside it.
    fn is_known(&self, version: Option<usize>, by: usize) -> bool {
        let beside = if Some(by) > version {
            [by.saturating_sub(1), by]
        } else {
            // The final count, wherever it stands.
            [self.tree.all.len().saturating_sub(1); 2]
        };
        let unordered = |at: &usize| self.tree.all.get(*at).is_some_and(|one| one.unordered);
        !beside.iter().any(unordered)
    }

    /// Who is known to have overwritten a sale: the next to write after all that grew from it.
    pub(super) fn overwriter(&self, at: u32) -> Option<u32> {
        let wrote = self.wrote(at)?;
        let by = self.fates.by(wrote)?;
        let version = self.tree.all.get(by)?;
        let by = version.by.filter(|_| self.is_known(Some(wrote), by));
        by.filter(|by| !self.order.is_undone_by(*by) || self.order.is_before(at, *by))
    }

    /// Whether the final count is known to be what it wrote.
    fn is_final(&self, at: u32) -> bool {
        let wrote = self.wrote(at).and_then(|wrote| self.tree.all.get(wrote));
        wrote.is_some_and(|version| version.survived && !version.doubtful)
    }

    pub(super) fn is_lost(&self, at: u32) -> bool {
        let missing = self.evidence.ledger.is_some();
        let wrote = self.wrote(at);
        wrote.map_or(missing, |wrote| self.fates.is_lost(wrote))
    }

    /// What became of the sales that wrote one version, in the order in which they did; `None` where that is not known.
    pub(super) fn outcome(&self, writers: &[u32]) -> Option<ForkOutcome> {
        let (lost, kept): (Vec<u32>, Vec<u32>) = writers.iter().partition(|at| self.is_lost(**at));
        let kept = match kept[..] {
            [] if lost.iter().all(|at| self.wrote(*at).is_some()) => None,
            [one] => Some(one),
            _ => return None,
        };
        let kept_is_last = kept.is_some_and(|kept| lost.iter().all(|at| self.overwrote(kept, *at)));
        // Without the order nobody knows which of them was overwritten, but where the count goes by one.
        if !kept_is_last && !kept.is_none_or(|kept| self.stands(kept)) {
            return None;
        }
        let by = lost.iter().map(|at| Some(self.name(self.overwriter(*at)?)));
        Some(ForkOutcome {
            kept: kept.map(|kept| self.name(kept)),
            lost: lost.iter().map(|at| self.name(*at)).collect(),
            kept_is_last,
            by: by.collect(),
            with: Vec::new(),
            gone: kept.and_then(|kept| self.gone(kept, writers)),
        })
    }

    /// Who wrote after the one that the final count is of, where that is known: their write is gone.
    fn gone(&self, kept: u32, writers: &[u32]) -> Option<String> {
        let mut last = self.order.perhaps_last(writers);
        last.retain(|at| *at != kept);
        let is_gone = |at: &u32| self.order.is_before(kept, *at);
        let known = self.order.is_undone_by(kept) && !last.is_empty() && last.iter().all(is_gone);
        let names: Vec<String> = last.iter().map(|at| self.name(*at)).collect();
        known.then(|| choice(&names))
    }

    /// Those who read what one of these wrote, and nobody knows which, and wrote on.
    pub(super) fn readers_of_several(&self, writers: &[u32]) -> Vec<u32> {
        let wrote: HashSet<usize> = writers.iter().filter_map(|at| self.wrote(*at)).collect();
        let is_one = |at: u32| {
            let read = self.tree.possible(at).iter();
            read.filter(|version| wrote.contains(version)).count() > 1
        };
        let all = self.tree.all.iter().filter_map(|version| version.by);
        all.filter(|at| is_one(*at)).collect()
    }

    /// Who of two overwrote the other, or how it ended otherwise, in words.
    pub(super) fn of_two(&self, pair: [u32; 2]) -> String {
        let [one, other] = pair;
        for (late, early) in [(other, one), (one, other)] {
            if self.overwrote(late, early) {
                let (last, first) = (self.name(late), self.name(early));
                // What the ledger does not have has no place among the versions.
                let is_by = self.wrote(early).is_none() || self.overwriter(early) == Some(late);
                return if is_by {
                    format!("{last} overwrote {first}")
                } else {
                    format!("{last} wrote after {first}, whose sale is overwritten")
                };
            }
        }
        let outcome = self.outcome(&pair);
        outcome.map_or_else(|| self.undecided(&pair), |outcome| outcome.told())
    }

    /// Whether of two sales neither is known to have overwritten the other.
    pub(super) fn is_undecided(&self, pair: [u32; 2]) -> bool {
        let [one, other] = pair;
        let is_known = self.overwrote(one, other) || self.overwrote(other, one);
        !is_known && self.outcome(&pair).is_none()
    }

    /// Whether one of these wrote, and perhaps last of them.
    pub(super) fn may_be_last(&self, at: u32, all: &[u32]) -> bool {
        self.wrote(at).is_some() && self.order.perhaps_last(all).contains(&at)
    }

    /// Those that had gone on from an overwritten sale and are no fork themselves, by the version of which that sale was one
    /// of several. `forked`: whether a version was written more than once.
    pub(super) fn gone_on(&self, forked: impl Fn(u64) -> bool) -> HashMap<u64, Vec<u32>> {
        let versions = &self.tree.all;
        // Who may have gone on from one that was not overwritten is not said to have gone on from one that was.
        let is_known = |by: Option<u32>| {
            by.is_none_or(|by| {
                self.tree
                    .possible(by)
                    .iter()
                    .all(|at| self.fates.is_lost(*at))
            })
        };
        let parents = versions.iter();
        let parents = parents.map(|version| version.parent.filter(|_| is_known(version.by)));
        let parents: Vec<_> = parents.collect();
        let seq = |at: usize| versions.get(at).map(|version| version.seq);
        let gone = self
            .fates
            .gone_on(&parents, |at| seq(at).filter(|seq| forked(*seq)));
        let by = |at: usize| versions.get(at).and_then(|version| version.by);
        gone.into_iter()
            .map(|(seq, all)| (seq, all.into_iter().filter_map(by).collect()))
            .collect()
    }
}
