//! Row 16: the order of things in a trace, whatever else was struck.
//!
//! - `tickets.json` counts bytes of the ledger only when each of them was written by a process that synced
//!   them itself afterwards, or was counted before (invariant I3 of the design).
//! - Nothing is answered before all of the ledger is so proven (I4).
//! - A `tickets.json` with members that no ledger has is synced before its name means it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::disk_model::Files;
use crate::test_event::{COUNT, LEDGER};
use crate::trace::{Deed, Event};

/// A file: its bytes, and which of them are proven to be on disk.
#[derive(Debug, Default)]
struct Inode {
    bytes: Vec<u8>,
    proven: Vec<bool>,
    /// What was written and not synced since: by whom, when, from where to where.
    written: Vec<(u32, usize, usize, usize)>,
}

impl Inode {
    fn resize(&mut self, length: usize) {
        self.bytes.resize(length, 0);
        self.proven.resize(length, false);
    }

    fn write(&mut self, process: u32, now: usize, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        self.resize(self.bytes.len().max(end));
        // The same bytes again take nothing away from what is proven.
        if self.bytes[at..end] != *bytes {
            self.proven[at..end].fill(false);
        }
        self.bytes[at..end].copy_from_slice(bytes);
        self.written.push((process, now, at, end));
    }

    fn sync(&mut self, process: u32, began: usize, done: bool) {
        let written = std::mem::take(&mut self.written);
        for (by, at, from, to) in written {
            if by != process || at >= began {
                self.written.push((by, at, from, to));
            } else if done {
                let to = to.min(self.proven.len());
                self.proven[from.min(to)..to].fill(true);
            }
        }
    }

    /// The first byte that is not proven, up to `end`.
    fn doubt(&self, end: usize) -> Option<usize> {
        let proven = |at| self.proven.get(at).copied().unwrap_or(false);
        (0..end).find(|at| !proven(*at))
    }
}

/// Checks the order of all that happened to an event that held these files. Panics where it is broken.
#[track_caller]
pub(crate) fn check(before: &Files, events: &[Event]) {
    let mut order = Order::of(before);
    for (now, event) in events.iter().enumerate() {
        order.follow(now, event);
    }
}

struct Order {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
}

impl Order {
    fn of(files: &Files) -> Self {
        let counted = files.get(COUNT).and_then(|count| counted(count));
        let mut order = Self {
            inodes: Vec::new(),
            names: BTreeMap::new(),
        };
        for (name, bytes) in files {
            let mut inode = Inode {
                bytes: bytes.clone(),
                proven: vec![false; bytes.len()],
                written: Vec::new(),
            };
            if name == LEDGER {
                inode.proven[..counted.unwrap_or(0).min(bytes.len())].fill(true);
            }
            if name == COUNT {
                inode.proven.fill(true);
            }
            order.names.insert(name.clone(), order.inodes.len());
            order.inodes.push(inode);
        }
        order
    }

    fn named(&mut self, name: &str) -> Option<&mut Inode> {
        let at = *self.names.get(name)?;
        self.inodes.get_mut(at)
    }

    fn follow(&mut self, now: usize, event: &Event) {
        match &event.deed {
            Deed::Create(name) if !self.names.contains_key(name) => {
                self.names.insert(name.clone(), self.inodes.len());
                self.inodes.push(Inode::default());
            }
            Deed::Write {
                file, at, bytes, ..
            } => {
                if let Some(inode) = self.named(file) {
                    let at = at.map_or(inode.bytes.len(), |at| usize::try_from(at).unwrap());
                    inode.write(event.process, now, at, bytes);
                }
            }
            Deed::Truncate { file, length } => {
                if let Some(inode) = self.named(file) {
                    inode.resize(usize::try_from(*length).unwrap());
                }
            }
            Deed::Sync { file, done } => {
                if let Some(inode) = self.named(file) {
                    inode.sync(event.process, event.began, *done);
                }
            }
            Deed::Rename { from, to, exchange } => self.rename(from, to, *exchange),
            Deed::Link { from, to } => {
                if let Some(inode) = self.names.get(from).copied() {
                    self.names.insert(to.clone(), inode);
                }
            }
            Deed::Unlink(name) => {
                self.names.remove(name);
            }
            Deed::Answer(text) => {
                if event.is_an_answer() && changes(text) {
                    self.answered(text);
                }
            }
            Deed::Create(_) => {}
        }
    }

    fn rename(&mut self, from: &str, to: &str, exchange: bool) {
        let (moved, replaced) = (self.names.remove(from), self.names.remove(to));
        if let (true, Some(replaced)) = (exchange, replaced) {
            self.names.insert(from.to_owned(), replaced);
        }
        if let Some(moved) = moved {
            self.names.insert(to.to_owned(), moved);
        }
        if to == COUNT || from == COUNT {
            self.published();
        }
    }

    fn published(&mut self) {
        if let Some(count) = self.named(COUNT)
            && is_personal(&count.bytes)
        {
            let doubt = count.doubt(count.bytes.len());
            assert_eq!(
                doubt, None,
                "tickets.json has its name before this byte of it is proven to be on disk, and no ledger has its members"
            );
        }
        let count = self.named(COUNT).map(|inode| inode.bytes.clone());
        let Some(end) = count.and_then(|count| counted(&count)) else {
            return;
        };
        let doubt = self.named(LEDGER).and_then(|ledger| ledger.doubt(end));
        assert_eq!(
            doubt, None,
            "tickets.json counts {end} bytes of the ledger, and one of them is not proven to be on disk"
        );
    }

    fn answered(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text).into_owned();
        let Some(ledger) = self.named(LEDGER) else {
            return;
        };
        let doubt = ledger.doubt(ledger.bytes.trim_ascii_end().len());
        assert_eq!(
            doubt, None,
            "answered before this byte of the ledger was proven to be on disk: {text}"
        );
    }
}

/// Whether this is the answer to a change.
fn changes(answer: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let command = answer["command"].as_str().unwrap_or_default();
    !["query", "audit", "door"].contains(&command)
}

/// Whether a count has members that are not the program's own.
fn is_personal(count: &[u8]) -> bool {
    let count: Value = serde_json::from_slice(count).unwrap_or_default();
    let mut names = count.as_object().into_iter().flat_map(|count| count.keys());
    let own = ["ticket", "sold", "held", "seq", "bytes", "index"];
    names.any(|name| !own.contains(&name.as_str()))
}

/// How many bytes of the ledger a count counts.
fn counted(count: &[u8]) -> Option<usize> {
    let count: Value = serde_json::from_slice(count).ok()?;
    count["bytes"]
        .as_u64()
        .and_then(|bytes| bytes.try_into().ok())
}
