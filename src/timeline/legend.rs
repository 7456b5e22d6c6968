//! What the shapes of the picture mean: only those that occur.

use std::fmt::Write as _;

use super::acts::Act;
use super::arrow::Arrow;
use super::bars::{SHARED, WAITS, style};
use super::canvas::{ACCENT, Canvas, Ink, QUIET, badge, lock_colour, wide};
use super::labels::SIZE;
use super::lane_row::SMALL;
use super::layout::{Layout, RIGHT};
use super::legend_shapes::{accent, bar, line};
use super::marks::Marks;
use super::model::{Clash, Time};
use super::operation::Doing;
use super::scene::Scene;
use super::stretches::{Stretch, gaps};

/// That not all arrows are drawn.
const NO_WAY: &str = "not all arrows are drawn: some find no way past the words";
/// Between two meanings.
const ROW: f64 = 18.0;

/// Draws the legend, as a list from `left` on; gives where it ends.
pub(super) fn legend(canvas: &mut Canvas, scene: &Scene<'_>, layout: &Layout, left: f64) -> f64 {
    let (mut x, mut y) = (left, layout.below + 4.0);
    let mut floor = y;
    let items = items(scene, layout);
    // Two columns, where there is room for them.
    let widest = items.iter().map(|(_, words)| wide(words, SIZE));
    let column = widest.fold(0.0, f64::max) + 44.0;
    let columns = if left + 2.0 * column < RIGHT { 2 } else { 1 };
    let rows = items.len().div_ceil(columns).max(1);
    for (at, (shape, words)) in items.iter().enumerate() {
        if at > 0 && at % rows == 0 {
            (x, y) = (x + column, layout.below + 4.0);
        }
        let up = y - 4.0;
        match shape {
            Shape::Drawn(shape) => {
                let place = format!("{x:.1} {up:.1}");
                let _ = write!(
                    canvas.body,
                    r#"<g transform="translate({place})">{shape}</g>"#
                );
            }
            Shape::Number => badge(canvas, (x + 2.0, y - 12.0), "1"),
        }
        canvas.text((x + 28.0, y), "start", SIZE, Ink::Quiet, words);
        y += ROW;
        floor = floor.max(y);
    }
    let letters = scene.marks.of_letters(scene.timeline.time);
    let numbers = Marks::of_numbers(scene.timeline);
    let arrows = layout.without_way.then_some(NO_WAY);
    let notes = letters.into_iter().chain(numbers).chain(arrows);
    for note in notes {
        floor += SMALL - ROW / 2.0;
        canvas.text((left, floor), "start", SIZE, Ink::Quiet, note);
        floor += SMALL / 2.0;
    }
    if scene.timeline.time == Time::Nanoseconds && !layout.rows.is_empty() {
        let name = scene.axis.name();
        let zero = match scene.timeline.clock {
            Some(_) => "since the first operation began",
            None => "since the first act",
        };
        let note = format!("time in {name} {zero}");
        floor += SMALL - ROW / 2.0;
        canvas.text((left, floor), "start", SIZE, Ink::Quiet, &note);
        floor += SMALL;
    }
    floor
}

enum Shape {
    Drawn(String),
    /// The number of a finding.
    Number,
}

/// Shapes with their meanings: bars, lines, locks, then what was marked.
fn items(scene: &Scene<'_>, layout: &Layout) -> Vec<(Shape, String)> {
    let mut items = doings(scene);
    items.extend(locks(scene));
    items.extend(marks(scene, layout));
    let items = items.into_iter();
    let mut items: Vec<_> = items
        .map(|(shape, words)| (Shape::Drawn(shape), words))
        .collect();
    if scene.acts.iter().any(|act| !act.findings.is_empty()) {
        let words = "has a part in finding 1";
        items.push((Shape::Number, words.to_owned()));
    }
    items
}

/// What is drawn, and what it means.
type Item = (String, String);

