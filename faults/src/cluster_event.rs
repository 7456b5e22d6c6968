//! An event on a cluster, buyers who order from it until each is answered, and what must be so in the end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{Program, Run};
use crate::test_event::eventually;

/// How many buy at a time.
const BUYERS: usize = 8;

/// How often one asks before a case has failed.
const TRIES: usize = 200;

/// An event, by an address.
#[derive(Debug, Clone)]
pub(crate) struct ClusterEvent {
    program: Program,
    /// The words before each command.
    words: Vec<String>,
    address: PathBuf,
}

impl ClusterEvent {
    pub(crate) fn at(program: &Program, words: Vec<String>, address: &str) -> Self {
        Self {
            program: program.clone(),
            words,
            address: address.into(),
        }
    }

    /// The same by another address.
    pub(crate) fn by(&self, address: &str) -> Self {
        Self {
            address: address.into(),
            ..self.clone()
        }
    }

    /// Runs a command line with `--json`, split at spaces; its exit code and its one document.
    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> (i32, Value) {
        let mut command = self.program.through(&self.words, &self.address);
        command.arg("--json").args(line.split_ascii_whitespace());
        Run::of(command.output().unwrap()).document()
    }

    /// A command that is started.
    pub(crate) fn start(&self, line: &str) -> std::process::Child {
        let mut command = self.program.through(&self.words, &self.address);
        command.arg("--json").args(line.split_ascii_whitespace());
        command
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    }

    /// How many are sold by now; `None`: nobody says.
    pub(crate) fn sold(&self) -> Option<u64> {
        let (code, state) = self.json("query");
        (code == 0).then(|| state["sold"].as_u64().unwrap())
    }

    /// Waits until more are sold than were.
    #[track_caller]
    pub(crate) fn goes_on(&self) {
        let before = eventually("somebody says how many are sold", || self.sold());
        eventually("more are sold", || {
            self.sold().filter(|sold| *sold > before)
        });
    }

    /// Orders one ticket in this name until that is answered: under the same key where the outcome is unknown, and where the
    /// order failed under a new one. The id of the sale.
    #[track_caller]
    fn order(&self, name: &str) -> String {
        let mut key = 0;
        for _ in 0..TRIES {
            let (code, told) = self.json(&format!("book {name} --key {name}-{key} --wait 3s"));
            if code == 0 {
                return told["sale"]["id"]
                    .as_str()
                    .unwrap_or_else(|| panic!("{told:#}"))
                    .to_owned();
            }
            let why = told["error"]["code"].as_str().unwrap_or_default();
            assert!(
                ["io", "busy", "outcome_unknown"].contains(&why),
                "{name}: {told:#}"
            );
            key += usize::from(why != "outcome_unknown");
        }
        panic!("{name} was never answered");
    }

    /// The same once, for one buyer.
    #[track_caller]
    pub(crate) fn buys(&self, name: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), self.order(name))])
    }

    /// Who was answered has its one ticket, nobody has two, and everything adds up.
    #[track_caller]
    pub(crate) fn assert_exact(&self, answered: &BTreeMap<String, String>, stock: u64) {
        let (code, audit) = eventually("the event is audited", || {
            let (code, audit) = self.json("audit");
            (code != 1).then_some((code, audit))
        });
        assert_eq!(code, 0, "{audit:#}");
        let (code, list) = self.json("sales");
        assert_eq!(code, 0, "{list:#}");
        let mut found = BTreeMap::new();
        for sale in list["sales"].as_array().unwrap() {
            let (buyer, id) = (
                sale["buyer"].as_str().unwrap(),
                sale["id"].as_str().unwrap(),
            );
            let twice = found.insert(buyer.to_owned(), id.to_owned());
            assert_eq!(twice, None, "{buyer} was sold two tickets");
        }
        assert_eq!(&found, answered, "who was answered, and who has a ticket");
        let (_, state) = self.json("query");
        let number = |name: &str| state[name].as_u64().unwrap();
        assert_eq!(
            number("left") + number("held") + number("sold"),
            stock,
            "{state:#}"
        );
    }
}

/// Buyers who order one ticket after the other, each in another name.
#[derive(Debug)]
pub(crate) struct Buyers {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<BTreeMap<String, String>>>,
    /// The longest time between two answers, in milliseconds.
    longest: Arc<AtomicU64>,
}

impl Buyers {
    pub(crate) fn start(event: &ClusterEvent) -> Self {
        let (over, longest) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let last = Arc::new(Mutex::new(Instant::now()));
        let buyer = |number: usize| {
            let (event, over) = (event.clone(), Arc::clone(&over));
            let (longest, last) = (Arc::clone(&longest), Arc::clone(&last));
            std::thread::spawn(move || {
                let mut answered = BTreeMap::new();
                for order in 0.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let name = format!("buyer-{number}-{order}");
                    let id = event.order(&name);
                    answered.insert(name, id);
                    let mut last = last.lock().unwrap();
                    let pause = std::mem::replace(&mut *last, Instant::now()).elapsed();
                    longest.fetch_max(pause.as_millis() as u64, Ordering::Relaxed);
                }
                answered
            })
        };
        let threads = (0..BUYERS).map(buyer).collect();
        Self {
            over,
            threads,
            longest,
        }
    }

    /// Has them stop, each when it is answered; who got what, and the longest pause of their sales.
    #[track_caller]
    pub(crate) fn end(self) -> (BTreeMap<String, String>, Duration) {
        self.over.store(true, Ordering::Relaxed);
        let mut all = BTreeMap::new();
        for thread in self.threads {
            match thread.join() {
                Ok(answered) => all.extend(answered),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        let longest = Duration::from_millis(self.longest.load(Ordering::Relaxed));
        (all, longest)
    }
}
