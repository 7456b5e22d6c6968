//! The versions of a recorded run: who wrote each, and which it grew from.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

mod last_written;
mod numbered;
mod written;

use last_written::{candidates, exact};
use numbered::NumberedVersions;
use written::{by_time, on_ledger};

use super::evidence::{Evidence, UNSAID};
use super::write_order::WriteOrder;
use crate::overwriting::Overwriting;

/// The versions, and what each operation has to do with them: by its index.
pub(crate) struct VersionTree {
    /// In the order in which they were written, as far as that is known.
    pub(crate) all: Vec<TreeVersion>,
    pub(crate) read: Vec<Option<usize>>,
    pub(crate) wrote: Vec<Option<usize>>,
    /// By operation: the versions one of which it read, where they are several.
    possible: HashMap<u32, Arc<[usize]>>,
}

/// A version of the count.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TreeVersion {
    pub(crate) seq: u64,
    pub(crate) left: Option<u64>,
    /// Who wrote it: an operation.
    pub(crate) by: Option<u32>,
    /// The one that it grew from.
    pub(crate) parent: Option<usize>,
    /// Whether it is the final count, or may be.
    pub(crate) survived: bool,
    /// Whether another may be it too.
    pub(crate) doubtful: bool,
    /// Whether it is not known of each other whether that was written before it or after.
    pub(crate) unordered: bool,
}

impl VersionTree {
    pub(crate) fn of(evidence: &Evidence, order: &WriteOrder<'_>) -> Self {
        let written = if evidence.ledger.is_some() && order.goes_by_ledger() {
            on_ledger(evidence, order)
        } else {
            by_time(evidence, order)
        };
        let mut versions = Self {
            all: vec![TreeVersion {
                seq: evidence.first,
                left: Some(evidence.stock),
                ..TreeVersion::default()
            }],
            read: vec![None; evidence.operations.len()],
            wrote: vec![None; evidence.operations.len()],
            possible: HashMap::new(),
        };
        let mut numbered = NumberedVersions::of(evidence, &written);
        for line in &written {
            let did = line.by.and_then(|by| evidence.operation(by));
            let parent = match (line.by, did) {
                (Some(by), Some(did)) => numbered.seen(by, did),
                _ => numbered.last(line.seq.wrapping_sub(1)),
            };
            let at = versions.all.len();
            versions.all.push(TreeVersion {
                seq: line.seq,
                left: line.left,
                by: line.by,
                parent,
                unordered: line.unordered,
                ..TreeVersion::default()
            });
            numbered.add(line.seq, at);
            if let Some(wrote) = line.by.and_then(|by| versions.wrote.get_mut(by as usize)) {
                *wrote = Some(at);
            }
        }
        for (index, did) in (0..).zip(&evidence.operations) {
            let (read, possible) = numbered.read(order, (index, did));
            versions.reads(index, read, possible);
            if did.read != UNSAID
                && let Some(slot) = versions.read.get_mut(index as usize)
            {
                *slot = read;
            }
        }
        let latest = match evidence.last {
            Some(last) => numbered.last(last.seq),
            // Who does not say what it wrote may have written after all that is known.
            None if evidence.silent_sales().next().is_some() => None,
            None => Some(versions.all.len() - 1),
        };
        let writer = evidence.final_writer();
        let writer = writer.and_then(|by| versions.wrote.get(by as usize).copied().flatten());
        match (exact(evidence, &written).or(writer), latest) {
            (Some(last), _) => versions.survives(&[last]),
            (None, Some(latest)) => {
                let mut last = candidates(evidence, latest, &written, order);
                versions.drop_gone_on_from(&mut last);
                versions.survives(&last);
                versions.doubt(evidence);
            }
            (None, None) => {}
        }
        if writer.is_some_and(|writer| versions.is_undone(writer, order))
            && let Some(last) = versions.all.last_mut()
        {
            last.unordered = true;
        }
        versions
    }

    /// Whether the final count is this version, though another is known to be written after it.
    fn is_undone(&self, version: usize, order: &WriteOrder<'_>) -> bool {
        let by = self.all.get(version).and_then(|version| version.by);
        by.is_some_and(|by| order.is_undone_by(by))
    }

    /// That an operation read a version, or one of several. What it wrote grew from that; it may stand before it here, where
    /// nothing else tells their order.
    fn reads(&mut self, index: u32, read: Option<usize>, mut possible: Arc<[usize]>) {
        let wrote = self.wrote.get(index as usize).copied().flatten();
        let version = wrote.and_then(|wrote| self.all.get_mut(wrote));
        if let (Some(wrote), Some(version), Some(read)) = (wrote, version, read) {
            let before = possible.iter().rev().copied().chain([read]);
            let before = before.filter(|before| *before < wrote).max();
            if before.is_some() {
                version.parent = before;
            } else if possible.is_empty() {
                possible = version.parent.into_iter().chain([read]).collect();
            }
        }
        if !possible.is_empty() {
            self.possible.insert(index, possible);
        }
    }

    /// Drops those from which another is known to have grown: that was written later.
    fn drop_gone_on_from(&self, last: &mut Vec<usize>) {
        let known =
            |version: &&TreeVersion| version.by.is_some_and(|by| self.possible(by).is_empty());
        let gone_on = self.all.iter().filter(known);
        let gone_on: HashSet<usize> = gone_on.filter_map(|version| version.parent).collect();
        if last.iter().any(|at| !gone_on.contains(at)) {
            last.retain(|at| !gone_on.contains(at));
        }
    }

    /// What became of each version.
    pub(crate) fn fates(&self) -> Overwriting {
        let parents: Vec<_> = self.all.iter().map(|version| version.parent).collect();
        let version = |at: usize| self.all.get(at);
        Overwriting::of(
            &parents,
            |at| {
                let by = version(at).and_then(|one| one.by);
                by.map_or(&[], |by| self.possible(by))
            },
            |at| version(at).is_some_and(|one| one.survived),
        )
    }

    /// The same, to be kept.
    pub(crate) fn shared_possible(&self, operation: u32) -> Arc<[usize]> {
        self.possible.get(&operation).cloned().unwrap_or_default()
    }

    /// The versions one of which an operation read, where they are several.
    pub(crate) fn possible(&self, operation: u32) -> &[usize] {
        self.possible
            .get(&operation)
            .map_or(&[][..], |all| &all[..])
    }

    /// Somebody who does not say that it wrote may have written what stands in the end.
    fn doubt(&mut self, evidence: &Evidence) {
        let perhaps = evidence.perhaps_writers(&evidence.presumed_writers());
        let mut perhaps = perhaps.iter().filter_map(|at| evidence.operation(*at));
        let is_doubtful = perhaps.any(|did| {
            evidence.last.is_none_or(|last| {
                let fits = did.left_behind().is_none_or(|left| left == last.left);
                did.write == last.seq && fits
            })
        });
        // Nor does what left another count than the final one.
        let is_another = |left: u64| evidence.last.is_some_and(|last| last.left != left);
        for version in self.all.iter_mut().filter(|version| version.survived) {
            version.doubtful |= is_doubtful || version.left.is_some_and(is_another);
        }
    }

    /// These stand in the end, or one of them does.
    fn survives(&mut self, last: &[usize]) {
        for at in last {
            if let Some(version) = self.all.get_mut(*at) {
                version.survived = true;
                version.doubtful = last.len() > 1;
            }
        }
    }
}
