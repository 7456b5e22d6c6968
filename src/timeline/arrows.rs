//! The arrows of the picture: from writes to reads, and between the acts of a finding. None crosses a text: where every
//! way does, there is no arrow: the numbers of the finding join what it joins, and beside the lane of an overwritten sale
//! stands who overwrote it.

use super::acts::ActPlace;
use super::arrow::Arrow;
use super::boxes::TextBox;
use super::lane_row::BAR;
use super::layout::Layout;
use super::marks::Marks;
use super::model::{Clash, Spot};
use super::operation::{Doing, DrawnOperation, Sight, Span};
use super::scene::Scene;

/// How far from one channel that is tried to the next.
const STEP: f64 = 6.0;
/// How many channels are tried.
const TRIES: u32 = 160;
/// How many heights between two lanes are tried, and how many places of each bar.
const HEIGHTS: u32 = 12;
const PLACES: u32 = 4;
/// From one place of a bar that is tried to the next.
const NEAR: f64 = 3.0;

/// A bar that an arrow leaves or reaches.
#[derive(Debug, Clone, Copy)]
struct Bar {
    x: (f64, f64),
    y: f64,
}

impl Bar {
    fn middle(self) -> f64 {
        f64::midpoint(self.x.0, self.x.1)
    }

    /// The edge that faces a height.
    fn edge(self, y: f64) -> f64 {
        self.y + (BAR / 2.0 + 1.0).copysign(y - self.y)
    }
}

impl Arrow {
    /// The first way from one bar to another that crosses no text.
    fn of(from: Bar, to: Bar, texts: &[TextBox], clash: Clash) -> Option<Self> {
        let clear = |corners: &[(f64, f64)]| {
            let mut legs = corners.iter().zip(corners.iter().skip(1));
            !legs.any(|(a, b)| texts.iter().any(|text| text.is_crossed(*a, *b)))
        };
        let corners = ways(from, to).find(|corners| clear(corners))?;
        Some(Self {
            corners,
            accent: true,
            to: None,
            clash,
        })
    }
}

/// Ways between two bars, the plainest first. Time goes to the right: none turns back.
fn ways(from: Bar, to: Bar) -> impl Iterator<Item = Vec<(f64, f64)>> {
    let start = (from.x.1, from.y);
    let enters = to.middle();
    let mut ways = Vec::new();
    if enters >= start.0 + 3.0 {
        // On along its own line, then straight onto the other.
        ways.push(vec![start, (enters, from.y), (enters, to.edge(from.y))]);
    }
    let straight = move |x: f64| vec![(x, from.edge(to.y)), (x, to.edge(from.y))];
    let (x0, x1) = (from.middle().max(to.x.0), from.x.1.min(to.x.1));
    if x0 <= x1 {
        ways.push(straight(f64::midpoint(x0, x1)));
    }
    // The same onto another place of the other, and off another place of its own bar into the side of the other.
    let onto = spots(to.x)
        .filter(move |x| *x >= start.0 + 3.0)
        .map(move |x| vec![start, (x, from.y), (x, to.edge(from.y))]);
    // Where no arrow reaches it.
    let off = spots((from.x.0, from.middle()))
        .filter(move |x| *x + 4.0 <= to.x.0)
        .map(move |x| vec![(x, from.edge(to.y)), (x, to.y), (to.x.0, to.y)]);
    let channels = (1..TRIES).map(move |at| start.0 + f64::from(at) * STEP);
    let channels = channels
        .take_while(move |x| *x <= to.x.0 - 4.0)
        .map(move |x| vec![start, (x, from.y), (x, to.y), (to.x.0, to.y)]);
    let direct = vec![(from.middle(), from.edge(to.y)), (enters, to.edge(from.y))];
    let direct = (from.middle() <= enters).then_some(direct);
    let down = spots((from.x.0.max(to.x.0), from.x.1.min(to.x.1))).map(straight);
    ways.into_iter()
        .chain(channels)
        .chain(direct)
        .chain(onto)
        .chain(off)
        .chain(down)
        .chain(between(from, to))
}

/// Off one bar, along between the lanes, and onto the other.
fn between(from: Bar, to: Bar) -> impl Iterator<Item = Vec<(f64, f64)>> {
    let (top, end) = (from.edge(to.y), to.edge(from.y));
    let heights =
        (1..HEIGHTS).map(move |at| top + (end - top) * f64::from(at) / f64::from(HEIGHTS));
    let places = |x: (f64, f64)| {
        (0..=PLACES).map(move |at| x.0 + (x.1 - x.0) * f64::from(at) / f64::from(PLACES))
    };
    heights.flat_map(move |y| {
        let pairs = places(from.x).flat_map(move |x0| places(to.x).map(move |x1| (x0, x1)));
        let pairs = pairs.filter(|(x0, x1)| x0 <= x1);
        pairs.map(move |(x0, x1)| vec![(x0, top), (x0, y), (x1, y), (x1, end)])
    })
}

