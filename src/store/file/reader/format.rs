//! The format of a ledger, as its opening line has it: one that a newer program has made is refused.

use std::fs::File;

use memchr::memmem::find;

use crate::error::{Error, Kind, Result};
use crate::ledger::{FORMAT, Line, Sum, newer};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::raw_lines::RawLines;

/// Refuses a ledger that a newer program has opened: what its lines mean is not known here. A look at the first line
/// alone; whether its sum fits is seen when it says so. Returns with how many that line says the event opened, unchecked.
///
/// # Errors
/// [`Kind::Integrity`].
pub(crate) fn refuse_newer(files: &EventFiles, ledger: &File) -> Result<Option<u64>> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let mut raw_lines = RawLines::new(ledger, 0);
    let Some(first) = raw_lines.next().map_err(problem)? else {
        return Ok(None);
    };
    let Some(format) = newer_format(first.bytes) else {
        return Ok(number_after(first.bytes, b"\"left\":"));
    };
    let error = Error::new(Kind::Integrity, newer(format)).at(&files.ledger, 1, 0);
    Err(error.hint("nothing was changed; install the newest tickets, and try again"))
}

/// The format of an opening line, where that is newer than any that is known.
fn newer_format(line: &[u8]) -> Option<u64> {
    let format = number_after(line, b"\"format\":")?;
    let is_sound = || Line::check(line, Some(Sum::default())).is_ok();
    (format > FORMAT && is_sound()).then_some(format)
}

/// The number that stands behind this text.
fn number_after(line: &[u8], text: &[u8]) -> Option<u64> {
    let at = find(line, text)?;
    let digits = line.get(at + text.len()..)?;
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    std::str::from_utf8(digits.get(..length)?)
        .ok()?
        .parse()
        .ok()
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
