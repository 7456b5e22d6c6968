//! The result of `sales` as a picture: sales per second over processes, a line for each program.
//!
//! Without its style all colours are of middle lightness, so that it is read on white and on black; the style
//! gives a light or a dark background with stronger text.

mod names;

use std::fmt::Write as _;

use super::Report;
use super::peer::Peer;
use super::scale::{across, spread, step};
use super::store::Promise;
use crate::table::thousands;
use names::{colour, plain};

const STYLE: &str = "<style>
.bg{fill:none}
@media (prefers-color-scheme:light){.bg{fill:#fff}.n{fill:#1f2328}.q{fill:#59636e}}
@media (prefers-color-scheme:dark){.bg{fill:#0d1117}.n{fill:#e6edf3}.q{fill:#9198a1}}
</style>
";

const WIDTH: f64 = 1000.0;
/// Of one panel, of which there is one for each promise.
const HEIGHT: f64 = 350.0;
const LEFT: f64 = 80.0;
/// The names of the programs stand to the right.
const RIGHT: f64 = WIDTH - 270.0;
/// From the edges of the panel to the first and the last point.
const INSET: f64 = 24.0;
const TOP: f64 = 62.0;
const BOTTOM: f64 = HEIGHT - 60.0;
/// How close the numbers below the axis may come.
const NUMBER: f64 = 30.0;

/// What one program's line goes through: processes, and sales per second.
struct Series {
    peer: Peer,
    points: Vec<(u32, f64)>,
}

/// The whole picture.
pub(crate) fn to_svg(report: &Report) -> String {
    let panels = [
        (
            Promise::Durable,
            "Durable: a sale that is answered survives a power cut",
        ),
        (
            Promise::Process,
            "Not durable: a sale survives the end of its program, not a power cut",
        ),
    ];
    let mut body = String::new();
    let mut top = 0.0;
    for (promise, title) in panels {
        let series = series(report, promise);
        if series.is_empty() {
            continue;
        }
        let _ = writeln!(body, r#"<g transform="translate(0 {top})">"#);
        panel(&mut body, title, &series);
        body += "</g>\n";
        top += HEIGHT;
    }
    let note = format!(
        "each point: the middle one of {} rounds, {}; {} cores; dashed: what one process alone does",
        report.rounds,
        report.work(),
        report.machine.cores()
    );
    text(&mut body, (LEFT, top + 8.0), "start", 12, &note);
    let height = top + 24.0;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" font-family="system-ui, sans-serif" fill="#768390">
<title>Sales per second of processes that sell from one event</title>
{STYLE}<rect class="bg" width="100%" height="100%" fill="none"/>
{body}</svg>
"##
    )
}

fn series(report: &Report, promise: Promise) -> Vec<Series> {
    let points = |peer: Peer| {
        let own = report
            .measured
            .iter()
            .filter(|measured| measured.entry.peer == peer);
        let mut points: Vec<_> = own
            .map(|measured| (measured.entry.processes, measured.summary.median))
            .collect();
        points.sort_by_key(|(processes, _)| *processes);
        Series { peer, points }
    };
    let peers = Peer::all().into_iter();
    peers
        .filter(|peer| peer.promise() == promise)
        .map(points)
        .filter(|series| !series.points.is_empty())
        .collect()
}

fn panel(body: &mut String, title: &str, series: &[Series]) {
    let points = || series.iter().flat_map(|series| &series.points);
    let mut processes: Vec<_> = points().map(|(processes, _)| *processes).collect();
    processes.sort_unstable();
    processes.dedup();
    let most = points().map(|(_, rate)| *rate).fold(1.0, f64::max);
    let step = step(most);
    let top = (most / step).ceil() * step;
    let across = across(&processes, LEFT + INSET, RIGHT - INSET);
    let up = |rate: f64| BOTTOM - (BOTTOM - TOP) * rate / top;

    titled(body, title);
    scale(body, top, step, &up);
    numbers(body, &processes, &across);
    let ends: Vec<_> = series
        .iter()
        .map(|series| series.draw(body, &across, &up))
        .collect();
    for (series, y) in series.iter().zip(spread(&ends, BOTTOM)) {
        let label = plain(series.peer);
        let colour = colour(series.peer);
        let _ = writeln!(
            body,
            r#"<text x="{:.1}" y="{:.1}" font-size="12" fill="{colour}">{label}</text>"#,
            RIGHT + 12.0,
            y + 4.0
        );
    }
}

/// The rates, each with its line.
fn scale(body: &mut String, top: f64, step: f64, up: &impl Fn(f64) -> f64) {
    let mut rate = 0.0;
    while rate <= top {
        let y = up(rate);
        let _ = writeln!(
            body,
            r##"<path d="M{LEFT} {y:.1}H{RIGHT}" stroke="#768390" stroke-opacity="0.3"/>"##
        );
        text(body, (LEFT - 8.0, y + 4.0), "end", 12, &thousands(rate));
        rate += step;
    }
}

/// The numbers of processes, as far as there is room.
fn numbers(body: &mut String, processes: &[u32], across: &impl Fn(u32) -> f64) {
    let mut last = f64::NEG_INFINITY;
    for &number in processes {
        if across(number) - last >= NUMBER {
            last = across(number);
            text(
                body,
                (last, BOTTOM + 18.0),
                "middle",
                12,
                &number.to_string(),
            );
        }
    }
    let middle = f64::midpoint(LEFT, RIGHT);
    text(
        body,
        (middle, BOTTOM + 38.0),
        "middle",
        12,
        "processes that sell at once from one event (each mark has twice as many as the one before)",
    );
}

impl Series {
    /// Draws the line and its points, or for a program of one process how far it comes; gives the
    /// height at which it ends.
    fn draw(
        &self,
        body: &mut String,
        across: &impl Fn(u32) -> f64,
        up: &impl Fn(f64) -> f64,
    ) -> f64 {
        let colour = colour(self.peer);
        let width = if self.peer.is_ours() { 3.0 } else { 1.75 };
        let end = self.points.last().map_or(BOTTOM, |(_, rate)| up(*rate));
        if !self.peer.shares() {
            let _ = writeln!(
                body,
                r#"<path d="M{LEFT} {end:.1}H{RIGHT}" stroke="{colour}" stroke-width="1.5" stroke-dasharray="5 4"/>"#
            );
            return end;
        }
        let corners: Vec<_> = self
            .points
            .iter()
            .map(|(processes, rate)| format!("{:.1} {:.1}", across(*processes), up(*rate)))
            .collect();
        let path = corners.join("L");
        let _ = writeln!(
            body,
            r#"<path d="M{path}" stroke="{colour}" stroke-width="{width}" fill="none"/>"#
        );
        for (processes, rate) in &self.points {
            let (x, y) = (across(*processes), up(*rate));
            let _ = writeln!(
                body,
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="{:.1}" fill="{colour}"/>"#,
                width + 1.5
            );
        }
        end
    }
}

/// What a panel shows, and what its numbers are.
fn titled(body: &mut String, title: &str) {
    let _ = writeln!(
        body,
        r#"<text class="n" x="{LEFT:.1}" y="{:.1}" font-size="15">{title}</text>"#,
        TOP - 38.0
    );
    let unit = "sales per second: higher is better";
    text(body, (LEFT, TOP - 18.0), "start", 12, unit);
}

fn text(body: &mut String, (x, y): (f64, f64), anchor: &str, size: u32, text: &str) {
    let _ = writeln!(
        body,
        r#"<text class="q" x="{x:.1}" y="{y:.1}" font-size="{size}" text-anchor="{anchor}">{text}</text>"#
    );
}

#[cfg(test)]
mod tests;
