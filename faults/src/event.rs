//! A small event to be struck, and its copies.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use tempfile::TempPath;

use crate::disk_model::Files;
use crate::life;
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
    /// Made for real, with a line of every kind; one hold is open, and one is due whose tickets nobody has needed.
    Held,
    /// The same, and the sale is closed.
    Closed,
    /// There is no event.
    Nothing,
}

/// All of them.
pub(crate) const VARIANTS: [Variant; 8] = [
    Variant::Plain,
    Variant::Foreign,
    Variant::First,
    Variant::Torn,
    Variant::Padded,
    Variant::Held,
    Variant::Closed,
    Variant::Nothing,
];

impl Variant {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "Plain",
            Self::Foreign => "Foreign",
            Self::First => "First",
            Self::Torn => "Torn",
            Self::Padded => "Padded",
            Self::Held => "Held",
            Self::Closed => "Closed",
            Self::Nothing => "Nothing",
        }
    }

    /// Whether its count has members of its own.
    pub(crate) fn is_foreign(self) -> bool {
        matches!(self, Self::Foreign | Self::First)
    }

    /// Whether lines stand on it, or come to stand on it, that a person's own count and its sales have not.
    pub(crate) fn is_lived(self) -> bool {
        matches!(self, Self::Held | Self::Closed | Self::Nothing)
    }

    /// Whether it has no ledger.
    pub(crate) fn is_bare(self) -> bool {
        matches!(self, Self::First | Self::Nothing)
    }
}

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
    /// The sale that is cancelled and renamed.
    pub(crate) id: String,
    /// The hold that is confirmed and released.
    pub(crate) hold: String,
    /// What is imported.
    list: Arc<TempPath>,
    pub(crate) mode: u32,
}

impl Prepared {
    pub(crate) fn new(program: &Program, variant: Variant) -> Self {
        Self::filled(program, variant, 0)
    }

    /// The same, with sales before until its ledger is about so many bytes long.
    pub(crate) fn filled(program: &Program, variant: Variant, length: u64) -> Self {
        let event = TestEvent::empty(&program.sound());
        let (mut id, mut hold, mut mode) = (String::new(), String::new(), 0o640);
        match variant {
            Variant::Nothing => mode = life::mode(program),
            Variant::Held | Variant::Closed => {
                (id, hold) = life::live(&event, mode, variant == Variant::Closed);
            }
            Variant::First => {
                mode = 0o660;
                begin(&event, variant, 9, mode);
            }
            _ => {
                begin(&event, variant, 9 + length / LONG_LINE, mode);
                id = sell(&event, variant, length);
            }
        }
        Self {
            program: program.clone(),
            variant,
            label: variant.name(),
            event,
            id,
            hold,
            list: Arc::new(life::list()),
            mode,
        }
    }

    /// The event of [`Variant::Held`] with so many more tickets held, one by one, all due: each sale after the first
    /// needs some of them.
    pub(crate) fn crowded(program: &Program, more: u32) -> Self {
        let prepared = Self::new(program, Variant::Held);
        let done = |line: &str| assert_eq!(prepared.event.json(line).0, 0, "{line}");
        done(&format!("adjust +{more} --reason room"));
        for _ in 0..more {
            done("hold judy --for 0s");
        }
        prepared
    }

    /// Where the list stands that is imported.
    pub(crate) fn list(&self) -> &str {
        self.list.to_str().unwrap()
    }

    /// The same, as somebody left it who was struck.
    pub(crate) fn left_as(&self, event: TestEvent) -> Self {
        Self {
            program: self.program.clone(),
            event,
            id: self.id.clone(),
            hold: self.hold.clone(),
            list: Arc::clone(&self.list),
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

/// A count that somebody wrote by hand.
fn begin(event: &TestEvent, variant: Variant, stock: u64, mode: u32) {
    let foreign = if variant.is_foreign() {
        format!(", {FOREIGN}")
    } else {
        String::new()
    };
    fs::write(&event.file, format!("{{\"ticket\": {stock}{foreign}}}\n")).unwrap();
    fs::set_permissions(&event.file, fs::Permissions::from_mode(mode)).unwrap();
}

/// A few sales, an adjustment and a cancellation, and what a crash left; returns the sale that is cancelled later.
fn sell(event: &TestEvent, variant: Variant, length: u64) -> String {
    assert_eq!(event.json("book alice --key a").0, 0);
    let bob = event.json("book bob --quantity 2").1;
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
    bob["sale"]["id"].as_str().unwrap().to_owned()
}
