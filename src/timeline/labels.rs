//! What is said under each operation, where no arrow and no fold lies.

use super::arrows::Arrow;
use super::canvas::{Canvas, Ink, wide};
use super::layout::{BAR, LEFT, LaneRow, Layout, RIGHT, is_certain, odds};
use super::marks::sayings;
use super::model::{Spot, Timeline};

/// The size of the letters.
const SIZE: u32 = 11;
/// How far from one place that is tried to the next.
const STEP: f64 = 14.0;
/// How many places are tried to each side: from margin to margin.
const TRIES: u32 = 70;

/// What words must keep off.
struct Obstacles {
    points: Vec<(f64, f64)>,
    /// From where to where, at any height.
    bands: Vec<(f64, f64)>,
}

impl Obstacles {
    fn of(timeline: &Timeline, layout: &Layout, arrows: &[Arrow]) -> Self {
        let mut bands: Vec<_> = layout.scale.folded.iter().map(|f| (f.from, f.to)).collect();
        let odds = odds(timeline).into_iter().flatten();
        let certain = odds
            .filter(|(_, chance)| is_certain(*chance))
            .map(|(t, _)| t);
        bands.extend(certain.min().map(|time| {
            let x = layout.scale.at(time);
            (x - 2.0, x + 2.0)
        }));
        Self {
            points: arrows.iter().flat_map(Arrow::points).collect(),
            bands,
        }
    }

    /// Whether anything lies between two corners.
    fn hit(&self, from: (f64, f64), to: (f64, f64)) -> bool {
        let band = |&(x0, x1): &(f64, f64)| x0 < to.0 && x1 > from.0;
        let point = |&(x, y): &(f64, f64)| {
            x > from.0 - 4.0 && x < to.0 + 4.0 && y > from.1 - 3.0 && y < to.1 + 3.0
        };
        self.bands.iter().any(band) || self.points.iter().any(point)
    }
}

/// Says what each drawn operation did.
pub(super) fn labels(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout, arrows: &[Arrow]) {
    let obstacles = Obstacles::of(timeline, layout, arrows);
    for row in &layout.rows {
        let places: Vec<Spot> = layout.places(row.lane).collect();
        let mut free = LEFT;
        for (at, place) in places.iter().enumerate() {
            let next = places.get(at + 1);
            let next = next.and_then(|next| layout.bounds(timeline, *next));
            let end = next.map_or(RIGHT, |(_, (x0, _))| x0 - 6.0);
            let room = (free, end);
            if let Some(taken) = label(canvas, timeline, layout, &obstacles, (row, *place), room) {
                free = taken + 8.0;
            }
        }
    }
}

/// Says what one operation did, in the longest words for which a place is free; gives where they
/// end.
fn label(
    canvas: &mut Canvas,
    timeline: &Timeline,
    layout: &Layout,
    obstacles: &Obstacles,
    (row, place): (&LaneRow, Spot),
    (free, end): (f64, f64),
) -> Option<f64> {
    let (operation, (x0, x1)) = layout.bounds(timeline, place)?;
    let y = row.top + BAR + 14.0;
    for words in sayings(timeline, operation) {
        // The letters of the emphasised are wider.
        let named = layout.marks.names(place);
        let width = wide(&words, SIZE) * if named { 1.06 } else { 1.0 };
        let (least, most) = (
            free.max(x0 - width * 0.7),
            (end - width).min(x1 - width * 0.3),
        );
        let tries = 0..TRIES;
        let right = tries.clone().map(|at| x0 + f64::from(at) * STEP);
        let left = tries.map(|at| x0 - f64::from(at) * STEP);
        let fits = |x: &f64| {
            *x >= least && *x <= most && !obstacles.hit((*x, y - 10.0), (*x + width, y + 3.0))
        };
        let fitting = right.chain(left).find(fits);
        if let Some(x) = fitting {
            let ink = if named { Ink::Accent } else { Ink::Quiet };
            canvas.text((x, y), "start", SIZE, ink, &words);
            return Some(x + width);
        }
    }
    None
}