/// Places between two, from the middle on to both.
fn spots((x0, x1): (f64, f64)) -> impl Iterator<Item = f64> {
    let middle = f64::midpoint(x0, x1);
    let spots = (1..TRIES).map(|at| f64::from(at) * NEAR);
    spots
        .take_while(move |by| middle + by < x1)
        .flat_map(move |by| [middle + by, middle - by])
}

/// The same picture with its arrows.
pub(super) fn joined(scene: &Scene<'_>, layout: Layout) -> Layout {
    let reads = reads(scene, &layout);
    let overwrites = overwrites(scene, &layout);
    let all = || reads.iter().chain(&overwrites);
    let without_way = all().any(Option::is_none);
    // Of reads all are drawn, or none.
    let reads: Option<Vec<Arrow>> = reads.iter().cloned().collect();
    let mut arrows = reads.unwrap_or_default();
    arrows.extend(overwrites.into_iter().flatten());
    Layout {
        arrows,
        without_way,
        ..layout
    }
}

/// From writes to the reads that saw them; nothing for one that crosses a text whatever way it takes.
fn reads(scene: &Scene<'_>, layout: &Layout) -> Vec<Option<Arrow>> {
    let reads = scene.choice.places().filter_map(|place| {
        let from = layout.bar(scene, seen_from(scene, place)?, Clash::Writes, true)?;
        let to = layout.bar(scene, place, Clash::WriteRead, false)?;
        let arrow = Arrow::of(from, to, &layout.texts, Clash::WriteRead);
        Some(arrow.map(|arrow| Arrow {
            accent: false,
            to: reached(scene, place, Clash::WriteRead),
            ..arrow
        }))
    });
    reads.collect()
}

/// Between the acts that a finding names: from each write to the one that overwrote it, else from the first act to the
/// second; nothing for one that crosses a text whatever way it takes.
fn overwrites(scene: &Scene<'_>, layout: &Layout) -> Vec<Option<Arrow>> {
    let mut joined: Vec<(Spot, Spot, Clash)> = Vec::new();
    for (at, finding) in scene.timeline.findings.iter().enumerate() {
        let pairs: Vec<(Spot, Spot)> = match finding.clash {
            _ if !Marks::is_marked(at) => continue,
            Clash::Writes => {
                let places = finding.places.iter();
                let over = places.filter_map(|place| Some((*place, scene.overwriter(*place)?)));
                over.collect()
            }
            Clash::WriteRead => {
                let places = finding.places.iter();
                places
                    .clone()
                    .copied()
                    .zip(places.skip(1).copied())
                    .collect()
            }
            Clash::Reads
            | Clash::TornReads
            | Clash::OwnWrites
            | Clash::Holds
            | Clash::Waits
            | Clash::Unfilled
            | Clash::Sales
            | Clash::Whole => {
                continue;
            }
        };
        for (first, second) in pairs {
            let pair = (first, second, finding.clash);
            let drawn = scene.choice.has(first) && scene.choice.has(second);
            if drawn && first != second && !joined.contains(&pair) {
                joined.push(pair);
            }
        }
    }
    let arrows = joined.into_iter().filter_map(|(first, second, clash)| {
        let from = layout.bar(scene, first, clash, true)?;
        let to = layout.bar(scene, second, clash, false)?;
        let arrow = Arrow::of(from, to, &layout.texts, clash);
        Some(arrow.map(|arrow| Arrow {
            to: reached(scene, second, clash),
            ..arrow
        }))
    });
    arrows.collect()
}

/// The act of an operation that an arrow reaches.
fn reached(scene: &Scene<'_>, place: Spot, clash: Clash) -> Option<ActPlace> {
    let operation = scene.timeline.operation(place)?;
    let act = act(operation, clash, false)?;
    Some(ActPlace {
        place,
        span: operation.spans.iter().position(|span| span == act),
        ends: act.bounds().1,
    })
}

impl Layout {
    /// The bar of the act that a finding is about.
    fn bar(&self, scene: &Scene<'_>, place: Spot, clash: Clash, first: bool) -> Option<Bar> {
        let operation = scene.timeline.operation(place)?;
        let (from, to) = act(operation, clash, first)
            .map(Span::bounds)
            .or(operation.bounds())?;
        let row = self.rows.iter().find(|row| row.lane == place.lane)?;
        Some(Bar {
            x: (self.scale.at(from), self.scale.at(to)),
            y: row.top + BAR / 2.0,
        })
    }
}

fn act(operation: &DrawnOperation, clash: Clash, first: bool) -> Option<&Span> {
    let write = Doing::writes;
    match (clash, first) {
        (Clash::WriteRead, true) => operation
            .span(|doing| matches!(doing, Doing::Truncate))
            .or(operation.span(write)),
        (Clash::WriteRead, false) => operation
            .span(Doing::reads)
            .or(operation.span(|doing| matches!(doing, Doing::Query))),
        _ => operation.span(write),
    }
}

/// The drawn operation whose write this one read.
fn seen_from(scene: &Scene<'_>, place: Spot) -> Option<Spot> {
    let Sight::Version(read) = scene.timeline.operation(place)?.read.as_ref()? else {
        return None;
    };
    let writer = scene.timeline.versions.get(*read)?.writer?;
    (writer != place && scene.choice.has(writer)).then_some(writer)
}
