//! The order in which sales were written, as far as the evidence proves it.
//!
//! A write was done at some time from `intend` to `wrote`. So of two writes that overlap in time nobody knows which came
//! first, unless the ledger says so, or the versions do: who read a version wrote after the one sale that made it. Late
//! stamps widen the intervals: they can hide an order, never invent one.

use std::cmp::Ordering;

use super::evidence::{Evidence, NONE, Operation, UNSAID};

mod beyond_stock;

/// So many sales are compared each with each.
const COMPARED: usize = 256;

/// Who wrote before whom.
pub(crate) struct WriteOrder<'a> {
    evidence: &'a Evidence,
    /// Those that wrote: the version and the operation, by version.
    writers: Vec<(u64, u32)>,
    /// By operation: its line of the ledger, or [`NONE`].
    lines: Vec<u32>,
    /// By operation: when its write is known to be done, ns, or [`UNSAID`].
    done: Vec<u64>,
}

impl<'a> WriteOrder<'a> {
    pub(crate) fn of(evidence: &'a Evidence) -> Self {
        let all = (0..).zip(&evidence.operations);
        let said = all.filter(|(_, did)| did.write != UNSAID);
        let mut writers: Vec<(u64, u32)> = said.map(|(at, did)| (did.write, at)).collect();
        writers.sort_unstable();
        let lines = lines(evidence, &writers);
        let wrote = |at: u32| match &evidence.ledger {
            Some(_) => lines.get(at as usize).is_some_and(|line| *line != NONE),
            None => evidence.operation(at).is_some_and(Operation::has_written),
        };
        writers.retain(|(_, at)| wrote(*at));
        let done = evidence.operations.iter().map(end).collect();
        let mut order = Self {
            evidence,
            writers,
            lines,
            done,
        };
        order.done_before_it_was_read();
        order.done_before_the_next_line();
        order
    }

    /// When a write is known to be done, ns; [`UNSAID`] where nothing tells.
    pub(crate) fn done(&self, at: u32) -> u64 {
        self.done.get(at as usize).copied().unwrap_or(UNSAID)
    }

    /// The line of the ledger that it wrote.
    fn line(&self, at: u32) -> Option<u32> {
        let line = self.lines.get(at as usize).copied();
        line.filter(|line| *line != NONE)
    }

    /// Whether one is known to have written before the other.
    pub(crate) fn is_before(&self, one: u32, other: u32) -> bool {
        if let (Some(one), Some(other)) = (self.line(one), self.line(other)) {
            return one < other;
        }
        let dids = (self.evidence.operation(one), self.evidence.operation(other));
        let (Some(did), Some(later)) = dids else {
            return false;
        };
        let read_it =
            later.write != UNSAID && did.write < later.write && self.alone(did.write) == Some(one);
        read_it && later.read.wrapping_add(1) == later.write || is_over(did, later)
    }

    /// Puts operations in the order in which their writes are known to be done.
    pub(crate) fn sort(&self, all: &mut [u32]) {
        all.sort_by_cached_key(|at| {
            let did = self.evidence.operation(*at);
            let (write, start) = did.map_or((UNSAID, UNSAID), |did| (did.write, start(did)));
            let line = self.line(*at).unwrap_or(NONE);
            (line, self.done(*at), write, start, *at)
        });
    }

    /// Of operations in the order of [`Self::sort`], whether it is known of each other whether that wrote before or after.
    pub(crate) fn settled(&self, all: &[u32]) -> Vec<bool> {
        let places = || all.iter().enumerate();
        if all.len() <= COMPARED {
            let is_settled = |(at, one): (usize, &u32)| {
                places().all(|(other_at, other)| match at.cmp(&other_at) {
                    Ordering::Less => self.is_before(*one, *other),
                    Ordering::Equal => true,
                    Ordering::Greater => self.is_before(*other, *one),
                })
            };
            return places().map(is_settled).collect();
        }
        // Of many: by when each is known to have begun, and to be done.
        let began = |at: &u32| self.evidence.operation(*at).map_or(0, start);
        let mut settled = vec![true; all.len()];
        let (mut done, mut next) = (0, UNSAID);
        for (at, settled) in all.iter().zip(&mut settled) {
            *settled &= done <= began(at);
            done = done.max(self.done(*at));
        }
        for (at, settled) in all.iter().zip(&mut settled).rev() {
            *settled &= self.done(*at) <= next;
            next = next.min(began(at));
        }
        settled
    }