/// What buyers do.
fn doings(scene: &Scene<'_>) -> Vec<Item> {
    let occurs = |doing: &Doing| {
        scene
            .acts
            .iter()
            .any(|act| act.doing.as_ref() == Some(doing))
    };
    // In a schedule the count is published in a step of its own, or with the sale.
    let cuts = occurs(&Doing::Truncate);
    let writes = match scene.timeline.time {
        Time::Steps if !cuts => "writes its sale",
        _ => "writes the count",
    };
    let is_wait = |act: &Act| matches!(act.doing, Some(Doing::Wait | Doing::WaitFor(_)));
    let waits = match scene.timeline.time {
        Time::Steps => "waits for the lock",
        Time::Nanoseconds if scene.marks.locks.len() > 1 => "has asked for a lock",
        Time::Nanoseconds => "has asked for the lock",
    };
    let mut items = Vec::new();
    for (doing, words) in [
        (Doing::Query, "queries the count"),
        (Doing::Wait, waits),
        (Doing::Read, "reads the count"),
        (Doing::Truncate, "empties the count"),
        (Doing::Write, writes),
        (Doing::Sync, "publishes the count"),
        (Doing::Pass, "its turn passes"),
    ] {
        let alike = match doing {
            Doing::Wait => scene.acts.iter().any(is_wait),
            Doing::Read => occurs(&Doing::ReadTorn),
            _ => false,
        };
        if occurs(&doing) || alike {
            let shape = match style(&doing, QUIET) {
                Some((half, rest)) => bar(half, &rest),
                None => line(WAITS),
            };
            items.push((shape, words.to_owned()));
        }
    }
    let of_lock = |act: &Act| match &act.doing {
        Some(Doing::Point(name)) => name.starts_with("takes") || name.starts_with("frees"),
        _ => false,
    };
    let of_locks = Doing::Point(String::new());
    if scene.acts.iter().any(of_lock)
        && let Some((half, rest)) = style(&of_locks, QUIET)
    {
        items.push((bar(half, &rest), "takes a lock, or frees it".to_owned()));
    }
    let is_stuck = |act: &Act| matches!(act.doing, Some(Doing::Stuck(_)));
    if scene.acts.iter().any(is_stuck) {
        let shape = format!(r#"<path d="M0 0H20" stroke="{ACCENT}" fill="none" {WAITS}/>"#);
        items.push((shape, "waits in a deadlock".to_owned()));
    }
    let unsaid = [(true, true), (true, false), (false, true)];
    let mut unsaid = unsaid
        .map(|(reads, writes)| Doing::Sometime { reads, writes })
        .into_iter();
    if let Some(doing) = unsaid.find(occurs)
        && let Some((half, rest)) = style(&doing, QUIET)
    {
        let words = "at some time in it: when is not said".to_owned();
        items.push((bar(half, &rest), words));
    }
    for (stretch, words) in [
        (Stretch::GoesBy, "goes by what it has read"),
        (Stretch::Idle, "not answered yet"),
    ] {
        if stretches(scene).any(|one| one == stretch) {
            items.push((line(stretch.style()), words.to_owned()));
        }
    }
    items
}

/// The lines of all operations that are drawn.
fn stretches(scene: &Scene<'_>) -> impl Iterator<Item = Stretch> {
    let operations = scene.choice.places();
    let operations = operations.filter_map(|place| scene.timeline.operation(place));
    let gaps = operations.filter_map(|one| Some(gaps(one, one.bounds()?)));
    let is_line = |act: &&Act| matches!(act.doing, Some(Doing::Think | Doing::Point(_)));
    let lines = scene
        .acts
        .iter()
        .filter(|_| scene.timeline.time == Time::Nanoseconds);
    let lines = lines.filter(is_line).filter(|act| act.from < act.to);
    let named = lines.filter_map(|act| Some(Stretch::of(act.doing.as_ref()?)));
    gaps.flatten().map(|(_, _, stretch)| stretch).chain(named)
}

/// The locks that are held, as far as there are colours.
fn locks<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = Item> + 'a {
    let locks = scene.marks.locks.iter().enumerate().take(4);
    let modes = |(at, file): (usize, &'a u64)| {
        [
            (at, Doing::Hold(*file), "", ""),
            (at, Doing::Share(*file), SHARED, ", shared with others"),
        ]
    };
    let is_drawn = |doing: &Doing| {
        scene
            .acts
            .iter()
            .any(|act| act.doing.as_ref() == Some(doing))
    };
    let modes = locks.flat_map(modes);
    let modes = modes.filter(move |(_, doing, ..)| is_drawn(doing));
    modes.map(|(at, doing, edge, how)| {
        let colour = lock_colour(at);
        let rest = format!(r#"rx="3" fill="{colour}" fill-opacity="0.28" stroke="{colour}"{edge}"#);
        let name = scene.marks.lock_name(doing.held().unwrap_or_default());
        (bar(7.0, &rest), format!("holds {name}{how}"))
    })
}

/// What joins acts, and what sets some of them off.
fn marks(scene: &Scene<'_>, layout: &Layout) -> Vec<Item> {
    let mut items = Vec::new();
    let mut add = |shape: String, words: &str| items.push((shape, words.to_owned()));
    if layout.arrows.iter().any(|arrow| !arrow.accent) {
        let arrow = line(r#"marker-end="url(#quiet)""#);
        add(arrow, "whose write a read saw");
    }
    if scene.acts.iter().any(|act| act.doing.is_none()) {
        let cross = r#"<path class="k" d="M4 -6l12 12m0 -12l-12 12" stroke-width="3""#;
        let cross = format!(r#"{cross} stroke="{QUIET}" fill="none"/>"#);
        add(cross, "killed");
    }
    if scene.acts.iter().any(|act| act.proves) {
        let red = format!(r#"rx="1" fill="{ACCENT}""#);
        add(bar(6.5, &red), "red: went wrong");
    }
    let overwrites = |arrow: &Arrow| arrow.accent && arrow.clash == Clash::Writes;
    if layout.arrows.iter().any(overwrites) {
        add(accent(), "is overwritten by");
    }
    let of_torn = |arrow: &Arrow| arrow.accent && arrow.clash == Clash::WriteRead;
    if layout.arrows.iter().any(of_torn) {
        add(accent(), "was read half-written");
    }
    if !layout.scale.breaks.is_empty() {
        let strokes = format!(r#"<path d="M6 4l4 -8M11 4l4 -8" stroke="{QUIET}" fill="none"/>"#);
        add(strokes, "time cut out: nothing happens");
    }
    items
}
