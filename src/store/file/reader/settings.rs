//! What a ledger says of the event: by what it is sold.

use std::fs::File;

use memchr::memmem::find;

use crate::error::{Error, Result};
use crate::ledger::{EventSettings, Line, Op, Sum};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::raw_lines::{RawLines, line_before};
use crate::store::file::reader::view::tail::broken;

/// What the event is sold by: its last `set` line says so. `None`: it is not made for real. What does not add up is
/// passed over, for a ledger may be archived because of that.
pub(crate) fn settings(files: &EventFiles, ledger: &File) -> Result<Option<EventSettings>> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let mut found = None;
    let mut raw_lines = RawLines::new(ledger, 0);
    while let Some(raw_line) = raw_lines.next().map_err(problem)? {
        if find(raw_line.bytes, b"\"op\":\"set\"").is_none() {
            continue;
        }
        match Line::parse(raw_line.bytes, None) {
            Ok(line) if line.record.op == Op::Set => {
                found = Some(
                    line.record
                        .event
                        .map_or_else(Default::default, |event| *event),
                );
            }
            _ => {}
        }
    }
    Ok(found)
}

/// What the event is sold by at a head whose index says where the last `set` line stands; without one that is the
/// second line of an event that was made for real. `None`: it was not.
///
/// # Errors
/// [`Kind::Integrity`](crate::Kind::Integrity): that line does not follow on the one before it.
pub(crate) fn settings_at(
    files: &EventFiles,
    ledger: &File,
    set: Option<u64>,
) -> Result<Option<EventSettings>> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let mut raw_lines = RawLines::new(ledger, set.unwrap_or(0));
    let (mut for_real, mut seq, mut before) = (true, 1, Sum::default());
    if let Some(start) = set {
        (seq, before) = line_ending_at(ledger, start).map_err(problem)?;
    } else {
        let Some(first) = raw_lines.next().map_err(problem)? else {
            return Ok(None);
        };
        let first = Line::parse(first.bytes, Some(before)).map_err(|why| broken(files, 1, &why))?;
        (for_real, before) = (first.record.format.is_some(), first.sum);
    }
    let raw_line = raw_lines.next().map_err(problem)?;
    let raw_line = raw_line.filter(|raw_line| raw_line.terminated);
    let bytes = raw_line.map_or(&[][..], |raw_line| raw_line.bytes);
    if !for_real && Line::op(bytes) != Some(Op::Set) {
        return Ok(None);
    }
    known_bad!(RuleBelieved => return Ok(Line::parse(bytes, None).ok().and_then(|line| line.record.event).map(|event| *event)));
    let broken = |why: &str| broken(files, seq.saturating_add(1), why);
    let line = Line::parse(bytes, Some(before)).map_err(|why| broken(&why))?;
    let settings = line.record.event.filter(|_| line.record.op == Op::Set);
    let not_there = || broken("it says nothing of what the event is sold by");
    settings.map(|event| Some(*event)).ok_or_else(not_there)
}

/// The number and the sum of the line that ends there; zeros, after which no line fits, where it cannot be read.
pub(crate) fn line_ending_at(ledger: &File, end: u64) -> std::io::Result<(u64, Sum)> {
    if end == 0 {
        return Ok((0, Sum::default()));
    }
    let bytes = line_before(ledger, end)?.unwrap_or_default();
    let line = Line::parse(&bytes, None);
    Ok(line.map_or_else(|_| Default::default(), |line| (line.record.seq, line.sum)))
}
