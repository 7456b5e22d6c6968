//! The result of `sales` as a picture: sales per second over processes, a line for each program.
//!
//! The background is left open and all colours are of middle lightness: it is read on white and on
//! black.

use std::fmt::Write as _;

use super::Report;
use super::peer::Peer;
use super::scale::{across, spread, step};
use super::store::Promise;
use crate::table::thousands;

const WIDTH: f64 = 900.0;
/// Of one panel, of which there is one for each promise.
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 80.0;
/// The names of the programs stand to the right.
const RIGHT: f64 = WIDTH - 280.0;
/// From the edges of the panel to the first and the last point.
const INSET: f64 = 24.0;
const TOP: f64 = 50.0;
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
            "durable: a sale is on the disk when it is answered",
        ),
        (
            Promise::Process,
            "not durable: a sale survives the process, not the machine",
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
        "median of {} rounds, {}; {} cores",
        report.rounds,
        report.work(),
        report.machine.cores()
    );
    text(&mut body, (LEFT, top + 4.0), "start", 12, &note);
    let height = top + 20.0;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" font-family="system-ui, sans-serif" fill="#768390">
<title>Sales per second of processes that contend</title>
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

    text(
        body,
        (LEFT, TOP - 24.0),
        "start",
        15,
        &format!("sales per second, {title}"),
    );
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
    let mut last = f64::NEG_INFINITY;
    for &number in &processes {
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
        "processes that contend",
    );

    let ends: Vec<_> = series
        .iter()
        .map(|series| series.draw(body, &across, &up))
        .collect();
    for (series, y) in series.iter().zip(spread(&ends, BOTTOM)) {
        let alone = if series.peer.shares() {
            ""
        } else {
            " (1 process)"
        };
        let label = format!("{}{alone}", series.peer.label());
        let colour = colour(series.peer);
        let _ = writeln!(
            body,
            r#"<text x="{:.1}" y="{:.1}" font-size="12" fill="{colour}">{label}</text>"#,
            RIGHT + 12.0,
            y + 4.0
        );
    }
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

fn text(body: &mut String, (x, y): (f64, f64), anchor: &str, size: u32, text: &str) {
    let _ = writeln!(
        body,
        r#"<text x="{x:.1}" y="{y:.1}" font-size="{size}" text-anchor="{anchor}">{text}</text>"#
    );
}

fn colour(peer: Peer) -> &'static str {
    match peer {
        Peer::Ours | Peer::OursProcess => "#e8590c",
        Peer::SqliteFull | Peer::SqliteOff => "#228be6",
        Peer::Lmdb | Peer::LmdbNoSync => "#37a34a",
        Peer::Append => "#9c6ade",
        Peer::Overwrite => "#c2588f",
    }
}
