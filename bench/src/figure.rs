//! A figure of the report, and what it is meant to be.

use serde_json::{Value, json};

use crate::Result;
use crate::stats::Summary;
use crate::table::align;

/// What a figure is meant to be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// Something measured, once or several times.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    name: String,
    unit: &'static str,
    values: Vec<f64>,
    summary: Summary,
    bound: Option<Bound>,
}

impl Figure {
    /// What was measured so many times.
    pub(crate) fn of(name: String, unit: &'static str, values: Vec<f64>) -> Result<Self> {
        let summary =
            Summary::of(&values).ok_or_else(|| format!("{name}: nothing was measured"))?;
        Ok(Self {
            name,
            unit,
            values,
            summary,
            bound: None,
        })
    }

    /// What was measured once.
    pub(crate) fn once(name: &str, unit: &'static str, value: f64) -> Self {
        Self {
            name: name.to_owned(),
            unit,
            values: vec![value],
            summary: Summary {
                median: value,
                min: value,
                max: value,
            },
            bound: None,
        }
    }

    /// How many times as much this is, median over median.
    pub(crate) fn ratio(&self, name: String, other: &Self) -> Self {
        Self {
            name,
            ..Self::once("", "x", self.summary.median / other.summary.median)
        }
    }

    /// The same, meant to be no more.
    pub(crate) fn at_most(self, most: f64) -> Self {
        Self {
            bound: Some(Bound::AtMost(most)),
            ..self
        }
    }

    /// The same, meant to be no less.
    pub(crate) fn at_least(self, least: f64) -> Self {
        Self {
            bound: Some(Bound::AtLeast(least)),
            ..self
        }
    }

    /// The same without anything it is meant to be.
    pub(crate) fn unbound(self) -> Self {
        Self {
            bound: None,
            ..self
        }
    }

    fn met(&self) -> Option<bool> {
        let median = self.summary.median;
        self.bound.map(|bound| match bound {
            Bound::AtMost(most) => median <= most,
            Bound::AtLeast(least) => median >= least,
        })
    }

    /// All of them, a line each.
    pub(crate) fn table(figures: &[Self]) -> String {
        let heads = ["figure", "median [min..max]", "target", "result"];
        let mut lines = vec![heads.map(str::to_owned)];
        lines.extend(figures.iter().map(Self::cells));
        align(&lines)
    }

    /// Name, value, target, and whether that is met.
    fn cells(&self) -> [String; 4] {
        let Summary { median, min, max } = self.summary;
        let [median, min, max] = [median, min, max].map(|value| self.show(value));
        let value = match self.values.len() {
            1 => median,
            _ => format!("{median} [{min}..{max}]"),
        };
        let unit = |text: String| match self.unit {
            "x" | "%" => text + self.unit,
            unit => text + " " + unit,
        };
        let target = self.bound.map(|bound| match bound {
            Bound::AtMost(most) => unit(format!("<= {}", self.show(most))),
            Bound::AtLeast(least) => unit(format!(">= {}", self.show(least))),
        });
        let met = self.met().map(|met| if met { "met" } else { "missed" });
        [
            self.name.clone(),
            unit(value),
            target.unwrap_or_default(),
            met.unwrap_or_default().to_owned(),
        ]
    }

    fn show(&self, value: f64) -> String {
        match self.unit {
            "lines/s" | "operations/s" | "schedules/s" | "sales" | "processes" | "rows/s"
            | "times" => crate::table::thousands(value),
            "%" | "MiB" => format!("{value:.1}"),
            _ => format!("{value:.2}"),
        }
    }

    /// The same for programs.
    pub(crate) fn to_json(&self) -> Value {
        let Summary { median, min, max } = self.summary;
        json!({
            "name": self.name,
            "unit": self.unit,
            "median": median,
            "min": min,
            "max": max,
            "values": self.values,
            "target": self.bound.map(|bound| match bound {
                Bound::AtMost(most) => json!({"at_most": most}),
                Bound::AtLeast(least) => json!({"at_least": least}),
            }),
            "met": self.met(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Figure;

    fn figure(unit: &'static str, values: &[f64]) -> Figure {
        Figure::of("f".to_owned(), unit, values.to_vec()).unwrap()
    }

    #[test]
    fn the_median_decides_and_the_spread_is_shown() {
        let met = figure("ms", &[1.0, 9.0, 2.0]).at_most(2.0);
        assert_eq!(
            met.cells()[1..],
            ["2.00 [1.00..9.00] ms", "<= 2.00 ms", "met"]
        );
        let missed = figure("lines/s", &[999_999.0]).at_least(1e6);
        assert_eq!(
            missed.cells()[1..],
            ["999,999 lines/s", ">= 1,000,000 lines/s", "missed"]
        );
    }

    #[test]
    fn a_ratio_is_of_medians() {
        let ratio = figure("ms", &[3.0]).ratio("r".to_owned(), &figure("ms", &[1.0, 2.0, 7.0]));
        assert_eq!(ratio.cells(), ["r", "1.50x", "", ""]);
    }

    #[test]
    fn nothing_measured_is_an_error() {
        assert!(Figure::of("f".to_owned(), "ms", Vec::new()).is_err());
    }
}
