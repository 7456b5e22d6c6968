//! The end of an event on thin storage, and whether all is there that was answered.

use std::collections::HashMap;
use std::fs;

use serde_json::Value;

use super::End;
use super::scene::{Answer, Scene};
use crate::block_map::lacking;
use crate::books::Books;
use crate::test_event::LEDGER;
use crate::thin::Full;

impl Scene {
    /// It is unmounted, or the power is cut; it comes back, and is judged.
    pub(super) fn end(mut self, end: End, full: Option<Full>) {
        let counted = self.counted();
        if let Ok(lacking) = lacking(&self.event.path(LEDGER), counted) {
            assert_eq!(lacking, None, "of {counted} bytes that are counted");
        }
        if end == End::Cut {
            self.disk.cut();
        }
        self.office = None;
        if end == End::None {
            drop(full);
        } else {
            self.disk.restore(full);
        }
        self.judge(counted);
    }

    /// Up to where `tickets.json` counts the ledger, in bytes.
    fn counted(&self) -> u64 {
        self.event.count()["bytes"].as_u64().unwrap_or(0)
    }

    fn judge(&self, counted: u64) {
        let event = &self.event;
        let (code, query) = event.json("query");
        assert_eq!(code, 0, "{query:#}");
        let (code, next) = event.json("book next");
        assert_eq!(code, 0, "the next sale: {next:#}");
        let (code, audit) = event.json("audit");
        assert_eq!(code, 0, "{audit:#}");
        let books = Books::of(event);
        assert_eq!(event.count()["ticket"], books.left);
        are_there(&books.lines, &self.answers);
        // What was counted before is there to the letter: no line of it became another one's.
        assert!(self.length() >= counted, "shorter than what was counted");
        if let Some((archive, answers)) = &self.archive {
            let text = fs::read_to_string(archive).unwrap();
            let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
            are_there(&lines.collect::<Vec<_>>(), answers);
        }
        let rest = format!("book rest --quantity {}", books.left);
        assert_eq!(event.json(&rest).0, 0, "{rest}");
        assert_eq!(event.json("book more").0, 3, "there was none left");
        let books = Books::of(event);
        assert_eq!((books.sold, books.left), (books.capacity, 0));
        let orphans = event.names().iter().any(|name| name.starts_with('.'));
        assert!(!orphans, "{:?}", event.names());
    }
}

/// Each of them, and each buyer once.
fn are_there(lines: &[Value], answers: &[Answer]) {
    let mut sold = HashMap::new();
    for line in lines.iter().filter(|line| line["op"] == "sell") {
        let buyer = line["buyer"].as_str().unwrap();
        let twice = sold.insert(buyer, line["id"].as_str().unwrap());
        assert_eq!(twice, None, "sold twice: {line}");
    }
    for Answer { buyer, id } in answers {
        let there = sold.get(buyer.as_str());
        assert_eq!(there, Some(&id.as_str()), "the sale to {buyer} is lost");
    }
}
