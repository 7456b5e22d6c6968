//! The result of `sales`, as a table for people and as JSON for programs.

use serde_json::{Value, json};

use super::store::Promise;
use super::{Entry, Measured, Target};
use crate::machine::Machine;
use crate::table::{align, thousands};

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    /// On what.
    pub(crate) machine: Machine,
    /// How many timed rounds there were.
    pub(crate) rounds: u32,
    /// How long the workers sold in each, in seconds; `None`: until each had sold its share.
    pub(crate) seconds: Option<f64>,
    /// What was measured, those with as many processes together.
    pub(crate) measured: Vec<Measured>,
}

impl Report {
    /// The table.
    pub(crate) fn to_table(&self) -> String {
        let heads = [
            "processes",
            "program",
            "sales/s",
            "slowest",
            "tickets",
            "target",
            "result",
        ];
        let mut lines = vec![heads.map(str::to_owned)];
        let mut last = 0;
        for measured in &self.measured {
            let [program, sales, slowest, ratio, target, result] = self.cells(measured);
            let processes = measured.entry.processes;
            let shown = if processes == last {
                String::new()
            } else {
                processes.to_string()
            };
            last = processes;
            lines.push([shown, program, sales, slowest, ratio, target, result]);
        }
        format!(
            "{}\nmedian [min..max] of {} rounds, in turn, {}\n\n{}",
            self.machine.to_line(),
            self.rounds,
            self.work(),
            align(&lines)
        )
    }

    /// How long each round was.
    pub(crate) fn work(&self) -> String {
        match self.seconds {
            Some(seconds) => format!("of {seconds} s each"),
            None => "each until all had sold equal shares".to_owned(),
        }
    }

    fn cells(&self, measured: &Measured) -> [String; 6] {
        let summary = measured.summary;
        let [median, min, max] = [summary.median, summary.min, summary.max].map(thousands);
        let ratio = self.ratio(measured);
        let target = measured.entry.target().filter(|_| ratio.is_some());
        let met = target.zip(ratio).map(|(target, ratio)| target.met(ratio));
        [
            measured.entry.peer.label().to_owned(),
            format!("{median} [{min}..{max}]"),
            format!("{:.0}%", measured.slowest),
            ratio.map_or_else(String::new, |ratio| show_ratio(measured.entry, ratio)),
            target.map_or_else(String::new, show_target),
            met.map_or("", |met| if met { "met" } else { "missed" })
                .to_owned(),
        ]
    }

    /// How many times as many sales per second ours makes; `None` for ours itself, or without it.
    fn ratio(&self, measured: &Measured) -> Option<f64> {
        let entry = measured.entry;
        let ours = self
            .measured
            .iter()
            .find(|other| other.entry == entry.ours())?;
        (entry != ours.entry && entry.peer.promise() == ours.entry.peer.promise())
            .then(|| ours.summary.median / measured.summary.median)
    }

    /// The same for programs.
    pub(crate) fn to_json(&self) -> Value {
        let rows = self.measured.iter().map(|measured| self.row_json(measured));
        json!({
            "machine": self.machine.to_json(),
            "rounds": self.rounds,
            "seconds": self.seconds,
            "rows": rows.collect::<Vec<_>>(),
        })
    }

    fn row_json(&self, measured: &Measured) -> Value {
        let entry = measured.entry;
        let ratio = self.ratio(measured);
        let target = entry.target();
        json!({
            "program": entry.peer.label(),
            "processes": entry.processes,
            "durable": entry.peer.promise() == Promise::Durable,
            "unit": "sales/s",
            "median": measured.summary.median,
            "min": measured.summary.min,
            "max": measured.summary.max,
            "values": measured.values,
            "slowest_percent": measured.slowest,
            "ratio": ratio,
            "target": target.map(|target| match target {
                Target::TimesAsMany(times) => json!({"times_as_many": times}),
                Target::TimesItsTime(times) => json!({"times_its_time": times}),
            }),
            "met": target.zip(ratio).map(|(target, ratio)| target.met(ratio)),
        })
    }
}

/// The ratio in the words of the target.
fn show_ratio(entry: Entry, ratio: f64) -> String {
    match entry.target() {
        Some(Target::TimesItsTime(_)) => format!("{:.2}x its time", ratio.recip()),
        _ => format!("{ratio:.2}x"),
    }
}

fn show_target(target: Target) -> String {
    match target {
        Target::TimesAsMany(times) => format!(">= {times}x"),
        Target::TimesItsTime(times) => format!("<= {times}x its time"),
    }
}

#[cfg(test)]
mod tests {
    use super::Report;
    use crate::machine::Machine;
    use crate::sales::peer::Peer;
    use crate::sales::{Entry, Measured};
    use crate::stats::Summary;

    fn measured(peer: Peer, rate: f64) -> Measured {
        let values = vec![rate];
        Measured {
            entry: Entry { peer, processes: 1 },
            summary: Summary::of(&values).unwrap(),
            values,
            slowest: 100.0,
        }
    }

    fn report(rates: &[(Peer, f64)]) -> Report {
        Report {
            machine: Machine::look(std::path::Path::new("/"), &[]),
            rounds: 1,
            seconds: Some(0.5),
            measured: rates
                .iter()
                .map(|&(peer, rate)| measured(peer, rate))
                .collect(),
        }
    }

    #[test]
    fn the_ratio_is_ours_over_the_peers() {
        let rates = [
            (Peer::Ours, 1000.0),
            (Peer::SqliteFull, 500.0),
            (Peer::Append, 1200.0),
        ];
        let report = report(&rates);
        let cells = |at: usize| report.cells(&report.measured[at])[3..].to_vec();
        assert_eq!(cells(0), ["", "", ""]);
        assert_eq!(cells(1), ["2.00x", ">= 1x", "met"]);
        assert_eq!(cells(2), ["1.20x its time", "<= 1.3x its time", "met"]);
    }

    #[test]
    fn without_ours_of_the_same_promise_there_is_no_ratio() {
        let report = report(&[(Peer::Ours, 1000.0), (Peer::LmdbNoSync, 500.0)]);
        assert_eq!(report.ratio(&report.measured[1]), None);
    }
}
