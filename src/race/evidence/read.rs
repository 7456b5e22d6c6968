//! Reading a file of evidence: line by line, within limits.

use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::Evidence;
use super::gather::Gatherer;
use super::record::Record;
use crate::error::{Error, Kind, Result};

/// The longest line, in bytes, its newline not counted.
pub const MAX_LINE: usize = 64 * 1024;

/// Reads a file. Errors: [`Kind::Io`] when it cannot be read; [`Kind::Integrity`], with the line, when a
/// line makes no sense.
pub fn read(path: &Path) -> Result<Evidence> {
    let file = fs::File::open(path).map_err(|e| {
        let missing = e.kind() == io::ErrorKind::NotFound;
        let error = Error::io("open", path, e);
        if missing {
            error.with_kind(Kind::Missing)
        } else {
            error
        }
    })?;
    read_lines(BufReader::with_capacity(1 << 16, file), path)
}

/// Reads lines from anywhere; the path is for messages only. Errors as in [`read`].
pub fn read_lines(lines: impl BufRead, path: &Path) -> Result<Evidence> {
    let gathered = gather(lines, path)?.finish();
    gathered.map_err(|message| refused(path, 0, message))
}

/// The same, of evidence that goes on.
pub(crate) fn gather(mut lines: impl BufRead, path: &Path) -> Result<Gatherer> {
    let mut gatherer = Gatherer::default();
    let mut buffer = Vec::new();
    let mut number = 0;
    loop {
        number += 1;
        buffer.clear();
        let limit = MAX_LINE as u64 + 1;
        let mut limited = lines.by_ref().take(limit);
        let read = limited.read_until(b'\n', &mut buffer);
        if read.map_err(|e| Error::io("read", path, e))? == 0 {
            break;
        }
        if buffer.last() == Some(&b'\n') {
            buffer.pop();
        } else if buffer.len() > MAX_LINE {
            let message = format!("the line is longer than {MAX_LINE} bytes");
            return Err(refused(path, number, message));
        }
        if buffer.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let taken = Record::parse(&buffer).and_then(|record| gatherer.take(&record));
        taken.map_err(|message| refused(path, number, message))?;
    }
    Ok(gatherer)
}

pub(crate) fn refused(path: &Path, line: u64, message: String) -> Error {
    Error::new(Kind::Integrity, message)
        .at(path, line, 0)
        .hint("docs/evidence.md describes each line")
}