    /// Of several operations those after which none of the others is known to have written.
    pub(crate) fn perhaps_last(&self, all: &[u32]) -> Vec<u32> {
        let mut last = all.to_vec();
        if all.len() <= COMPARED {
            last.retain(|at| !all.iter().any(|other| self.is_before(*at, *other)));
            return last;
        }
        // Of many: by when each is known to be done, and the last to have begun.
        let began = all
            .iter()
            .filter_map(|at| Some((start(self.evidence.operation(*at)?), *at)));
        let latest = began.max().unwrap_or_default();
        last.retain(|at| *at == latest.1 || self.done(*at) > latest.0);
        last
    }

    /// The operation that wrote a version, where no other wrote it too.
    fn alone(&self, version: u64) -> Option<u32> {
        let from = self.writers.partition_point(|writer| writer.0 < version);
        let of_version = self.writers.iter().skip(from);
        let mut of_version = of_version.take_while(|writer| writer.0 == version);
        let one = of_version.next()?;
        of_version.next().is_none().then_some(one.1)
    }

    /// A version that one alone wrote was written before anybody had read it, and before the next one was.
    fn done_before_it_was_read(&mut self) {
        let reads = self.evidence.operations.iter();
        let reads = reads.filter(|did| ![did.read, did.read_at].contains(&UNSAID));
        let mut reads: Vec<(u64, u64)> = reads.map(|did| (did.read, did.read_at)).collect();
        reads.sort_unstable();
        reads.dedup_by_key(|read| read.0);
        // The version behind, and when one of those who wrote it is known to be done.
        let mut next = (UNSAID, UNSAID);
        for group in self.writers.chunk_by(|one, other| one.0 == other.0).rev() {
            let version = group.first().map_or(UNSAID, |writer| writer.0);
            if let [(_, writer)] = group {
                let read = reads.binary_search_by_key(&version, |read| read.0).ok();
                let read = read.and_then(|at| reads.get(at));
                let read = read.map_or(UNSAID, |read| read.1.saturating_sub(1));
                let behind = if next.0 == version.wrapping_add(1) {
                    next.1
                } else {
                    UNSAID
                };
                bound(self.evidence, &mut self.done, *writer, read.min(behind));
            }
            let done = group
                .iter()
                .filter_map(|(_, at)| self.done.get(*at as usize));
            next = (version, done.copied().min().unwrap_or(UNSAID));
        }
    }

    /// A line of the ledger was written before the next one was.
    fn done_before_the_next_line(&mut self) {
        let mut on_ledger: Vec<(u32, u32)> = (0..)
            .zip(&self.lines)
            .filter(|(_, line)| **line != NONE)
            .map(|(at, line)| (*line, at))
            .collect();
        on_ledger.sort_unstable();
        let mut next = UNSAID;
        for (_, at) in on_ledger.into_iter().rev() {
            next = bound(self.evidence, &mut self.done, at, next);
        }
    }
}

/// That a write was done by then, unless it had not begun; gives when it was done.
fn bound(evidence: &Evidence, done: &mut [u64], at: u32, by: u64) -> u64 {
    let (Some(did), Some(done)) = (evidence.operation(at), done.get_mut(at as usize)) else {
        return by;
    };
    *done = (*done).min(by).max(start(did));
    *done
}

/// By operation: the line of the ledger that it wrote, or [`NONE`].
fn lines(evidence: &Evidence, writers: &[(u64, u32)]) -> Vec<u32> {
    let mut lines = vec![NONE; evidence.operations.len()];
    for (line, written) in (0..).zip(evidence.ledger.iter().flatten()) {
        let from = writers.partition_point(|writer| writer.0 < written.seq);
        let of_version = writers.iter().skip(from);
        let mut of_version = of_version.take_while(|writer| writer.0 == written.seq);
        let writer = of_version.find(|(_, at)| {
            let free = lines.get(*at as usize) == Some(&NONE);
            free && evidence
                .operation(*at)
                .is_some_and(|did| written.is_of(did))
        });
        if let Some(own) = writer.and_then(|(_, at)| lines.get_mut(*at as usize)) {
            *own = line;
        }
    }
    lines
}

/// Whether the one write was over when the other began.
fn is_over(one: &Operation, other: &Operation) -> bool {
    end(one) != UNSAID && end(one) <= start(other) && end(other) > start(one)
}

/// When it wrote: not before that, ns.
fn start(did: &Operation) -> u64 {
    let times = [did.intend, did.read_at];
    let said = times.into_iter().find(|at| *at != UNSAID);
    said.unwrap_or(did.invoke)
}

/// When it wrote: not after that, ns, or [`UNSAID`].
fn end(did: &Operation) -> u64 {
    match did.wrote {
        UNSAID => did.over(),
        wrote => wrote,
    }
}
