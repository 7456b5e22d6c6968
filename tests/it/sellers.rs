//! Programs that stay open and sell a lot, beside resets, commands and kills: what they were told they sold
//! stands on one ledger, once.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;
use tickets::office::{Durability, Order, Unobserved};
use tickets::{BoxOffice, Kind};

use crate::harness::{Run, TestEvent, eventually};

/// What the seller's process sells from; without it, it is no seller's process.
const EVENT: &str = "TICKETS_TEST_SELLER_EVENT";
const DURABILITY: &str = "TICKETS_TEST_SELLER_DURABILITY";

/// Sells one ticket after the other until its standard input ends, and says `sold ID` of each.
#[test]
fn seller() {
    let (Ok(event), Ok(durability)) = (std::env::var(EVENT), std::env::var(DURABILITY)) else {
        return;
    };
    let ended = Arc::new(AtomicBool::new(false));
    let end = Arc::clone(&ended);
    thread::spawn(move || {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        end.store(true, Ordering::SeqCst);
    });
    let order = Order::new("alice", 1).durability(match durability.as_str() {
        "disk" => Durability::Disk,
        _ => Durability::Process,
    });
    let mut office = BoxOffice::at(event).unwrap();
    while !ended.load(Ordering::SeqCst) {
        match office.purchase(&order, &mut Unobserved) {
            // One write, so that a killed seller has said all of it or nothing.
            Ok(sale) => {
                let said = format!("\nsold {}\n", sale.id);
                io::stdout().write_all(said.as_bytes()).unwrap();
                io::stdout().flush().unwrap();
            }
            // Two resets, one right after the other: nobody can say.
            Err(error) => assert_eq!(error.kind(), Kind::OutcomeUnknown, "{error}"),
        }
    }
}

/// A seller's process, and who reads what it says.
struct Seller {
    process: Child,
    reader: thread::JoinHandle<Vec<String>>,
    /// How many sales it has told of.
    told: Arc<AtomicUsize>,
}

impl Seller {
    fn start(event: &Path, durability: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sellers::seller", "--nocapture"])
            .env(EVENT, event)
            .env(DURABILITY, durability)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let told = Arc::new(AtomicUsize::new(0));
        let one_more = Arc::clone(&told);
        let reader = thread::spawn(move || {
            let lines = said.lines().map(Result::unwrap);
            let sold = lines.filter_map(|line| line.strip_prefix("sold ").map(str::to_owned));
            sold.inspect(|_| {
                one_more.fetch_add(1, Ordering::SeqCst);
            })
            .collect()
        });
        Self {
            process,
            reader,
            told,
        }
    }

    /// Waits until it has sold so many more.
    fn sells(&self, more: usize) {
        let told = || self.told.load(Ordering::SeqCst);
        let enough = told() + more;
        eventually("it sells", || (told() >= enough).then_some(()));
    }

    /// What it said until it was killed.
    fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.reader.join().unwrap()
    }

    /// What it said until it was asked to end.
    fn end(mut self) -> Vec<String> {
        drop(self.process.stdin.take());
        let status = self.process.wait().unwrap();
        let sold = self.reader.join().unwrap();
        assert!(status.success(), "{status}");
        sold
    }
}

/// The sales on a ledger, each by its id and its time; the ledger must add up from its first line to its last.
fn sales(path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).unwrap();
    let (mut left, mut sales) = (0, Vec::new());
    // Whoever was killed last may have left room behind the last line.
    for (line, seq) in text.trim_end_matches('\n').split('\n').zip(1..) {
        let record: Value = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("{}:{seq}: {error}: {line}", path.display()));
        assert_eq!(record["seq"], seq, "{}", path.display());
        let quantity = record["quantity"].as_i64().unwrap();
        match record["op"].as_str() {
            Some("open") => left = quantity,
            Some("sell") => {
                left -= quantity;
                let text = |member: &str| record[member].as_str().unwrap().to_owned();
                sales.push((text("id"), text("at")));
            }
            Some("cancel" | "adjust") => left += quantity,
            op => panic!("{}:{seq}: {op:?}", path.display()),
        }
        assert!(left >= 0, "{}:{seq}: oversold", path.display());
        assert_eq!(record["left"], left, "{}:{seq}", path.display());
    }
    sales
}

fn all_that_was_sold_stands_on_one_ledger(rounds: usize, event: &TestEvent) {
    let start = |durability| Seller::start(&event.file, durability);
    let mut sellers = vec![
        start("disk"),
        start("process"),
        start("disk"),
        start("process"),
    ];
    let mut told = Vec::new();
    for round in 0..rounds {
        // All of them are in the middle of it.
        for seller in &sellers {
            seller.sells(10);
        }
        assert_eq!(event.json("reset --force").0, 0, "round {round}");
        let bob = event.booked("bob");
        for command in [&format!("cancel {bob}"), "adjust +1 --reason more"] {
            let (code, document) = event.json(command);
            assert_eq!(code, 0, "round {round}: {document:#}");
        }
        told.push(bob);
        for command in [
            "query",
            "audit",
            "sales",
            "buy --users 2 --lock --think 0ms --force",
        ] {
            let (code, document) = event.json(command);
            assert_eq!(code, 0, "round {round}: {document:#}");
        }
        let evidence = event.path(&format!("evidence-{round}"));
        let rush = "--json buy --users 2 --lock --think 0ms --force --evidence";
        let check = "--json race check";
        for command in [rush, check] {
            let arguments = command
                .split(' ')
                .map(OsStr::new)
                .chain([evidence.as_os_str()]);
            let run = Run::of(event.command(arguments).output().unwrap());
            assert_eq!(run.code, Some(0), "round {round}: {command}: {run:?}");
        }
        if round % 4 == 3 {
            let killed = sellers.remove(0);
            told.extend(killed.kill());
            sellers.push(start(if round % 8 == 3 { "disk" } else { "process" }));
        }
    }
    for seller in sellers {
        told.extend(seller.end());
    }
    assert_eq!(event.json("audit").0, 0);
    let ledgers = event.names().into_iter().filter(|name| {
        Path::new(name)
            .extension()
            .is_some_and(|end| end == "jsonl")
    });
    // Of some hundred thousand sales two may be called the same by chance, on two ledgers; one sale that stands on both
    // has one time.
    let mut places: HashMap<String, HashMap<String, String>> = HashMap::new();
    for ledger in ledgers {
        for (id, at) in sales(&event.path(&ledger)) {
            let earlier = places
                .entry(id.clone())
                .or_default()
                .insert(at, ledger.clone());
            assert_eq!(earlier, None, "{id} stands on {ledger} too");
        }
    }
    let lines: usize = places.values().map(HashMap::len).sum();
    println!(
        "{} sales told, {lines} on the ledgers, {rounds} resets",
        told.len()
    );
    let mut times: HashMap<String, usize> = HashMap::new();
    for id in told {
        *times.entry(id).or_default() += 1;
    }
    for (id, times) in times {
        let places = places.get(&id).map_or(0, HashMap::len);
        assert!(
            places >= times,
            "{id} was told {times} times and stands on {places} ledgers"
        );
    }
}

#[test]
fn what_sellers_were_told_survives_resets_commands_and_kills() {
    let event = TestEvent::in_memory(r#"{"ticket": 1000000}"#);
    all_that_was_sold_stands_on_one_ledger(16, &event);
}

#[test]
fn the_same_on_a_disk() {
    let event = TestEvent::stock(1_000_000);
    all_that_was_sold_stands_on_one_ledger(6, &event);
}
