//! The lines of a ledger in memory: written, read, looked up and followed.
//!
//! Knows lines and their arithmetic; knows nothing of events, and of what is done with one.

use std::path::Path;

use super::follower::{Followed, Follower};
use super::{FoundSale, Lookup};
use crate::error::{Error, Kind, Result};
use crate::ledger::{EventSettings, Line, NewLines, Tally};

/// What is said in place of a file's name.
pub(super) const PLACE: &str = "memory";

/// The lines, and what they add up to.
#[derive(Debug, Default)]
pub(super) struct MemoryLines {
    pub(super) lines: Vec<u8>,
    pub(super) tally: Tally,
}

impl MemoryLines {
    pub(super) fn append(&mut self, lines: &NewLines<'_>) {
        self.lines.extend_from_slice(lines.bytes());
        self.tally = *lines.tally();
    }

    /// Every line in its order with the tallies before and after it, as far as they add up; then why they do not any
    /// further.
    pub(super) fn read(
        &self,
        see: &mut dyn FnMut(&Line<'_>, &Tally, &Tally) -> bool,
    ) -> std::result::Result<(), (u64, String)> {
        let mut tally = Tally::default();
        for bytes in self.lines.split_inclusive(|&byte| byte == b'\n') {
            let end = tally.bytes + bytes.len() as u64;
            let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            let read = Line::parse(text, Some(tally.sum)).and_then(|line| {
                let tally = tally.after(&line, end)?;
                Ok((line, tally))
            });
            let (line, after) = read.map_err(|why| (tally.seq + 1, why))?;
            let before = std::mem::replace(&mut tally, after);
            if !see(&line, &before, &tally) {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn find(&self, what: Lookup<'_>) -> Option<FoundSale> {
        let mut found: Option<FoundSale> = None;
        let _ = self.read(&mut |line, before, tally| {
            let record = &line.record;
            match &mut found {
                Some(sale) => sale.note(record, tally.bytes),
                None if what.is(record) => found = Some(FoundSale::of(record, tally.bytes)),
                None => {}
            }
            let _ = before;
            true
        });
        found
    }

    pub(super) fn show(&self, follower: &mut dyn Follower) -> Result<()> {
        if follower.followed().ledger.is_none() {
            follower.begin(&self.tally);
            follower.followed().ledger = Some((0, 0));
        }
        let from = follower.followed().bytes;
        let read = self.read(&mut |line, before, after| {
            if before.bytes >= from {
                if follower.wants(line.record.op) {
                    follower.see(&line.record, before.bytes);
                }
                *follower.followed() = Followed {
                    ledger: Some((0, 0)),
                    seq: after.seq,
                    bytes: after.bytes,
                    sum: Some(after.sum),
                };
            }
            true
        });
        read.map_err(|(line, why)| Error::new(Kind::Integrity, why).at(Path::new(PLACE), line, 0))
    }

    pub(super) fn last_settings(&self) -> Option<EventSettings> {
        let mut found = None;
        let _ = self.read(&mut |line, _, _| {
            if let Some(event) = &line.record.event {
                found = Some((**event).clone());
            }
            true
        });
        found
    }
}
