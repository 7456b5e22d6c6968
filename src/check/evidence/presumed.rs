//! Who is taken to have written though neither it nor a ledger says so: nobody else can have written a version that was read, gone
//! on from, or found in the end.

use std::collections::{HashMap, HashSet};

use super::cut::is_untold;
use super::model::Evidence;
use super::observed::Observed;
use super::operation::{Operation, UNSAID};

/// What is said of a version that somebody may have written who does not say so.
#[derive(Debug, Default)]
struct SilentVersion {
    /// Those who may have written it and do not say so.
    silent: Vec<u32>,
    /// How many those left who are known to have written it, as far as that is said.
    known: Vec<Option<u64>>,
    /// Before that none of those had begun to write it, ns.
    known_from: Option<u64>,
}

/// A version that there was, and of which nobody knows who of several wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnsignedVersion {
    pub(crate) seq: u64,
    /// How many it took, at least.
    pub(crate) quantity: u32,
    /// How many it left, where all of them would have left as many.
    pub(crate) left: Option<u64>,
    /// Before that none of them had begun to write it, ns.
    pub(crate) from: u64,
}

impl Evidence {
    /// The versions that there were and that only several can have written who got no answer and do not say that they wrote, by
    /// their numbers.
    pub(crate) fn unsigned_versions(&self, presumed: &HashSet<u32>) -> Vec<UnsignedVersion> {
        if self.silent_sales().next().is_some() {
            return Vec::new();
        }
        let mut versions = self.silent_versions();
        for did in self.operations.iter().filter(|did| did.has_written()) {
            versions.remove(&did.write);
        }
        let there = self.last_there();
        versions.retain(|seq, version| {
            version
                .silent
                .retain(|at| self.operation(*at).is_some_and(follows));
            let is_open = !version.silent.iter().any(|at| presumed.contains(at));
            (self.first + 1..=there).contains(seq) && is_open && version.silent.len() > 1
        });
        let mut all: Vec<UnsignedVersion> = versions
            .into_iter()
            .filter_map(|(seq, version)| {
                let dids = || version.silent.iter().filter_map(|at| self.operation(*at));
                let left = dids().next()?.left_behind();
                Some(UnsignedVersion {
                    seq,
                    quantity: dids().map(|did| did.quantity).min()?,
                    left: left.filter(|_| dids().all(|did| did.left_behind() == left)),
                    from: dids().map(Operation::writes_from).min()?,
                })
            })
            .collect();
        all.sort_unstable_by_key(|version| version.seq);
        all
    }

    /// The last version that there was: no version is there without the one before it.
    fn last_there(&self) -> u64 {
        let known = self.operations.iter().filter(|did| did.has_written());
        let gone_on_from = known.map(|did| did.write.wrapping_sub(1));
        let reads = self.operations.iter().map(|did| did.read);
        let last = self.last.iter().map(|last| last.seq);
        let there = reads.chain(gone_on_from).chain(last);
        there.filter(|seq| *seq < UNSAID - 1).max().unwrap_or(0)
    }

    /// Those who got no answer and do not say that they wrote, and who alone can have written a version that there was; or who did
    /// in every way in which all that was read is explained.
    pub(crate) fn presumed_writers(&self) -> HashSet<u32> {
        let mut presumed = self.sole_writers();
        presumed.extend(self.certain_writers());
        presumed
    }

    fn sole_writers(&self) -> HashSet<u32> {
        let mut versions = self.silent_versions();
        // Who was told that it bought and does not say what it wrote may have written any of them.
        if versions.is_empty() || self.silent_sales().next().is_some() {
            return HashSet::new();
        }
        let observed = Observed::of(self);
        let known = || self.operations.iter().filter(|did| did.has_written());
        for did in known() {
            if let Some(version) = versions.get_mut(&did.write) {
                version.known.push(observed.left_behind(did));
                let from = did.writes_from();
                version.known_from = Some(version.known_from.map_or(from, |known| known.min(from)));
            }
        }
        let there = self.last_there();
        versions.retain(|seq, _| (self.first + 1..=there).contains(seq));
        let mut presumed = HashSet::new();
        for (seq, version) in &versions {
            match version.silent[..] {
                [one] if version.known.is_empty() => drop(presumed.insert(one)),
                _ => presumed.extend(self.proven(*seq, version, &observed)),
            }
        }
        // Who read a version before any of those began to write it read another's.
        for (at, did) in (0..).zip(&self.operations) {
            let version = versions.get(&did.read);
            let is_early = |version: &&SilentVersion| {
                version.known_from.is_none_or(|from| did.read_by() < from)
            };
            if let Some(version) = version.filter(is_early) {
                presumed.extend(self.read_from(at, did, version, &observed));
            }
        }
        presumed.retain(|at| self.operation(*at).is_some_and(follows));
        presumed
    }

    /// Those who got no answer and of whom nobody knows whether they wrote, beside those who are presumed to: they are taken for
    /// not having written.
    pub(crate) fn perhaps_writers(&self, presumed: &HashSet<u32>) -> HashSet<u32> {
        let silent = self.silent_versions().into_values();
        let silent = silent.flat_map(|version| version.silent);
        let perhaps = silent.filter(|at| !presumed.contains(at));
        perhaps
            .filter(|at| self.operation(*at).is_some_and(follows))
            .collect()
    }

    fn silent_versions(&self) -> HashMap<u64, SilentVersion> {
        let mut versions: HashMap<u64, SilentVersion> = HashMap::new();
        let pending = (0..).zip(&self.operations);
        let pending = pending.filter(|(_, did)| did.is_pending() && did.wrote == UNSAID);
        let cut_behind = self.cut_behind();
        for (at, did) in pending.filter(|(_, did)| is_untold(did, cut_behind)) {
            versions.entry(did.write).or_default().silent.push(at);
        }
        versions
    }

    /// Who alone may have written what an operation read, of those who do not say that they wrote.
    fn read_from(
        &self,
        at: u32,
        did: &Operation,
        version: &SilentVersion,
        observed: &Observed,
    ) -> Option<u32> {
        let saw = did.left_at_read();
        let mut fitting = version.silent.iter().copied().filter(|other| {
            let other_did = self.operation(*other).filter(|_| *other != at);
            other_did.is_some_and(|other| {
                let left = observed.left_behind(other);
                let fits = saw == UNSAID || left.is_none_or(|left| left == saw);
                fits && other.writes_from() <= did.read_by()
            })
        });
        let one = fitting.next()?;
        fitting.next().is_none().then_some(one)
    }

    /// Of several who may have written a version those without whom nobody left what was seen of it.
    fn proven(&self, seq: u64, version: &SilentVersion, observed: &Observed) -> Vec<u32> {
        let left = |at: u32| observed.left_behind(self.operation(at)?);
        let is_told = |seen: u64| {
            let mut known = version.known.iter();
            known.any(|left| left.is_none_or(|left| left == seen))
        };
        let unexplained = observed.at(seq).filter(|seen| !is_told(*seen));
        let proven = unexplained.filter_map(|seen| {
            let all = version.silent.iter().copied();
            let mut fitting = all.filter(|at| left(*at).is_none_or(|left| left == seen));
            let one = fitting.next()?;
            (fitting.next().is_none() && left(one).is_some()).then_some(one)
        });
        proven.collect()
    }
}

/// Whether the version that it was to write follows the one that it read.
fn follows(did: &Operation) -> bool {
    did.read == UNSAID || did.read.wrapping_add(1) == did.write
}
