//! The sales of a run in the order in which they were written down, and the versions of the count.

use super::super::effects::Effects;
use super::super::model::{Spot, Time, Timeline};
use super::super::names;
use super::super::operation::{Doing, DrawnOperation, Sight};
use super::super::scene::Scene;
use super::state::ShownLine;

/// Columns at most for a name.
pub(super) const NAME: usize = names::PAGE;

/// What is written, with its time.
#[derive(Debug, Clone, Copy)]
struct Written {
    at: u64,
    /// A version; `None`: a sale of which the count never told.
    version: Option<usize>,
    by: Option<Spot>,
}

/// All that was written.
#[derive(Debug)]
pub(super) struct Sales {
    /// By time.
    lines: Vec<Written>,
    /// By time.
    versions: Vec<(u64, usize)>,
    /// By version: when its sale was written down.
    times: Vec<Option<u64>>,
    /// By time, and of one time by version: how many tickets were sold by then.
    sold: Vec<((u64, usize), u64)>,
}

impl Sales {
    pub(super) fn of(scene: &Scene<'_>, effects: &Effects) -> Self {
        let timeline = scene.timeline;
        let all = timeline.versions.iter().enumerate();
        // What stood there before the run is no sale of it.
        let written = || {
            all.clone()
                .filter(|(at, one)| *at > 0 || one.writer.is_some())
        };
        let mut versions: Vec<(u64, usize)> = written()
            .filter_map(|(at, _)| Some((effects.write(at)?, at)))
            .collect();
        versions.sort_unstable();
        let line = |(at, one): (usize, &super::super::model::DrawnVersion)| {
            Some(Written {
                at: effects.line(at)?,
                version: Some(at),
                by: one.writer,
            })
        };
        let mut lines: Vec<Written> = written().filter_map(line).collect();
        if timeline.time == Time::Steps {
            // Who cut the count, and was killed before it filled it, has sold.
            for place in scene.choice.places() {
                let operation = timeline.operation(place);
                let cut = operation.filter(|one| one.wrote.is_none());
                let cut = cut.and_then(DrawnOperation::cut_at);
                lines.extend(cut.map(|at| Written {
                    at,
                    version: None,
                    by: Some(place),
                }));
            }
        }
        lines.sort_by_key(|line| (line.at, line.version));
        let times = (0..timeline.versions.len()).map(|version| effects.line(version));
        Self {
            times: times.collect(),
            sold: sold(timeline, effects),
            lines,
            versions,
        }
    }

    /// Whether an operation writes its line at a time.
    pub(super) fn writes_line_at(&self, at: u64, place: Spot) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.at == at && line.by == Some(place))
    }

    /// How many were written by a time; of those at that time, up to a version.
    pub(super) fn lines_by(&self, at: u64, last: usize) -> usize {
        let is_there = |line: &Written| (line.at, line.version.unwrap_or(0)) <= (at, last);
        self.lines.partition_point(is_there)
    }

    /// How many tickets were sold by a time; of the sales of that time, up to that which made a version.
    pub(super) fn sold_by(&self, at: u64, last: usize) -> u64 {
        let after = self.sold.partition_point(|one| one.0 <= (at, last));
        let last = after.checked_sub(1).and_then(|at| self.sold.get(at));
        last.map_or(0, |(_, all)| *all)
    }

    /// The last version of a time; of those written at that time, up to a version.
    pub(super) fn version_by(&self, at: u64, last: usize) -> Option<usize> {
        let after = self.versions.partition_point(|one| *one <= (at, last));
        Some(self.versions.get(after.checked_sub(1)?)?.1)
    }

    /// The place of the sale that made a version.
    fn place(&self, version: usize) -> Option<usize> {
        let at = self.times.get(version).copied().flatten()?;
        let key = (at, Some(version));
        let place = self
            .lines
            .partition_point(|line| (line.at, line.version) < key);
        let line = self.lines.get(place)?;
        (line.version == Some(version)).then_some(place)
    }

    /// The version that the line at a place made.
    pub(super) fn version_at(&self, place: usize) -> Option<usize> {
        self.lines.get(place)?.version
    }

    /// The line at a place, for people.
    pub(super) fn entry(&self, scene: &Scene<'_>, place: usize) -> Option<ShownLine> {
        let line = self.lines.get(place)?;
        let name = line.by.map(|by| scene.name(by.lane, NAME));
        let (version, left) = if let Some(at) = line.version {
            let version = scene.timeline.versions.get(at)?;
            (version.seq, version.left)
        } else {
            let operation = scene.timeline.operation(line.by?)?;
            let read = operation.read.as_ref().and_then(Sight::version)?;
            let read = scene.timeline.versions.get(read)?;
            let left = read.left.map(|left| left.saturating_sub(1));
            (read.seq.saturating_add(1), left)
        };
        let by = line.version.and_then(|at| {
            let writer = scene.overwriter(line.by?)?;
            let by = scene.timeline.operation(writer)?.wrote?;
            (by != at).then(|| self.place(by))?
        });
        Some(ShownLine {
            at: place,
            who: name.unwrap_or_default(),
            version,
            left,
            overwritten_by: by.filter(|by| *by > place),
            missed_from: None,
        })
    }
}

/// How many tickets were sold by the time of each sale: of one whose write nobody knows of, when it was answered.
fn sold(timeline: &Timeline, effects: &Effects) -> Vec<((u64, usize), u64)> {
    let lanes = timeline.lanes.iter().enumerate();
    let places = lanes.flat_map(|(lane, of)| {
        (0..of.operations.len()).map(move |operation| Spot { lane, operation })
    });
    let sold = places.filter_map(|place| {
        let many = timeline.sold(place);
        let operation = timeline.operation(place).filter(|_| many > 0)?;
        let written = operation.wrote;
        let at = written.and_then(|version| effects.line(version));
        // Who cut the count, and was killed before it filled it.
        let cut = || operation.cut_at().filter(|_| timeline.time == Time::Steps);
        let at = at.or_else(cut).or_else(|| answered_at(operation))?;
        Some(((at, written.unwrap_or(usize::MAX)), many))
    });
    let mut sold: Vec<_> = sold.collect();
    sold.sort_unstable();
    let mut all: u64 = 0;
    for (_, many) in &mut sold {
        all = all.saturating_add(*many);
        *many = all;
    }
    sold
}

/// When an operation was answered, as its step is drawn; else when it was over.
fn answered_at(operation: &DrawnOperation) -> Option<u64> {
    let is_answer = |doing: &Doing| matches!(doing, Doing::Point(name) if name != "intends");
    let answer = operation.span(is_answer).map(|span| span.bounds().0);
    answer.or_else(|| Some(operation.bounds()?.1))
}
