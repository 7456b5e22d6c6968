use std::path::Path;

use super::super::{Entry, Measured};
use super::{Peer, Report, to_svg};
use crate::machine::Machine;
use crate::stats::Summary;

fn measured(peer: Peer, rates: &[(u32, f64)]) -> impl Iterator<Item = Measured> {
    rates.iter().map(move |&(processes, rate)| Measured {
        entry: Entry { peer, processes },
        values: vec![rate],
        summary: Summary::of(&[rate]).unwrap(),
        slowest: 100.0,
    })
}

fn report(all: &[(Peer, &[(u32, f64)])]) -> Report {
    let measured = all.iter().flat_map(|(peer, rates)| measured(*peer, rates));
    Report {
        machine: Machine::look(Path::new("/"), &[]),
        rounds: 3,
        seconds: None,
        measured: measured.collect(),
    }
}

#[test]
fn no_name_of_a_program_stands_over_another_and_settings_are_named() {
    let svg = to_svg(&report(&[
        (Peer::Ours, &[(1, 7000.0), (8, 21_000.0)]),
        (Peer::SqliteFull, &[(1, 6990.0), (8, 3001.0)]),
        (Peer::Lmdb, &[(1, 4300.0), (8, 3000.0)]),
        (Peer::Append, &[(1, 7001.0)]),
    ]));
    let names = svg.lines().filter(|line| line.contains("x=\"742.0\""));
    let height = |line: &str| -> f64 {
        let from = line.split(" y=\"").nth(1).unwrap();
        from.split('"').next().unwrap().parse().unwrap()
    };
    let mut heights: Vec<f64> = names.map(height).collect();
    heights.sort_by(f64::total_cmp);
    assert_eq!(heights.len(), 4, "{svg}");
    let apart = heights.windows(2).all(|pair| pair[1] - pair[0] >= 14.0);
    assert!(apart, "{heights:?}");
    for words in [
        "SQLite (synchronous = FULL)",
        "sales per second: higher is better",
    ] {
        assert!(svg.contains(words), "{words}");
    }
    // A panel in which nothing was measured is not drawn.
    assert!(!svg.contains("Not durable"));
}
