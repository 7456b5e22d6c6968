//! The result, as a table for people and as JSON for programs.

use serde_json::{Value, json};

use crate::machine::Machine;
use crate::measure::{Measured, Quantity, Series, Target};
use crate::stats::Summary;
use crate::table::align;

/// The heads of the table's columns.
const HEADS: [&str; COLUMNS] = [
    "row",
    "tickets",
    "peer",
    "peer took",
    "ratio",
    "target",
    "result",
];
const COLUMNS: usize = 7;

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    /// On what.
    pub(crate) machine: Machine,
    /// How many timed runs each program had.
    pub(crate) runs: u32,
    /// Whether the sizes were the small ones.
    pub(crate) quick: bool,
    /// The rows.
    pub(crate) rows: Vec<Measured>,
}

impl Report {
    /// The table.
    pub(crate) fn to_table(&self) -> String {
        let mut lines = vec![HEADS.map(str::to_owned)];
        lines.extend(self.rows.iter().flat_map(row_lines));
        let small = if self.quick {
            "; sizes too small to say how fast anything is"
        } else {
            ""
        };
        format!(
            "{}\nmedian (min..max) of {} timed runs of each program, in turn{small}\n\n{}",
            self.machine.to_line(),
            self.runs,
            align(&lines)
        )
    }

    /// The same for programs.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "machine": self.machine.to_json(),
            "runs": self.runs,
            "quick": self.quick,
            "rows": self.rows.iter().map(row_json).collect::<Vec<_>>(),
        })
    }
}

/// One line for each peer of a row, or one if it has none; what is about ours stands on the first.
fn row_lines(measured: &Measured) -> Vec<[String; COLUMNS]> {
    let quantity = measured.row.quantity;
    let (target, result) = match (measured.row.target, measured.met()) {
        (Some(target), Some(true)) => (show_target(quantity, target), "met"),
        (Some(target), _) => (show_target(quantity, target), "not met"),
        (None, _) => (String::new(), ""),
    };
    let ours = show_summary(quantity, measured.ours.summary);
    let mut peers = measured.peers.iter().map(|peer| {
        let took = show_summary(quantity, peer.summary) + &show_crashed(peer);
        let ratio = format!("{:.1}x", measured.ratio(peer));
        [peer.program.label().to_owned(), took, ratio]
    });
    let [peer, took, ratio] = peers.next().unwrap_or_default();
    let name = measured.row.name.clone();
    let mut lines = vec![[name, ours, peer, took, ratio, target, result.to_owned()]];
    for [peer, took, ratio] in peers {
        let mut line = <[String; COLUMNS]>::default();
        [line[2], line[3], line[4]] = [peer, took, ratio];
        lines.push(line);
    }
    lines
}

fn show_summary(quantity: Quantity, summary: Summary) -> String {
    let Summary { median, min, max } = summary;
    match quantity {
        Quantity::WallTime | Quantity::FromTheStart if median < 1.0 => {
            let [median, min, max] = [median, min, max].map(|seconds| seconds * 1e3);
            format!("{median:.1} ms ({min:.1}..{max:.1})")
        }
        Quantity::WallTime | Quantity::FromTheStart => {
            format!("{median:.2} s ({min:.2}..{max:.2})")
        }
        Quantity::PeakMemory => format!("{median:.1} MiB ({min:.1}..{max:.1})"),
    }
}

fn show_target(quantity: Quantity, target: Target) -> String {
    match (target, quantity) {
        (Target::TimesFaster(times), _) => format!(">= {times}x"),
        (Target::AtMost(most), Quantity::WallTime | Quantity::FromTheStart) => {
            format!("<= {most} s")
        }
        (Target::AtMost(most), Quantity::PeakMemory) => format!("<= {most} MiB"),
    }
}

/// How many buyers a run lost to a crash, where any did: they sold nothing, which takes less time.
fn show_crashed(series: &Series) -> String {
    let (least, most) = (series.crashed.iter().min(), series.crashed.iter().max());
    match (least, most) {
        (_, None | Some(0)) | (None, _) => String::new(),
        (Some(least), Some(most)) if least == most => format!(", {most} crashed"),
        (Some(least), Some(most)) => format!(", {least}..{most} crashed"),
    }
}

fn row_json(measured: &Measured) -> Value {
    let row = &measured.row;
    let peers: Vec<_> = measured
        .peers
        .iter()
        .map(|peer| series_json(peer, Some(measured.ratio(peer))))
        .collect();
    json!({
        "name": row.name,
        "unit": match row.quantity {
            Quantity::WallTime | Quantity::FromTheStart => "s",
            Quantity::PeakMemory => "MiB",
        },
        "users": row.load.users,
        "stock": row.load.stock,
        "locked": row.load.locked,
        "think_ms": row.load.think.as_millis() as u64,
        "tickets": series_json(&measured.ours, None),
        "peers": peers,
        "target": row.target.map(|target| match target {
            Target::TimesFaster(times) => json!({"times_faster": times}),
            Target::AtMost(most) => json!({"at_most": most}),
        }),
        "met": measured.met(),
    })
}

fn series_json(series: &Series, ratio: Option<f64>) -> Value {
    let Summary { median, min, max } = series.summary;
    json!({
        "program": series.program.label(),
        "median": median,
        "min": min,
        "max": max,
        "values": series.values,
        "crashed": series.crashed,
        "ratio": ratio,
    })
}

#[cfg(test)]
mod tests {
    use super::row_lines;
    use crate::measure::{Measured, Quantity, Row, Series, Target};
    use crate::program::{Load, Program};
    use crate::stats::Summary;

    fn series(program: Program, seconds: f64, crashed: u64) -> Series {
        Series {
            program,
            values: vec![seconds],
            crashed: vec![crashed],
            summary: Summary {
                median: seconds,
                min: seconds,
                max: seconds,
            },
        }
    }

    fn measured(seconds: f64) -> Measured {
        let ours = Program::Tickets { threads: false };
        let sleepers = Program::Sleepers { threads: false };
        Measured {
            row: Row {
                name: "locked".to_owned(),
                quantity: Quantity::WallTime,
                load: Load {
                    users: 8,
                    stock: 8,
                    locked: true,
                    think: std::time::Duration::ZERO,
                },
                ours,
                peers: vec![Program::Rush { silent: false }, sleepers],
                target: Some(Target::TimesFaster(10.0)),
            },
            ours: series(ours, seconds, 0),
            peers: vec![
                series(Program::Rush { silent: false }, 2.0, 3),
                series(sleepers, 4.0, 0),
            ],
        }
    }

    #[test]
    fn the_first_peer_decides_and_each_has_a_line() {
        let lines = row_lines(&measured(0.1));
        let took = "2.00 s (2.00..2.00), 3 crashed";
        assert_eq!(lines[0][3..], [took, "20.0x", ">= 10x", "met"]);
        assert_eq!(lines[1][..2], ["", ""]);
        assert_eq!(lines[1][3..], ["4.00 s (4.00..4.00)", "40.0x", "", ""]);
    }

    #[test]
    fn a_target_is_met_or_not() {
        assert_eq!(measured(0.2).met(), Some(true));
        assert_eq!(measured(0.3).met(), Some(false));
    }
}
