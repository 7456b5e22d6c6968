//! Row 6, second part: the power of a real file system is cut under eight buyers: four that go on selling
//! through one `BoxOffice`, with preallocation and recycled versions of the count, and four that start a process for
//! each sale.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tickets::BoxOffice;
use tickets::office::{Order, Unobserved};

use crate::books::Books;
use crate::disk::{Disk, KINDS, Kind};
use crate::program::{Program, Run};
use crate::row::{Fault, Row};
use crate::test_event::TestEvent;

/// How often each file system is cut; in a slice, the first so many.
const CUTS: u64 = 256;
const SLICE: u64 = 4;

/// After so many cuts the next event begins.
const EVENT: u64 = 16;

const STOCK: u64 = 1_000_000;

pub(crate) fn strike(row: &mut Row) {
    for kind in KINDS {
        let start = format!("{}/", kind.name);
        if !row.wants_any(&start) {
            continue;
        }
        if let Err(reason) = cut_often(row, kind) {
            row.cannot(format!("{}: {reason}", kind.name));
        }
    }
}

fn cut_often(row: &mut Row, kind: Kind) -> Result<(), String> {
    let program = row.program().clone();
    let mut disk = Disk::new(kind)?;
    let mut event = None;
    for cut in 0..CUTS {
        let failed = row.failures.len();
        if cut % EVENT == 0 {
            drop(event.take());
        }
        let sold = &*event.get_or_insert_with(|| RefCell::new(Event::new(&program, &disk)));
        let name = format!("{}/cut {cut}", kind.name);
        row.run(kind.name, &name, cut < SLICE, || {
            sold.borrow_mut().cut(&disk, cut)
        });
        if row.failures.len() > failed {
            // The next failure is to be another one.
            drop(event.take());
            disk = Disk::new(kind)?;
        }
    }
    Ok(())
}

/// An event that is sold from, and what was answered so far.
struct Event {
    event: TestEvent,
    /// The sales that were answered before a cut, by their keys, with their ids.
    answered: HashMap<String, String>,
}

impl Event {
    fn new(program: &Program, disk: &Disk) -> Self {
        let event = TestEvent::empty_in(program, &disk.at);
        fs::write(&event.file, format!("{{\"ticket\": {STOCK}}}\n")).unwrap();
        let _ = std::process::Command::new("sync")
            .arg("-f")
            .arg(&event.file)
            .status();
        Self {
            event,
            answered: HashMap::new(),
        }
    }

    fn cut(&mut self, disk: &Disk, cut: u64) -> Fault {
        // The moment of the cut wanders over everything that a sale does.
        let after = Duration::from_micros(2_000 + cut * 7_919 % 40_000);
        let over = AtomicBool::new(false);
        let answers = Mutex::new(Vec::new());
        let at = thread::scope(|scope| {
            for buyer in 0..8 {
                let (event, over, answers) = (&self.event, &over, &answers);
                scope.spawn(move || {
                    if buyer < 4 {
                        sell_on(event, &format!("{cut}-{buyer}"), over, answers);
                    } else {
                        sell_once_each(event, &format!("{cut}-{buyer}"), over, answers);
                    }
                });
            }
            thread::sleep(after);
            let at = Instant::now();
            disk.cut();
            over.store(true, Ordering::SeqCst);
            at
        });
        disk.restore();
        let answers = answers.into_inner().unwrap();
        // Whoever is answered after the cut was promised nothing.
        let before = answers.into_iter().filter(|(told, ..)| *told < at);
        self.answered.extend(before.map(|(_, key, id)| (key, id)));
        self.judge();
        Fault::Struck
    }

    fn judge(&self) {
        let event = &self.event;
        let query = event.run("--json query");
        assert_eq!(query.code, Some(0), "after the cut: {query:?}");
        let (code, document) = event.json("book next");
        assert_eq!(code, 0, "the next sale: {document:#}");
        let (code, audit) = event.json("audit");
        assert_eq!(code, 0, "{audit:#}");
        let books = Books::of(event);
        assert_eq!(event.count()["ticket"], books.left);
        let mut sold = HashMap::new();
        for line in books.lines.iter().filter(|line| line["key"].is_string()) {
            let twice = sold.insert(line["key"].as_str().unwrap(), line["id"].as_str().unwrap());
            assert_eq!(twice, None, "sold twice: {line}");
        }
        for (key, id) in &self.answered {
            let there = sold.get(key.as_str());
            assert_eq!(there, Some(&id.as_str()), "the sale under {key} is lost");
        }
        let orphans = event.names().iter().any(|name| name.starts_with('.'));
        assert!(!orphans, "{:?}", event.names());
    }
}

/// When, under which key, and which sale.
type Answers = Mutex<Vec<(Instant, String, String)>>;

fn sell_on(event: &TestEvent, buyer: &str, over: &AtomicBool, answers: &Answers) {
    let Ok(mut office) = BoxOffice::at(&event.file) else {
        return;
    };
    for n in 0.. {
        let key = format!("{buyer}-{n}");
        let order = Order::new("long", 1).key(key.as_str());
        match office.purchase(&order, &mut Unobserved) {
            Ok(sale) => answers.lock().unwrap().push((Instant::now(), key, sale.id)),
            Err(_) => return,
        }
        if over.load(Ordering::SeqCst) {
            return;
        }
    }
}

fn sell_once_each(event: &TestEvent, buyer: &str, over: &AtomicBool, answers: &Answers) {
    for n in 0.. {
        let key = format!("{buyer}-{n}");
        let line = format!("--json book short --key {key}");
        let output = event.command(line.split_ascii_whitespace()).output();
        let run = Run::of(output.unwrap());
        if run.code != Some(0) || over.load(Ordering::SeqCst) {
            return;
        }
        let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let id = document["sale"]["id"].as_str().unwrap().to_owned();
        answers.lock().unwrap().push((Instant::now(), key, id));
    }
}
