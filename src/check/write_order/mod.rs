//! The order in which sales were written, as far as the evidence proves it.
//!
//! A write was done at some time from `intend` to `wrote`. So of two writes that overlap in time nobody knows which came
//! first, unless the ledger says so, or the versions do: who read a version wrote after the one sale that made it; or what
//! was read in between. Late
//! stamps widen the intervals: they can hide an order, never invent one.

use std::collections::HashSet;

use super::evidence::{Evidence, NONE, Operation, UNSAID, is_untold};

mod beyond_stock;
mod done;
mod done_writes;
mod landing;
mod own_lines;
mod put_back;
mod sorting;
mod times;

use done::done;
use done_writes::{DoneWrite, DoneWrites};
use landing::Landings;
use own_lines::{contradict_times, lines};
use times::{is_over, start};

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
    /// Whose count is the final one, where that and no ledger tells who wrote last.
    last: Option<u32>,
    /// Whose count is the final one, where another is known to have written after it: then that write is gone.
    undone: Option<u32>,
    /// From which version on somebody may have written it who does not say so.
    silent_from: u64,
    /// The versions that somebody may have written who got no answer, and does not say so.
    perhaps: HashSet<u64>,
    /// Of those that are known to be done.
    done_writes: DoneWrites,
    /// What reads in between tell.
    landings: Landings,
}

impl<'a> WriteOrder<'a> {
    pub(crate) fn of(evidence: &'a Evidence) -> Self {
        let all = (0..).zip(&evidence.operations);
        let said = all.filter(|(_, did)| did.write != UNSAID);
        let mut writers: Vec<(u64, u32)> = said.map(|(at, did)| (did.write, at)).collect();
        writers.sort_unstable();
        let lines = lines(evidence, &writers);
        let (presumed, cut_behind) = (evidence.presumed_writers(), evidence.cut_behind());
        let is_untold = |did: &Operation| is_untold(did, cut_behind);
        let has_written = |at: u32| evidence.operation(at).is_some_and(Operation::has_written);
        let wrote = |at: u32| match &evidence.ledger {
            Some(_) if lines.get(at as usize).is_some_and(|line| *line != NONE) => true,
            Some(_) if !evidence.operation(at).is_some_and(is_untold) => false,
            _ => has_written(at) || presumed.contains(&at),
        };
        writers.retain(|(_, at)| wrote(*at));
        let is_contradicted = contradict_times(evidence, &lines);
        let lines = if is_contradicted {
            vec![NONE; lines.len()]
        } else {
            lines
        };
        let perhaps = evidence.perhaps_writers(&presumed).into_iter();
        let perhaps = perhaps.filter_map(|at| Some(evidence.operation(at)?.write));
        let perhaps: HashSet<u64> = perhaps.collect();
        let mut done = done(evidence, &writers, &lines, &perhaps);
        let landings = if is_contradicted {
            Landings::default()
        } else {
            Landings::of(evidence, &writers, &lines, &done, &presumed)
        };
        for (_, at) in &writers {
            let until = landings.window(*at).map(|window| window.1);
            if let Some((done, until)) = done.get_mut(*at as usize).zip(until) {
                *done = until.min(*done);
            }
        }
        let mut order = Self {
            evidence,
            writers,
            lines,
            done,
            last: None,
            undone: None,
            silent_from: evidence.silent_from(),
            perhaps,
            done_writes: DoneWrites::default(),
            landings,
        };
        order.undone = order.undone_by_count();
        order.last = order.last_by_count();
        order.done_writes = order.all_done();
        order
    }

    /// Whose the final count is, unless somebody went on from that.
    fn last_by_count(&self) -> Option<u32> {
        if self.evidence.ledger.is_some() || self.undone.is_some() {
            return None;
        }
        let last = self.evidence.final_writer()?;
        let seq = self.evidence.operation(last)?.write;
        let is_gone_on_from = self.alone(seq) == Some(last) && self.is_written(seq.wrapping_add(1));
        (!is_gone_on_from).then_some(last)
    }

