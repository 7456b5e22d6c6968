//! When each read and each write took effect: at some time of its span, in an order in which each read saw what had been
//! written by then. Where no such order is possible, which is then a finding, a read or a write took effect when it was done.

use super::model::{Spot, Time, Timeline};
use super::operation::{Doing, Sight, Span};

/// When the versions were written.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// By version.
    writes: Vec<u64>,
    /// By version: when the sale was on the ledger, where that was before the count said so.
    lines: Vec<u64>,
}

impl Effects {
    pub(super) fn of(timeline: &Timeline) -> Self {
        let mut read_until = vec![u64::MAX; timeline.versions.len()];
        let operations = timeline.lanes.iter();
        for operation in operations.flat_map(|lane| &lane.operations) {
            let (Some(Sight::Version(read)), Some(span)) =
                (&operation.read, operation.span(Doing::reads))
            else {
                continue;
            };
            if let Some(until) = read_until.get_mut(*read) {
                *until = span.bounds().1.min(*until);
            }
        }
        let mut writes = vec![0; timeline.versions.len()];
        let mut lines = writes.clone();
        let mut latest = u64::MAX;
        for at in (0..timeline.versions.len()).rev() {
            let by = timeline.versions.get(at).and_then(|one| one.writer);
            let span = by.and_then(|writer| written(timeline, writer));
            let (from, to) = span.unwrap_or((0, u64::MAX));
            let until = read_until.get(at).copied().unwrap_or(u64::MAX);
            let possible = to.min(latest).min(until);
            // What was there at first, or was written nobody knows when, was there before what is known.
            let effect = if possible < from { to } else { possible };
            latest = latest.min(effect);
            if let (Some(write), Some(line)) = (writes.get_mut(at), lines.get_mut(at)) {
                *write = effect;
                *line = by
                    .and_then(|writer| cut(timeline, writer))
                    .map_or(effect, |cut| cut.min(effect));
            }
        }
        Self { writes, lines }
    }

    /// When a version was written.
    pub(super) fn write(&self, version: usize) -> Option<u64> {
        self.writes.get(version).copied()
    }

    /// When its sale was on the ledger.
    pub(super) fn line(&self, version: usize) -> Option<u64> {
        self.lines.get(version).copied()
    }

    /// When a version was read, in a span that ended `to`.
    pub(super) fn read(&self, version: Option<usize>, (from, to): (u64, u64)) -> u64 {
        let next = version.and_then(|version| self.write(version.checked_add(1)?));
        let written = version.and_then(|version| self.write(version));
        let next = next.filter(|next| *next >= from && written.is_none_or(|at| at <= *next));
        next.map_or(to, |next| next.min(to))
    }
}

/// From when to when an operation wrote its version.
fn written(timeline: &Timeline, writer: Spot) -> Option<(u64, u64)> {
    let operation = timeline.operation(writer)?;
    let span = operation.span(Doing::writes);
    span.map(Span::bounds).or_else(|| operation.bounds())
}

/// In a schedule a sale that is written in place is on the ledger when the count is cut.
fn cut(timeline: &Timeline, writer: Spot) -> Option<u64> {
    let operation = timeline
        .operation(writer)
        .filter(|_| timeline.time == Time::Steps)?;
    operation.cut_at()
}
