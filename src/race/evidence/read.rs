//! Reading a file of evidence: line by line, within limits.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use memchr::memchr;

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
        if e.kind() == io::ErrorKind::NotFound {
            return Error::new(Kind::Missing, "there is no such file")
                .at(path, 0, 0)
                .hint("'tickets buy --users 8 --evidence FILE.jsonl' records a run");
        }
        Error::io("open", path, e)
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
    let (mut number, mut begun) = (1, Vec::new());
    loop {
        let buffer = match lines.fill_buf() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer.map_err(|e| Error::io("read", path, e))?,
        };
        if buffer.is_empty() {
            break;
        }
        let mut rest = buffer;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, behind) = rest.split_at(end);
            if begun.is_empty() {
                take(&mut gatherer, line, number, path)?;
            } else {
                begun.extend_from_slice(line.get(..MAX_LINE + 1).unwrap_or(line));
                take(&mut gatherer, &begun, number, path)?;
                begun.clear();
            }
            number += 1;
            rest = behind.get(1..).unwrap_or_default();
        }
        begun.extend_from_slice(rest.get(..MAX_LINE + 1).unwrap_or(rest));
        short(&begun, number, path)?;
        let read = buffer.len();
        lines.consume(read);
    }
    take(&mut gatherer, &begun, number, path)?;
    Ok(gatherer)
}

/// Takes a line, its newline taken off, unless it is blank.
fn take(gatherer: &mut Gatherer, line: &[u8], number: u64, path: &Path) -> Result<()> {
    short(line, number, path)?;
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    let taken = Record::parse(line).and_then(|record| gatherer.take(&record));
    taken.map_err(|message| refused(path, number, message))
}

fn short(line: &[u8], number: u64, path: &Path) -> Result<()> {
    if line.len() <= MAX_LINE {
        return Ok(());
    }
    let message = format!("the line is longer than {MAX_LINE} bytes");
    Err(refused(path, number, message))
}

pub(crate) fn refused(path: &Path, line: u64, message: String) -> Error {
    Error::new(Kind::Integrity, message)
        .at(path, line, 0)
        .hint("docs/evidence.md describes each line")
}
