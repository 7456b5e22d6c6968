//! Row 12: somebody edits `tickets.json` while eight buyers buy. Nothing is oversold and no sale is lost;
//! a count that contradicts the ledger is named, and `audit --repair` goes by the ledger.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::books::Books;
use crate::program::Program;
use crate::rng::Rng;
use crate::row::{Fault, Row};
use crate::test_event::{COUNT, TestEvent};

/// How many edits a case is, and how many cases there are: 500 edits in all.
const EDITS: u64 = 10;
const CASES: u64 = 50;

const STOCK: i64 = 100_000;

pub(crate) fn strike(row: &mut Row) {
    let program = row.program().clone();
    for seed in 0..CASES {
        let name = format!("seed {seed}");
        row.run("ten edits", &name, seed == 0, || edits(&program, seed));
    }
}

fn edits(program: &Program, seed: u64) -> Fault {
    let event = TestEvent::empty(program);
    fs::write(&event.file, format!("{{\"ticket\": {STOCK}}}\n")).unwrap();
    assert_eq!(event.json("book first --key first").0, 0);
    let over = AtomicBool::new(false);
    let answered = Mutex::new(Vec::new());
    let mut rng = Rng::of(seed);
    thread::scope(|scope| {
        let (event, over, answered) = (&event, &over, &answered);
        for buyer in 0..8 {
            scope.spawn(move || buy(event, buyer, over, answered));
        }
        for _ in 0..EDITS {
            edit(event, &mut rng);
            thread::sleep(Duration::from_millis(2 + rng.below(8)));
            // Whoever finds it out says so; the ledger is the truth.
            let run = event.run("--json audit --repair");
            if ![Some(0), Some(6)].contains(&run.code) {
                over.store(true, Ordering::SeqCst);
                panic!("{run:?}");
            }
        }
        over.store(true, Ordering::SeqCst);
    });
    let (code, audit) = event.json("audit --repair");
    assert_eq!(code, 0, "{audit:#}");
    let books = Books::of(&event);
    assert_eq!(books.capacity, STOCK);
    let answered = answered.into_inner().unwrap();
    for (key, id) in &answered {
        let sales = books.under(key);
        assert_eq!(sales.len(), 1, "{key}, which was answered: {sales:?}");
        assert_eq!(sales[0]["id"].to_string(), *id);
    }
    assert_eq!(event.count()["ticket"], books.left);
    assert_eq!(event.json("book next --key next").0, 0);
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}");
    Fault::StruckOften(EDITS)
}

fn buy(
    event: &TestEvent,
    buyer: usize,
    over: &AtomicBool,
    answered: &Mutex<Vec<(String, String)>>,
) {
    for n in 0.. {
        if over.load(Ordering::SeqCst) {
            return;
        }
        let key = format!("{buyer}-{n}");
        let (code, document) = event.json(&format!("book b --key {key}"));
        match code {
            0 => {
                let id = document["sale"]["id"].to_string();
                answered.lock().unwrap().push((key, id));
            }
            // The count is half an editor's, or contradicts the ledger.
            6 => {}
            // Published over by an editor in the same moment.
            1 if document["error"]["code"] == "outcome_unknown" => {}
            _ => panic!("exit code {code}: {document:#}"),
        }
    }
}

/// One thing that people do to a file.
fn edit(event: &TestEvent, rng: &mut Rng) {
    let old = fs::read_to_string(&event.file).unwrap_or_default();
    let Ok(mut count) = serde_json::from_str::<Value>(&old) else {
        return;
    };
    let what = rng.below(6);
    // Long enough for others to sell meanwhile.
    thread::sleep(Duration::from_millis(rng.below(6)));
    let new = match what {
        // Saved as it was read: stale by now.
        0 | 1 => old,
        2 => {
            count["ticket"] = (count["ticket"].as_i64().unwrap() + 50).into();
            count.to_string()
        }
        3 => {
            count["ticket"] = 0.into();
            count.to_string()
        }
        4 => {
            count["venue"] = "hall".into();
            count.to_string()
        }
        _ => format!("{count:#}"),
    };
    if what.is_multiple_of(2) {
        // As vim saves.
        let temp = event.path("edited");
        fs::write(&temp, new).unwrap();
        fs::rename(temp, event.path(COUNT)).unwrap();
    } else {
        // As nano saves.
        fs::write(&event.file, new).unwrap();
    }
}
