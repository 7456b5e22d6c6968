//! A small event to be struck, its copies, and what a command does to it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::disk_model::Files;
use crate::orphan::orphan;
use crate::program::Program;
use crate::test_event::{COUNT, LEDGER, TestEvent};

/// The events that are struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// A few sales.
    Plain,
    /// The same, with members of its own in `tickets.json`: those are synced.
    Foreign,
    /// Nothing sold yet: no ledger, no lock file. Others of the group may write.
    First,
    /// The count lags behind the ledger, which has a torn end, and a temporary file was left.
    Torn,
    /// The ledger is padded, as somebody leaves it who sold much and was killed: the next line is written
    /// over the padding.
    Padded,
}

/// All of them.
pub(crate) const VARIANTS: [Variant; 5] = [
    Variant::Plain,
    Variant::Foreign,
    Variant::First,
    Variant::Torn,
    Variant::Padded,
];

impl Variant {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "Plain",
            Self::Foreign => "Foreign",
            Self::First => "First",
            Self::Torn => "Torn",
            Self::Padded => "Padded",
        }
    }
}

/// What is asked for when the fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Book,
    Cancel,
    Adjust,
    Reset,
    Query,
    Audit,
}

pub(crate) const TASKS: [Task; 6] = [
    Task::Book,
    Task::Cancel,
    Task::Adjust,
    Task::Reset,
    Task::Query,
    Task::Audit,
];

/// What a crash in the middle of an append left on the ledger of [`Variant::Torn`].
pub(crate) const TORN_END: &[u8] = b"{\"seq\":7,\"at\":";

pub(crate) const FOREIGN: &str = "\"venue\": {\"name\": \"hall\", \"rows\": [1, 2.50]}";

/// How long a line of a sale is, about: without a buyer's name, and with a long one.
const SHORT_LINE: u64 = 116;
const LONG_LINE: u64 = SHORT_LINE + 200;

/// How long the lines are that come last.
const LATER: u64 = 390;

/// A prepared event, to be copied for every case.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The program that is struck.
    pub(crate) program: Program,
    pub(crate) variant: Variant,
    /// The event's name in that of a case.
    pub(crate) label: &'static str,
    pub(crate) event: TestEvent,
    /// The sale that is cancelled.
    pub(crate) id: String,
    pub(crate) mode: u32,
}

impl Prepared {
    pub(crate) fn new(program: &Program, variant: Variant) -> Self {
        Self::filled(program, variant, 0)
    }

    /// The same, with sales before until its ledger is about so many bytes long.
    pub(crate) fn filled(program: &Program, variant: Variant, length: u64) -> Self {
        let event = TestEvent::empty(&program.sound());
        let foreign = match variant {
            Variant::Foreign | Variant::First => format!(", {FOREIGN}"),
            Variant::Plain | Variant::Torn | Variant::Padded => String::new(),
        };
        let stock = 9 + length / LONG_LINE;
        fs::write(&event.file, format!("{{\"ticket\": {stock}{foreign}}}\n")).unwrap();
        let mode = if variant == Variant::First {
            0o660
        } else {
            0o640
        };
        fs::set_permissions(&event.file, fs::Permissions::from_mode(mode)).unwrap();
        let mut id = String::new();
        if variant != Variant::First {
            assert_eq!(event.json("book alice --key a").0, 0);
            let bob = event.json("book bob --quantity 2").1;
            id.push_str(bob["sale"]["id"].as_str().unwrap());
            loop {
                let missing = length.saturating_sub(event.length(LEDGER) + LATER);
                if missing <= SHORT_LINE {
                    break;
                }
                let name = missing.min(LONG_LINE) - SHORT_LINE;
                let name = "d".repeat(usize::try_from(name).unwrap());
                assert_eq!(event.json(&format!("book {name}")).0, 0);
            }
            let lagging = fs::read(&event.file).unwrap();
            assert_eq!(event.json("adjust +1 --reason chairs").0, 0);
            let carol = event.json("book carol --key c").1;
            let carol = carol["sale"]["id"].as_str().unwrap();
            assert_eq!(event.json(&format!("cancel {carol}")).0, 0);
            let ledger = event.path(LEDGER);
            let mut bytes = fs::read(&ledger).unwrap();
            if variant == Variant::Padded {
                bytes.extend_from_slice(&[b'\n'; 200]);
                fs::write(&ledger, &bytes).unwrap();
            }
            if variant == Variant::Torn {
                fs::write(&event.file, lagging).unwrap();
                bytes.extend_from_slice(TORN_END);
                fs::write(&ledger, &bytes).unwrap();
                fs::write(event.path(&orphan(COUNT, 1)), "{\"tick").unwrap();
            }
        }
        Self {
            program: program.clone(),
            variant,
            label: variant.name(),
            event,
            id,
            mode,
        }
    }

