//! What the head of a ledger says of the event: its format, and by what it is sold.

use std::fs::File;

use memchr::memmem::find;

use crate::error::{Error, Kind, Result};
use crate::ledger::{EventSettings, Line, Op, Sum, newer};
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
/// [`Kind::Integrity`]: that line does not follow on the one before it.
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

/// Refuses a ledger that a newer program has opened: what its lines mean is not known here. A look at the first line
/// alone; whether its sum fits is seen when it says so.
///
/// # Errors
/// [`Kind::Integrity`].
pub(crate) fn refuse_newer(files: &EventFiles, ledger: &File) -> Result<()> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let mut raw_lines = RawLines::new(ledger, 0);
    let Some(first) = raw_lines.next().map_err(problem)? else {
        return Ok(());
    };
    let Some(format) = newer_format(first.bytes) else {
        return Ok(());
    };
    let error = Error::new(Kind::Integrity, newer(format)).at(&files.ledger, 1, 0);
    Err(error.hint("nothing was changed; install the newest tickets, and try again"))
}

/// The format of an opening line, where that is newer than any that is known.
fn newer_format(line: &[u8]) -> Option<u64> {
    let at = find(line, b"\"format\":")?;
    let digits = line.get(at + b"\"format\":".len()..)?;
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let format = std::str::from_utf8(digits.get(..length)?)
        .ok()?
        .parse()
        .ok()?;
    let is_sound = || Line::check(line, Some(Sum::default())).is_ok();
    (format > crate::ledger::FORMAT && is_sound()).then_some(format)
}

#[cfg(test)]
mod tests {
    use memchr::memmem::find;

    use super::newer_format;
    use crate::ledger::{Record, Sum};

    #[test]
    fn a_newer_format_is_known_where_the_line_is_sound() {
        let line = |format| {
            let record = Record {
                format: Some(format),
                ..Record::open(7, None)
            };
            let (mut line, _) = record.encode(Sum::default()).unwrap();
            line.pop();
            line
        };
        assert_eq!(newer_format(&line(2)), None);
        assert_eq!(newer_format(&line(3)), Some(3));
        let mut damaged = line(2);
        let at = find(&damaged, b"\"format\":2").unwrap() + b"\"format\":".len();
        damaged[at] = b'3';
        assert_eq!(newer_format(&damaged), None);
    }
}
