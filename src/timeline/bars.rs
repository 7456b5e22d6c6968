//! The bars of the acts in the picture.

use super::acts::Act;
use super::canvas::{ACCENT, Canvas, QUIET, lock_colour};
use super::lane_row::{BAR, LaneRow};
use super::layout::Layout;
use super::model::Time;
use super::operation::{Doing, DrawnOperation};
use super::scene::Scene;
use super::stretches::{Stretch, gaps};

/// What the edge of a lock that is held shared has.
pub(super) const SHARED: &str = r#" stroke-dasharray="4 2""#;
/// How a wait for a lock is drawn.
pub(super) const WAITS: &str = r#"stroke-width="5" stroke-dasharray="1.5 3""#;

/// The line of an operation, where no bar is.
pub(super) fn spine(
    canvas: &mut Canvas,
    layout: &Layout,
    operation: &DrawnOperation,
    row: &LaneRow,
    ends: (u64, u64),
) {
    for (from, to, stretch) in gaps(operation, ends) {
        let ends = (layout.scale.at(from), layout.scale.at(to));
        line(canvas, layout, row, ends, stretch.style());
    }
}

/// A line along a lane, but where time is cut out.
pub(super) fn line(
    canvas: &mut Canvas,
    layout: &Layout,
    row: &LaneRow,
    (x0, x1): (f64, f64),
    rest: &str,
) {
    let middle = row.middle();
    for (from, to) in layout.scale.pieces(x0, x1) {
        canvas.path(&format!("M{from:.1} {middle:.1}H{to:.1}"), QUIET, rest);
    }
    for (from, to) in layout.scale.cut(x0, x1).filter(|_| Stretch::is_style(rest)) {
        let path = format!("M{from:.1} {middle:.1}H{to:.1}");
        canvas.path(
            &path,
            QUIET,
            r#"stroke-opacity="0.5" stroke-dasharray="2 3""#,
        );
    }
}

/// Half the height of a bar, and how it is filled; nothing for what is drawn as a line.
pub(super) fn style(doing: &Doing, colour: &str) -> Option<(f64, String)> {
    Some(match doing {
        Doing::Wait | Doing::WaitFor(_) | Doing::Stuck(_) | Doing::Hold(_) | Doing::Share(_) => {
            return None;
        }
        Doing::Think | Doing::Point(_) => {
            (6.5, format!(r#"rx="3" fill="{QUIET}" fill-opacity="0.12""#))
        }
        Doing::Query => (
            5.5,
            format!(r#"rx="5.5" fill="{colour}" fill-opacity="0.15" stroke="{colour}""#),
        ),
        Doing::Read | Doing::ReadTorn => (
            6.5,
            format!(
                r#"rx="1" fill="{colour}" fill-opacity="0.25" stroke="{colour}" stroke-width="1.5""#
            ),
        ),
        Doing::Truncate => (6.5, format!(r#"rx="1" fill="{colour}" fill-opacity="0.6""#)),
        Doing::Write => (6.5, format!(r#"rx="1" fill="{colour}""#)),
        Doing::Sometime { .. } => (
            6.5,
            format!(
                r#"rx="3" fill="{colour}" fill-opacity="0.08" stroke="{colour}" stroke-dasharray="3 3""#
            ),
        ),
        Doing::Pass => (
            4.5,
            format!(r#"rx="4.5" fill="none" stroke="{QUIET}" stroke-dasharray="2 2""#),
        ),
        Doing::Sync => (3.5, format!(r#"fill="{colour}" fill-opacity="0.5""#)),
    })
}

/// One act.
pub(super) fn bar(
    canvas: &mut Canvas,
    scene: &Scene<'_>,
    layout: &Layout,
    row: &LaneRow,
    act: &Act,
) {
    let (x0, x1) = (layout.scale.at(act.from), layout.scale.at(act.to));
    let middle = row.middle();
    let colour = if act.proves { ACCENT } else { QUIET };
    let Some(doing) = &act.doing else {
        let left = f64::midpoint(x0, x1) - 6.0;
        let cross = format!("M{left:.1} {:.1}l12 12m0 -12l-12 12", middle - 6.0);
        let rest = r#"class="k" stroke-width="3" stroke-linecap="round""#;
        return canvas.path(&cross, colour, rest);
    };
    match (doing, style(doing, colour)) {
        (Doing::Think | Doing::Point(_), _) if scene.timeline.time == Time::Nanoseconds => {
            line(canvas, layout, row, (x0, x1), Stretch::of(doing).style());
        }
        (Doing::Stuck(_), _) => {
            for (from, to) in layout.scale.pieces(x0, x1) {
                canvas.path(&format!("M{from:.1} {middle:.1}H{to:.1}"), ACCENT, WAITS);
            }
        }
        (Doing::Hold(inode) | Doing::Share(inode), _) => {
            let lock = lock_colour(scene.marks.lock(*inode));
            let edge = if matches!(doing, Doing::Share(_)) {
                SHARED
            } else {
                ""
            };
            hold(canvas, layout, row, (x0, x1), (lock, edge, act.proves));
        }
        (_, Some((half, rest))) => {
            for (from, to) in layout.scale.pieces(x0, x1) {
                canvas.rect((from, middle - half), (to, middle + half), &rest);
            }
        }
        _ => line(canvas, layout, row, (x0, x1), WAITS),
    }
}

/// A lock that is held: it goes on where time is cut out.
fn hold(
    canvas: &mut Canvas,
    layout: &Layout,
    row: &LaneRow,
    (x0, x1): (f64, f64),
    (lock, shared, proves): (&str, &str, bool),
) {
    let (edge, width) = if proves { (ACCENT, 2.0) } else { (lock, 1.0) };
    let rest = format!(
        r#"rx="3" fill="{lock}" fill-opacity="0.28" stroke="{edge}" stroke-width="{width}"{shared}"#
    );
    for (from, to) in layout.scale.pieces(x0, x1) {
        canvas.rect((from, row.top), (to, row.top + BAR), &rest);
    }
    for (from, to) in layout.scale.cut(x0, x1) {
        let rest = format!(r#"fill="{lock}" fill-opacity="0.14""#);
        canvas.rect((from, row.top + 2.0), (to, row.top + BAR - 2.0), &rest);
    }
}
