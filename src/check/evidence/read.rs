//! Reading a file of evidence: line by line, within limits.

use std::fs;
use std::io::{self, BufRead, BufReader, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use memchr::memchr;
use rustix::fs::{OFlags, fcntl_setfl};

use super::gather::Gatherer;
use super::model::Evidence;
use super::record::EvidenceRecord;
use crate::error::{Error, Kind, Result};

/// The longest line, in bytes, its newline not counted.
pub const MAX_LINE: usize = 64 * 1024;

/// Reads a file, or a pipe that somebody writes. Errors: [`Kind::Io`] when it cannot be read, or is a pipe that
/// nobody writes; [`Kind::Integrity`], with the line, when a line makes no sense.
pub fn read(path: &Path) -> Result<Evidence> {
    // Else to open a pipe that nobody writes is to wait for somebody who does.
    let mut options = fs::File::options();
    let options = options
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let mut file = options.open(path).map_err(|e| {
        if e.kind() == io::ErrorKind::NotFound {
            return Error::new(Kind::Missing, "there is no such file")
                .at(path, 0, 0)
                .hint("'tickets buy --users 8 --evidence FILE.jsonl' records a run");
        }
        Error::io("open", path, e)
    })?;
    let problem = |e| Error::io("read", path, e);
    let kind = file.metadata().map_err(problem)?.file_type();
    if !kind.is_fifo() {
        return read_lines(BufReader::with_capacity(1 << 16, file), path);
    }
    let mut first = [0];
    let begun = match file.read(&mut first) {
        Ok(0) => {
            let message = "is a pipe, and nobody writes into it";
            return Err(Error::new(Kind::Io, message).at(path, 0, 0).hint(
                "start whoever writes it first; 'tickets race check -' reads standard input",
            ));
        }
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => 0,
        read => read.map_err(problem)?,
    };
    fcntl_setfl(&file, OFlags::empty()).map_err(|e| problem(e.into()))?;
    let first = first.get(..begun).unwrap_or_default();
    read_lines(BufReader::with_capacity(1 << 16, first.chain(file)), path)
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
    let mut last = 0;
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
                take(&mut gatherer, line, (number, &mut last), path)?;
            } else {
                begun.extend_from_slice(line.get(..MAX_LINE + 1).unwrap_or(line));
                take(&mut gatherer, &begun, (number, &mut last), path)?;
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
    take(&mut gatherer, &begun, (number, &mut last), path)?;
    let whole = gatherer.cut();
    whole.map_err(|message| refused(path, last, message))?;
    Ok(gatherer)
}

/// Takes a line, its newline taken off, unless it is blank; `last`: the number of the last one that was taken.
fn take(
    gatherer: &mut Gatherer,
    line: &[u8],
    (number, last): (u64, &mut u64),
    path: &Path,
) -> Result<()> {
    short(line, number, path)?;
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    *last = number;
    let taken = EvidenceRecord::parse(line).and_then(|record| gatherer.take(&record));
    taken.map_err(|message| {
        let encoding = encoding(line).map(str::to_owned);
        refused(path, number, encoding.unwrap_or(message))
    })
}

fn short(line: &[u8], number: u64, path: &Path) -> Result<()> {
    if line.len() <= MAX_LINE {
        return Ok(());
    }
    let too_long = || format!("the line is longer than {MAX_LINE} bytes");
    let message = encoding(line).map_or_else(too_long, str::to_owned);
    Err(refused(path, number, message))
}

/// That a line is no JSON because of how its text is written, and how.
fn encoding(line: &[u8]) -> Option<&'static str> {
    match line {
        [0x1f, 0x8b, ..] => Some("it is compressed (gzip): 'zcat FILE | tickets race check -'"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Some("it is compressed (zstd): 'zstdcat FILE | tickets race check -'")
        }
        [0xef, 0xbb, 0xbf, ..] => {
            Some("it begins with a byte order mark (BOM): write it as UTF-8 without one")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("it is UTF-16: write it as UTF-8"),
        [0, ..] if line.iter().all(|byte| *byte == 0) => Some(
            "it is zeros, as a power cut leaves them: what was to stand there is lost, and without them this is a file that was cut",
        ),
        // Of a line that is too long the end may be cut within a letter.
        _ if line.len() <= MAX_LINE && std::str::from_utf8(line).is_err() => {
            Some("the line is not UTF-8")
        }
        _ => None,
    }
}

pub(crate) fn refused(path: &Path, line: u64, message: String) -> Error {
    Error::new(Kind::Integrity, message)
        .at(path, line, 0)
        .hint("docs/evidence.md describes each line")
}
