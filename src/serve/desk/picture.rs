//! What was sold over time, as a picture: an SVG that stands in the page, whose colours are the style sheet's.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};

use crate::serve::page::moment;

/// The picture, and where the axes are in it.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 34.0;

/// How many were sold in all from each of some times on.
#[derive(Debug, Clone)]
pub(super) struct SoldCurve {
    /// In milliseconds since 1970, in their order, and never empty.
    points: Vec<(i64, u64)>,
    /// When it ends.
    end: i64,
}

impl SoldCurve {
    /// `None`: nothing was sold. It goes on to its end as it is by then.
    pub(super) fn of(points: Vec<(i64, u64)>, end: i64) -> Option<Self> {
        let (last, _) = *points.last()?;
        let end = end.max(last + 60_000);
        Some(Self { points, end })
    }

    pub(super) fn start(&self) -> String {
        time(self.points.first().map_or(self.end, |(at, _)| *at))
    }

    pub(super) fn end(&self) -> String {
        time(self.end)
    }

    pub(super) fn total(&self) -> u64 {
        self.points.last().map_or(0, |(_, sold)| *sold)
    }

    /// How many were sold by this time.
    fn by(&self, at: i64) -> u64 {
        let until = self.points.partition_point(|(from, _)| *from <= at);
        let last = until.checked_sub(1).and_then(|last| self.points.get(last));
        last.map_or(0, |(_, sold)| *sold)
    }

    /// The same at so many times at most, at equal distances, the last of which is the end: what the picture shows, to be read.
    pub(super) fn rows(&self, most: i64) -> Vec<(String, u64)> {
        let start = self.points.first().map_or(self.end, |(at, _)| *at);
        let span = self.end - start;
        let many = (span / 60_000).clamp(1, most);
        let times = (1..=many).map(|step| start + span / many * step + span % many * step / many);
        times.map(|at| (time(at), self.by(at))).collect()
    }

    /// The picture, with what it says in words.
    pub(super) fn svg(&self, title: &str, text: &str) -> Markup {
        let most = self
            .points
            .iter()
            .map(|(_, sold)| *sold)
            .max()
            .unwrap_or(0)
            .max(1);
        let top = round_up(most);
        let start = self.points.first().map_or(self.end, |(at, _)| *at);
        let x = |at: i64| {
            let part = (at - start) as f64 / (self.end - start).max(1) as f64;
            LEFT + part * (WIDTH - LEFT - RIGHT)
        };
        let y = |sold: u64| HEIGHT - BOTTOM - sold as f64 / top as f64 * (HEIGHT - TOP - BOTTOM);
        let mut line = format!("M{:.1} {:.1}", x(start), y(0));
        for (at, sold) in &self.points {
            // Writing to a String does not fail.
            let _ = write!(line, "H{:.1}V{:.1}", x(*at), y(*sold));
        }
        let _ = write!(line, "H{:.1}", x(self.end));
        let area = format!("{line}V{:.1}H{:.1}Z", y(0), x(start));
        let half = (top.is_multiple_of(2)).then_some(top / 2);
        let grid: Vec<u64> = [Some(0), half, Some(top)].into_iter().flatten().collect();
        html! {
            svg .curve viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby="curve-title curve-text" {
                title #curve-title { (title) }
                desc #curve-text { (text) }
                @for sold in grid {
                    (element(&format!("<path class=\"grid\" d=\"M{LEFT} {0:.1}H{1}\"/>", y(sold), WIDTH - RIGHT)))
                    text x=(LEFT - 8.0) y=(format!("{:.1}", y(sold) + 5.0)) text-anchor="end" aria-hidden="true" { (sold) }
                }
                (element(&format!("<path class=\"area\" d=\"{area}\"/><path class=\"line\" d=\"{line}\"/>")))
                text x=(LEFT) y=(HEIGHT - 8.0) aria-hidden="true" { (self.start()) }
                text x=(WIDTH - RIGHT) y=(HEIGHT - 8.0) text-anchor="end" aria-hidden="true" { (self.end()) }
            }
        }
    }
}

/// An element that HTML would not close by itself. Invariant: only numbers stand in it.
fn element(text: &str) -> PreEscaped<&str> {
    PreEscaped(text)
}

/// The next number from there on that begins with 1, 2 or 5 and has zeros behind.
fn round_up(number: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for first in [1, 2, 5] {
            let round = step.saturating_mul(first);
            if round >= number {
                return round;
            }
        }
        step = step.saturating_mul(10);
    }
}

/// A time in milliseconds since 1970, as the other pages tell it.
fn time(at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    moment(&at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_goes_up_where_tickets_are_sold_and_its_rows_say_the_same() {
        assert!(SoldCurve::of(Vec::new(), 5).is_none());
        let curve = SoldCurve::of(vec![(0, 3), (600_000, 2), (1_200_000, 8)], 2_400_000).unwrap();
        let rows: Vec<u64> = curve.rows(4).into_iter().map(|(_, sold)| sold).collect();
        assert_eq!((rows, curve.total()), (vec![2, 8, 8, 8], 8));
        let svg = curve.svg("<sold>", "8 & more").into_string();
        assert!(
            svg.contains("&lt;sold&gt;") && svg.contains("8 &amp; more"),
            "{svg}"
        );
        // From the axis up to 3, down to 2, up to 8 of 10.
        assert!(
            svg.contains("d=\"M56.0 226.0H56.0V162.4H218.0V183.6H380.0V56.4H704.0\""),
            "{svg}"
        );
        assert!(!svg.contains("style=") && !svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (number, expected) in [
            (1, 1),
            (3, 5),
            (11, 20),
            (199, 200),
            (201, 500),
            (u64::MAX, u64::MAX),
        ] {
            assert_eq!(round_up(number), expected);
        }
    }
}
