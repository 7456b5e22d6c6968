//! Whoever reads while others sell reads one whole count or another, never a piece.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use crate::harness::{Run, TestEvent};

#[test]
fn no_read_is_torn_while_64_buyers_sell() {
    for text in [
        "{\"ticket\": 64}",
        "{\n  \"ticket\": 64,\n  \"hall\": \"east\"\n}",
    ] {
        let event = TestEvent::with(text);
        let rush = event.start("--json buy --users 64 --lock --think 1ms..3ms");
        let over = AtomicBool::new(false);
        let seen = thread::scope(|scope| {
            let readers: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| read_until_over(&event, &over)))
                .collect();
            let queries = scope.spawn(|| query_until_over(&event, &over));
            let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
            over.store(true, Ordering::SeqCst);
            assert_eq!((code, &report["sold"]), (0, &64.into()), "{report:#}");
            queries.join().unwrap();
            readers
                .into_iter()
                .flat_map(|reader| reader.join().unwrap())
                .collect::<BTreeSet<u64>>()
        });
        // The readers were there: they saw the count go down.
        assert!(seen.len() > 5, "only {seen:?} seen");
        assert!(seen.contains(&64), "{seen:?}");
    }
}

/// Reads the file as any program would; the counts it saw.
fn read_until_over(event: &TestEvent, over: &AtomicBool) -> BTreeSet<u64> {
    let mut seen = BTreeSet::new();
    let mut last = u64::MAX;
    while !over.load(Ordering::SeqCst) {
        let text = std::fs::read_to_string(&event.file).expect("tickets.json is always there");
        let count: Value =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("torn: {e}: {text:?}"));
        let left = count["ticket"].as_u64().unwrap();
        assert!(left <= last, "the count went up from {last} to {left}");
        if left < 64 {
            assert_eq!(count["sold"], 64 - left, "{text}");
        }
        last = left;
        seen.insert(left);
    }
    seen
}

fn query_until_over(event: &TestEvent, over: &AtomicBool) {
    let mut last = u64::MAX;
    while !over.load(Ordering::SeqCst) {
        let (code, answer) = event.json("query");
        assert_eq!(code, 0, "{answer:#}");
        let left = answer["ticket"].as_u64().unwrap();
        assert!(left <= last, "the count went up from {last} to {left}");
        assert_eq!(answer["sold"], 64 - left);
        last = left;
    }
}
