//! Whoever reads while others sell reads one whole count or another, never a piece.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use serde_json::Value;

use crate::harness::{Run, TestEvent, eventually, foreign_lock};

#[test]
fn no_read_is_torn_while_64_buyers_sell() {
    for text in [
        "{\"ticket\": 64}",
        "{\n  \"ticket\": 64,\n  \"hall\": \"east\"\n}",
    ] {
        let event = TestEvent::with(text);
        // A ledger, whose lock each buyer takes.
        let ledger = event.path("tickets.ledger.jsonl");
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        let mut held = foreign_lock(&ledger);
        let rush = event.start("--json buy --users 64 --lock --think 0ms");
        let over = AtomicBool::new(false);
        let last = [AtomicU64::new(u64::MAX), AtomicU64::new(u64::MAX)];
        let seen = thread::scope(|scope| {
            let _over = OverWhenDropped(&over);
            let readers: Vec<_> = last
                .iter()
                .map(|last| scope.spawn(|| read_until_over(&event, &over, last)))
                .collect();
            let queries = scope.spawn(|| query_until_over(&event, &over));
            // The first sales are made one by one, each of them once the readers have seen the one before.
            let mut rounds = 0;
            while rounds < 8 && event.json("query").1["left"] != 0 {
                rounds += 1;
                let (sold, left) = (event.sales().len(), event.json("query").1["left"].as_u64());
                eventually("both have seen it", || {
                    let seen = |last: &AtomicU64| Some(last.load(Ordering::SeqCst)) == left;
                    last.iter().all(seen).then_some(())
                });
                drop(held);
                eventually("somebody sells", || {
                    (event.sales().len() > sold).then_some(())
                });
                held = foreign_lock(&ledger);
            }
            drop(held);
            let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
            over.store(true, Ordering::SeqCst);
            assert_eq!((code, &report["sold"]), (0, &63.into()), "{report:#}");
            queries.join().unwrap();
            let seen = readers
                .into_iter()
                .flat_map(|reader| reader.join().unwrap())
                .collect::<BTreeSet<u64>>();
            // They saw the count go down, in each round.
            assert!(rounds > 0 && seen.len() > rounds, "{seen:?}");
            seen
        });
        assert!(seen.contains(&63), "{seen:?}");
    }
}

/// Ends the readers, also when the test fails.
struct OverWhenDropped<'a>(&'a AtomicBool);

impl Drop for OverWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Reads the file as any program would, for the last time when all is over; the counts it saw.
fn read_until_over(event: &TestEvent, over: &AtomicBool, seen_last: &AtomicU64) -> BTreeSet<u64> {
    let mut seen = BTreeSet::new();
    let mut last = u64::MAX;
    loop {
        let over = over.load(Ordering::SeqCst);
        let text = std::fs::read_to_string(&event.file).expect("tickets.json is always there");
        let count: Value =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("torn: {e}: {text:?}"));
        let left = count["ticket"].as_u64().unwrap();
        assert!(left <= last, "the count went up from {last} to {left}");
        if left < 64 {
            assert_eq!(count["sold"], 64 - left, "{text}");
        }
        last = left;
        seen_last.store(left, Ordering::SeqCst);
        seen.insert(left);
        if over {
            return seen;
        }
    }
}

fn query_until_over(event: &TestEvent, over: &AtomicBool) {
    let mut last = u64::MAX;
    while !over.load(Ordering::SeqCst) {
        let (code, answer) = event.json("query");
        assert_eq!(code, 0, "{answer:#}");
        let left = answer["left"].as_u64().unwrap();
        assert!(left <= last, "the count went up from {last} to {left}");
        assert_eq!(answer["sold"], 64 - left);
        last = left;
    }
}