    /// Whose the final count is, where the times say that another wrote after it.
    fn undone_by_count(&self) -> Option<u32> {
        let last = self.evidence.final_writer()?;
        let own = self.evidence.operation(last)?;
        let mut others = self.writers.iter().filter(|(_, at)| *at != last);
        let is_after = |at: u32| {
            let other = self.evidence.operation(at);
            self.landings.is_before(last, at) || other.is_some_and(|other| is_over(own, other))
        };
        others.any(|(_, at)| is_after(*at)).then_some(last)
    }

    /// Whether the final count is what it wrote, though another is known to have written after it.
    pub(crate) fn is_undone_by(&self, at: u32) -> bool {
        self.undone == Some(at)
    }

    /// Whether the lines of the ledger tell an order.
    pub(crate) fn goes_by_ledger(&self) -> bool {
        self.lines.iter().any(|line| *line != NONE) || self.writers.is_empty()
    }

    fn all_done(&self) -> DoneWrites {
        let writes = self.writers.iter().filter_map(|(_, at)| {
            Some(DoneWrite {
                done: self.done(*at),
                began: self.began(*at)?,
                line: self.line(*at),
            })
        });
        DoneWrites::of(writes.filter(|write| write.done != UNSAID).collect())
    }

    /// Whether another is known to have been written over what this one wrote, by that time.
    pub(crate) fn is_gone(&self, at: u32, by: u64) -> bool {
        self.done_writes.by(by).is_some_and(|later| {
            let line = self.line(at);
            self.done(at) < later.began || line.is_some() && line < later.line
        })
    }

    /// Those who wrote.
    pub(crate) fn wrote(&self) -> impl Iterator<Item = u32> {
        self.writers.iter().map(|writer| writer.1)
    }

    /// Whether an operation is one of those.
    fn has_written(&self, at: u32, did: &Operation) -> bool {
        self.writers.binary_search(&(did.write, at)).is_ok()
    }

    /// When a write is known not to be done yet, ns.
    fn began(&self, at: u32) -> Option<u64> {
        let window = self.landings.window(at);
        let start = || self.evidence.operation(at).map(start);
        window.map(|window| window.0).or_else(start)
    }

    /// Whether of sales that wrote one version no order explains what was read, and the final count.
    pub(crate) fn is_denied(&self) -> bool {
        self.landings.is_denied()
    }

    /// Whether the final count may be what an operation wrote.
    pub(crate) fn may_be_last(&self, at: u32) -> bool {
        self.landings.may_be_last(at)
    }

    /// Whether an operation may have read what another wrote, or for `None` the count before the run.
    pub(crate) fn may_have_read(&self, at: u32, writer: Option<u32>) -> bool {
        self.landings.may_have_read(at, writer)
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
        if self.landings.is_before(one, other) {
            return true;
        }
        let dids = (self.evidence.operation(one), self.evidence.operation(other));
        let (Some(did), Some(later)) = dids else {
            return false;
        };
        match self.last {
            Some(last) if last == one => return is_over(did, later),
            Some(last) if last == other => return !is_over(later, did),
            _ => {}
        }
        let read_it =
            later.write != UNSAID && did.write < later.write && self.alone(did.write) == Some(one);
        read_it && later.read.wrapping_add(1) == later.write || is_over(did, later)
    }

    /// The operation that wrote a version, where no other wrote it too.
    fn alone(&self, version: u64) -> Option<u32> {
        if version >= self.silent_from || self.perhaps.contains(&version) {
            return None;
        }
        let mut of_version = self.of_version(version);
        let one = of_version.next()?;
        of_version.next().is_none().then_some(one)
    }

    /// How many wrote a version.
    pub(crate) fn writers_of(&self, version: u64) -> usize {
        self.of_version(version).count()
    }

    fn is_written(&self, version: u64) -> bool {
        self.of_version(version).next().is_some()
    }

    fn of_version(&self, version: u64) -> impl Iterator<Item = u32> {
        let from = self.writers.partition_point(|writer| writer.0 < version);
        let of_version = self.writers.iter().skip(from);
        let of_version = of_version.take_while(move |writer| writer.0 == version);
        of_version.map(|writer| writer.1)
    }
}
