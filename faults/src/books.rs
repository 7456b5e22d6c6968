//! What the ledger of an event comes to, by arithmetic of the tests' own.

use std::collections::BTreeMap;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::test_event::{LEDGER, TestEvent};

/// The sums of its lines.
#[derive(Debug, Clone)]
pub(crate) struct Books {
    /// Its whole lines.
    pub(crate) lines: Vec<Value>,
    pub(crate) capacity: i64,
    pub(crate) sold: i64,
    pub(crate) held: i64,
    pub(crate) left: i64,
    /// The tickets of each open hold, and until when it is held, by its id.
    open: BTreeMap<String, (i64, String)>,
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
            held: 0,
            left: 0,
            open: BTreeMap::new(),
        };
        if books.lines.is_empty() && event.file.exists() {
            books.capacity = event.count()["ticket"].as_i64().unwrap();
            books.left = books.capacity;
        }
        let lines = std::mem::take(&mut books.lines);
        for (at, line) in lines.iter().enumerate() {
            books.add(line);
            assert_eq!(line["seq"], at as u64 + 1, "{lines:#?}");
            assert!(books.left >= 0, "oversold: {lines:#?}");
            assert_eq!(line["left"], books.left, "{lines:#?}");
        }
        books.lines = lines;
        books
    }

    #[track_caller]
    fn add(&mut self, line: &Value) {
        let quantity = line["quantity"].as_i64().unwrap_or(0);
        let op = line["op"].as_str().unwrap();
        match op {
            "sell" => self.sold += quantity,
            "cancel" => self.sold -= quantity,
            "hold" => {
                let text = |name: &str| line[name].as_str().unwrap().to_owned();
                self.open.insert(text("id"), (quantity, text("until")));
            }
            "confirm" | "release" | "expire" => {
                // Whoever ends a hold ends all of it, and one that is open.
                let ended = self.open.remove(line["ref"].as_str().unwrap());
                let tickets = ended.map(|(tickets, _)| tickets);
                assert_eq!(tickets, Some(quantity), "no such hold is open: {line}");
                self.sold += if op == "confirm" { quantity } else { 0 };
            }
            "open" | "adjust" => self.capacity += quantity,
            _ => assert_eq!(quantity, 0, "{line}"),
        }
        self.held = self.open.values().map(|(tickets, _)| tickets).sum();
        self.left = self.capacity - self.sold - self.held;
    }

    /// How many tickets are held and due.
    pub(crate) fn due(&self) -> i64 {
        let now = now();
        let due = self.open.values().filter(|(_, until)| *until <= now);
        due.map(|(tickets, _)| tickets).sum()
    }

    /// The sales under a key.
    pub(crate) fn under(&self, key: &str) -> Vec<&Value> {
        let sales = self.lines.iter().filter(|line| line["op"] == "sell");
        sales.filter(|line| line["key"] == key).collect()
    }

    /// How many of a sale were given back.
    pub(crate) fn cancelled(&self, id: &str) -> i64 {
        let lines = self.lines.iter().filter(|line| line["op"] == "cancel");
        let lines = lines.filter(|line| line["ref"] == id);
        lines.map(|line| line["quantity"].as_i64().unwrap()).sum()
    }
}

/// The time now as ledger lines have it. The days of the calendar are Howard Hinnant's, "chrono-compatible low-level date
/// algorithms".
fn now() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let (seconds, millis) = (now.as_secs(), now.subsec_millis());
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}
