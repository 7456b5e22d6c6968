//! What became of the sales that wrote one version, where others may have written who do not say so: what is so in every
//! possibility.

use std::collections::{HashMap, HashSet};

use super::forks::Forks;
use crate::check::evidence::Evidence;
use crate::check::fork_words::ForkOutcome;
use crate::check::listing::{choice, names};
use crate::plural::was;

/// So many who may have written are named.
const NAMED: usize = 5;

/// The versions of a run in each possibility.
pub(super) struct PossibleForks<'a> {
    evidence: &'a Evidence,
    all: Vec<Forks<'a>>,
    /// Whether there are more possibilities than these: then nothing is known to be the same in each.
    is_untried: bool,
}

impl<'a> PossibleForks<'a> {
    /// `possible`: the evidence in each possibility; where there is none, it is taken as it is.
    pub(super) fn of(evidence: &'a Evidence, possible: &'a [Evidence]) -> Self {
        let mut all: Vec<Forks<'a>> = possible.iter().map(Forks::of).collect();
        if all.is_empty() {
            all.push(Forks::of(evidence));
        }
        let is_untried = evidence.possibilities.as_ref().is_some_and(Vec::is_empty);
        Self {
            evidence,
            all,
            is_untried,
        }
    }

    /// Those who wrote in each possibility.
    pub(super) fn wrote(&self) -> HashSet<u32> {
        let mut all = self.all.iter().map(|forks| forks.order.wrote().collect());
        let first: HashSet<u32> = all.next().unwrap_or_default();
        all.fold(first, |mut wrote, other: HashSet<u32>| {
            wrote.retain(|at| other.contains(at));
            wrote
        })
    }

    /// Puts operations in the order of their writes; those by which the count is known to go come last.
    pub(super) fn sort(&self, writers: &mut [u32]) {
        if let Some(forks) = self.all.first() {
            forks.order.sort(writers);
        }
        // Stable: the others stay in their order.
        writers.sort_by_key(|at| self.all.iter().all(|forks| forks.stands(*at)));
    }

    pub(super) fn name(&self, at: u32) -> String {
        let did = self.evidence.operation(at);
        let name = did.map(|did| self.evidence.names.name(did.buyer));
        name.unwrap_or_default().to_owned()
    }

    /// What is the same in each possibility.
    fn agreed<T: PartialEq>(&self, tell: impl Fn(&Forks<'a>) -> T) -> Option<T> {
        let mut all = self.all.iter().map(tell);
        let first = all.next()?;
        (!self.is_untried && all.all(|one| one == first)).then_some(first)
    }

    /// Sales with who wrote the version that each had read, where both are known.
    pub(super) fn whose(&self, sales: &[u32]) -> Vec<(String, String)> {
        self.agreed(|forks| forks.whose(sales)).unwrap_or_default()
    }

    /// Those who had gone on from overwritten sales, by the version of which those were several.
    pub(super) fn gone_on(&self, forked: impl Fn(u64) -> bool) -> HashMap<u64, Vec<u32>> {
        let tried = self.all.iter().filter(|_| !self.is_untried);
        let mut all = tried.map(|forks| forks.gone_on(&forked));
        let first = all.next().unwrap_or_default();
        all.fold(first, |mut gone, other| {
            gone.retain(|version, all| other.get(version) == Some(all));
            gone
        })
    }

    /// What became of the sales that wrote one version; `None` where that is not known, or not the same in each possibility.
    pub(super) fn outcome(&self, writers: &[u32]) -> Option<ForkOutcome> {
        let same = self.agreed(|forks| forks.outcome(writers)).flatten()?;
        let stands = |at: &u32| self.all.iter().all(|forks| forks.stands(*at));
        let is_known = same.kept.is_none() || writers.iter().any(stands);
        (is_known || !self.may_be_later(writers)).then_some(same)
    }

    /// The same in words, where it is not known.
    pub(super) fn undecided(&self, writers: &[u32]) -> String {
        let told = |forks: &Forks<'a>| match forks.outcome(writers) {
            Some(_) => None,
            None => Some(forks.undecided(writers)),
        };
        let same = self.agreed(told).flatten();
        let same = same.filter(|_| !self.may_be_later(writers));
        same.unwrap_or_else(|| self.doubted(writers))
    }

    /// Who of two overwrote the other, or how it ended otherwise, in words.
    pub(super) fn of_two(&self, pair: [u32; 2]) -> String {
        if self.is_doubted(pair) {
            return self.doubted(&pair);
        }
        let same = self.agreed(|forks| forks.of_two(pair));
        same.unwrap_or_default()
    }

    /// Whether it depends on who else wrote what became of two sales.
    pub(super) fn is_doubted(&self, pair: [u32; 2]) -> bool {
        let same = self.agreed(|forks| (forks.of_two(pair), forks.is_undecided(pair)));
        same.is_none_or(|(_, is_undecided)| is_undecided && self.may_be_later(&pair))
    }

    /// Whether of those who may have written or not one may have written the version of these behind all of them.
    fn may_be_later(&self, writers: &[u32]) -> bool {
        let version = |at: u32| self.evidence.operation(at).map(|did| did.write);
        let own = writers.first().and_then(|at| version(*at));
        let unsure = self.evidence.unsure_writers();
        let mut beside = unsure.iter().filter(|at| version(**at) == own);
        beside.any(|at| {
            let with: Vec<u32> = writers.iter().chain([at]).copied().collect();
            let mut all = self.all.iter();
            !writers.contains(at) && all.any(|forks| forks.may_be_last(*at, &with))
        })
    }

    /// Whether a sale is overwritten; `None` where that is not the same in each possibility.
    pub(super) fn is_lost(&self, at: u32) -> Option<bool> {
        self.agreed(|forks| forks.is_lost(at))
    }

    /// Whether each possibility has this one for the overwriter of a sale, or none.
    pub(super) fn is_overwritten_by(&self, at: u32, by: Option<u32>) -> bool {
        !self.is_untried && self.all.iter().all(|forks| forks.overwriter(at) == by)
    }

    /// What is so of these sales whoever wrote.
    fn doubted(&self, writers: &[u32]) -> String {
        let last = self.agreed(|forks| forks.order.perhaps_last(writers));
        let last = match last.as_deref() {
            Some([one]) => format!("{} wrote last; ", self.name(*one)),
            _ => String::new(),
        };
        let gone = writers.iter().filter(|at| {
            let mut all = self.all.iter();
            !self.is_untried && all.all(|forks| forks.is_lost(**at))
        });
        let gone: Vec<String> = gone.map(|at| self.name(*at)).collect();
        // Only by whom the others were overwritten is not the same then.
        let mut kept = writers.iter().filter(|at| {
            let mut all = self.all.iter();
            all.all(|forks| forks.stands(**at))
        });
        if let (Some(kept), true) = (kept.next(), gone.len() + 1 == writers.len()) {
            return format!(
                "{last}{} {} overwritten, and the count goes by {}",
                names(&gone),
                was(gone.len() as u64),
                self.name(*kept)
            );
        }
        let overwritten = match gone.len() {
            0 => String::new(),
            many => format!("{} {} overwritten; ", names(&gone), was(many as u64)),
        };
        let perhaps: Vec<String> = (self.evidence.unsure_writers().iter())
            .map(|at| self.name(*at))
            .collect();
        format!(
            "{last}{overwritten}whose sale the count goes by is not known: {} may have written too",
            match perhaps.len() {
                ..=NAMED => choice(&perhaps),
                many => format!("one of {many} others"),
            }
        )
    }
}