    /// The same, as somebody left it who was struck.
    pub(crate) fn left_as(&self, event: TestEvent) -> Self {
        Self {
            program: self.program.clone(),
            event,
            id: self.id.clone(),
            ..*self
        }
    }

    /// Its files.
    pub(crate) fn files(&self) -> Files {
        let read = |name: String| (name.clone(), fs::read(self.event.path(&name)).unwrap());
        self.event.names().into_iter().map(read).collect()
    }

    /// A fresh copy.
    pub(crate) fn copy(&self) -> TestEvent {
        self.copy_to(TestEvent::empty(&self.program))
    }

    /// A fresh copy in this empty directory.
    pub(crate) fn copy_to(&self, copy: TestEvent) -> TestEvent {
        self.event.copy_to(&copy);
        copy
    }
}

impl Task {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Book => "book",
            Self::Cancel => "cancel",
            Self::Adjust => "adjust",
            Self::Reset => "reset --force",
            Self::Query => "query",
            Self::Audit => "audit",
        }
    }

    /// The command line.
    pub(crate) fn line(self, prepared: &Prepared) -> String {
        let line = match self {
            Self::Book => "book eve --key k".to_owned(),
            Self::Cancel => format!("cancel {}", prepared.id),
            Self::Adjust => "adjust +1 --reason x".to_owned(),
            Self::Reset => "reset --force".to_owned(),
            Self::Query => "query".to_owned(),
            Self::Audit => "audit".to_owned(),
        };
        format!("--json {line}")
    }

    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Self::Query | Self::Audit)
    }

    /// Whether it means something on this event.
    pub(crate) fn fits(self, variant: Variant) -> bool {
        self != Self::Cancel || variant != Variant::First
    }
}

/// What the ledger of an event comes to, by arithmetic of the tests' own.
#[derive(Debug, Clone)]
pub(crate) struct Books {
    /// Its whole lines.
    pub(crate) lines: Vec<Value>,
    pub(crate) capacity: i64,
    pub(crate) sold: i64,
    pub(crate) left: i64,
}

impl Books {
    /// A torn end is passed over; anything else that is wrong fails.
    #[track_caller]
    pub(crate) fn of(event: &TestEvent) -> Self {
        let bytes = fs::read(event.path(LEDGER)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        // Behind the last line there may be padding; the last line may be torn, or lack its newline only.
        let text = text.trim_end_matches('\n');
        let (whole, last) = text.rsplit_once('\n').unwrap_or(("", text));
        let lines = whole
            .lines()
            .map(|line| serde_json::from_str(line).expect(line));
        let mut books = Self {
            lines: lines.chain(serde_json::from_str(last).ok()).collect(),
            capacity: 0,
            sold: 0,
            left: 0,
        };
        if books.lines.is_empty() {
            books.capacity = event.count()["ticket"].as_i64().unwrap();
            books.left = books.capacity;
        }
        for (at, line) in books.lines.iter().enumerate() {
            let quantity = line["quantity"].as_i64().unwrap();
            match line["op"].as_str().unwrap() {
                "sell" => books.sold += quantity,
                "cancel" => books.sold -= quantity,
                _ => books.capacity += quantity,
            }
            books.left = books.capacity - books.sold;
            assert_eq!(line["seq"], at as u64 + 1, "{:#?}", books.lines);
            assert!(books.left >= 0, "oversold: {:#?}", books.lines);
            assert_eq!(line["left"], books.left, "{:#?}", books.lines);
        }
        books
    }

    /// The sales under a key.
    pub(crate) fn under(&self, key: &str) -> Vec<&Value> {
        let sales = self.lines.iter().filter(|line| line["op"] == "sell");
        sales.filter(|line| line["key"] == key).collect()
    }

    /// How many of a sale were given back.
    pub(crate) fn cancelled(&self, id: &str) -> i64 {
        let lines = self.lines.iter().filter(|line| line["ref"] == id);
        lines.map(|line| line["quantity"].as_i64().unwrap()).sum()
    }
}
