//! Row 9: a crowd waits for the lock; its holder is stopped, and then killed; of those who wait, 40 % are
//! killed, half of them while they wait and half while the others sell.
//!
//! Those who wait get the lock in the order in which they came, as long as nobody is killed: a `flock` that is
//! taken out of the kernel's queue wakes those behind it, and they queue anew. So the order is judged of a
//! crowd of which nobody is.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use crate::books::Books;
use crate::holder::Holder;
use crate::program::{Program, Run};
use crate::rng::Rng;
use crate::row::{Fault, Row};
use crate::test_event::{LOCK, TestEvent, eventually, signal, waiting};

/// How many wait, in a slice and in all.
const SLICE: usize = 60;
const ALL: usize = 2000;

/// How many in a hundred are killed.
const KILLED: u64 = 40;

pub(crate) fn strike(row: &mut Row) {
    if Holder::missing() {
        return row.cannot("no flock(1)");
    }
    let program = row.program().clone();
    row.run("holder stopped", "stopped", true, || stopped(&program));
    for (column, buyers, killed, in_slice) in [
        ("a few in order", SLICE, 0, true),
        ("a few killed", SLICE, KILLED, true),
        ("a crowd in order", ALL, 0, false),
        ("a crowd killed", ALL, KILLED, false),
    ] {
        // A crowd of thousands comes once.
        for seed in 0..if buyers == ALL { 1 } else { 3 } {
            let name = format!("{column}/seed {seed}");
            row.run(column, &name, in_slice && seed == 0, || {
                crowd(&program, buyers, killed, seed)
            });
        }
    }
}

fn event(program: &Program, stock: usize) -> TestEvent {
    let event = TestEvent::empty(program);
    std::fs::write(&event.file, format!("{{\"ticket\": {stock}}}\n")).unwrap();
    let (code, document) = event.json("book first --key first");
    assert_eq!(code, 0, "{document:#}");
    event
}

/// Whoever waits for a stopped process is told which one.
fn stopped(program: &Program) -> Fault {
    let event = event(program, 9);
    let holder = Holder::of(&event);
    signal(holder.pid(), "STOP");
    let (code, document) = event.json("book late --wait 200ms");
    assert_eq!(code, 5, "{document:#}");
    assert_eq!(document["error"]["holder"], holder.pid(), "{document:#}");
    drop(holder);
    assert_eq!(event.json("book next").0, 0);
    assert_eq!(Books::of(&event).sold, 2);
    Fault::Struck
}

fn crowd(program: &Program, buyers: usize, percent: u64, seed: u64) -> Fault {
    let mut rng = Rng::of(seed);
    let event = event(program, buyers + 9);
    let mut holder = Holder::of(&event);
    let mut crowd: Vec<Child> = (0..buyers)
        .map(|at| {
            let child = event.start(&format!("--json book b{at} --key b{at} --wait 1h"));
            // One after the other, so that who came first is known.
            eventually("it waits", || {
                (waiting(&event.path(LOCK)) > at).then_some(())
            });
            child
        })
        .collect();
    let killed: Vec<bool> = crowd.iter().map(|_| rng.below(100) < percent).collect();
    let early: Vec<bool> = killed
        .iter()
        .map(|killed| *killed && rng.below(2) == 0)
        .collect();
    let kill = |child: &mut Child| child.kill().unwrap();
    crowd
        .iter_mut()
        .zip(&early)
        .filter(|(_, early)| **early)
        .for_each(|(child, _)| kill(child));
    let start = Instant::now();
    holder.kill();
    for ((child, killed), early) in crowd.iter_mut().zip(&killed).zip(&early) {
        if *killed && !early {
            thread::sleep(Duration::from_micros(rng.below(500)));
            kill(child);
        }
    }
    let runs: Vec<Run> = crowd
        .into_iter()
        .map(|child| Run::of(child.wait_with_output().unwrap()))
        .collect();
    let drained = start.elapsed();
    judge(&event, &runs, &killed);
    if percent == 0 {
        in_order(&Books::of(&event));
    }
    tell(buyers, percent, drained);
    Fault::Struck
}

/// Told, not judged: a machine that does other things takes longer.
#[expect(clippy::print_stderr, reason = "a time that no test may assert")]
fn tell(buyers: usize, percent: u64, drained: Duration) {
    if buyers == ALL {
        eprintln!("{buyers} buyers, {percent} % of them killed: through in {drained:.1?}");
    }
}

fn judge(event: &TestEvent, runs: &[Run], killed: &[bool]) {
    let books = Books::of(event);
    for (at, (run, killed)) in runs.iter().zip(killed).enumerate() {
        let sales = books.under(&format!("b{at}"));
        assert!(sales.len() <= 1, "sold twice: {sales:?}");
        match run.code {
            Some(0) => assert_eq!(sales.len(), 1, "answered, and not there: {run:?}"),
            None => assert!(killed, "it died: {run:?}"),
            Some(_) => panic!("refused: {run:?}"),
        }
    }
    assert_eq!(event.json("book next --key next").0, 0);
    let (code, audit) = event.json("audit");
    assert_eq!(
        (code, &audit["sold"]),
        (0, &(books.sold + 1).into()),
        "{audit:#}"
    );
    let names = event.names();
    assert!(!names.iter().any(|name| name.starts_with('.')), "{names:?}");
}

/// Whether the sales stand in the order in which the buyers came.
fn in_order(books: &Books) {
    let order = books.lines.iter();
    let order = order.filter_map(|line| line["buyer"].as_str()?.strip_prefix('b'));
    let order: Vec<usize> = order.map(|at| at.parse().unwrap()).collect();
    let out = order.len() - longest_in_order(&order);
    // One in a hundred is what the row is about; of a few, on a machine that is busy with other tests, some
    // neighbours change places. Whoever polls comes out of turn every second time.
    let one_in = if order.len() < ALL { 5 } else { 100 };
    assert!(
        one_in * out <= order.len(),
        "out of their turn: {out} of {}: {order:?}",
        order.len()
    );
}

/// How many of these can stay where they are when all others are put into order.
fn longest_in_order(numbers: &[usize]) -> usize {
    // By the length of a row in order: the smallest number that ends one.
    let mut ends: Vec<usize> = Vec::new();
    for &number in numbers {
        match ends.partition_point(|end| *end < number) {
            at if at == ends.len() => ends.push(number),
            at => ends[at] = number,
        }
    }
    ends.len()
}

#[cfg(test)]
mod tests {
    #[test]
    fn whoever_is_out_of_turn_is_counted_once() {
        assert_eq!(super::longest_in_order(&[9, 0, 1, 2, 3]), 4);
        assert_eq!(super::longest_in_order(&[0, 1, 5, 2, 3, 4]), 5);
        assert_eq!(super::longest_in_order(&[]), 0);
    }
}
