//! Reading a ledger line by line, in constant memory.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::ledger::MAX_LINE;

/// A raw line of the ledger between two newlines.
pub(crate) struct RawLine<'b> {
    /// Where it begins, in bytes.
    pub(crate) start: u64,
    /// Where it ends, its newline included if there is one.
    pub(crate) end: u64,
    /// Its bytes without the newline, at most [`MAX_LINE`] of them.
    pub(crate) bytes: &'b [u8],
    /// Whether a newline ends it.
    pub(crate) terminated: bool,
}

/// Reads a ledger line by line, from an offset, in constant memory.
pub(crate) struct RawLines<'a> {
    file: &'a File,
    buffer: Vec<u8>,
    /// The part of `buffer` not yet handed out.
    from: usize,
    at: u64,
    chunk: usize,
    /// In the middle of a line that is too long.
    passing_over: bool,
    /// Where to stop, in bytes.
    until: u64,
}

/// How much is read at first: the tail of a ledger is mostly a few lines, and memory that a short
/// process touches costs it more than a second read. It doubles up to [`LARGE_CHUNK`].
const CHUNK: usize = 512;
const LARGE_CHUNK: usize = 64 * 1024;

impl<'a> RawLines<'a> {
    pub(crate) fn new(file: &'a File, at: u64) -> Self {
        Self {
            file,
            buffer: Vec::new(),
            from: 0,
            at,
            chunk: CHUNK,
            passing_over: false,
            until: u64::MAX,
        }
    }

    /// The same, as if the ledger ended there.
    pub(crate) fn until(self, until: u64) -> Self {
        Self { until, ..self }
    }

    /// The same, where so many bytes of lines are expected.
    pub(crate) fn expecting(self, bytes: usize) -> Self {
        let chunk = bytes.clamp(CHUNK, LARGE_CHUNK);
        Self { chunk, ..self }
    }

    /// Where the next raw line begins, in bytes.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// The next raw line; `None` at the end of the file. Of a line longer than [`MAX_LINE`] the
    /// beginning is handed out, as not terminated; the rest of it is passed over.
    pub(crate) fn next(&mut self) -> io::Result<Option<RawLine<'_>>> {
        let (length, terminated) = loop {
            let pending = self.buffer.get(self.from..).unwrap_or_default();
            let searched = pending
                .get(..pending.len().min(MAX_LINE))
                .unwrap_or_default();
            let newline = memchr::memchr(b'\n', searched);
            let used = newline.map_or(searched.len(), |at| at + 1);
            let terminated = newline.is_some();
            if !terminated && used < MAX_LINE && self.fill()? {
                continue;
            }
            if used == 0 {
                return Ok(None);
            }
            let passed_over = self.passing_over;
            self.passing_over = !terminated;
            if !passed_over {
                break (used - usize::from(terminated), terminated);
            }
            self.pass(used);
        };
        let (start, from) = (self.at, self.from);
        self.pass(length + usize::from(terminated));
        Ok(Some(RawLine {
            start,
            end: self.at,
            bytes: self.buffer.get(from..from + length).unwrap_or_default(),
            terminated,
        }))
    }

    fn pass(&mut self, bytes: usize) {
        self.from += bytes;
        self.at += bytes as u64;
    }

    /// Reads on; `false` at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.from);
        self.from = 0;
        let old = self.buffer.len();
        let offset = self.at + old as u64;
        let wanted = self.until.saturating_sub(offset).min(self.chunk as u64) as usize;
        if wanted == 0 {
            return Ok(false);
        }
        self.buffer.resize(old + wanted, 0);
        self.chunk = (2 * self.chunk).min(LARGE_CHUNK);
        let read = loop {
            let free = self.buffer.get_mut(old..).unwrap_or_default();
            match self.file.read_at(free, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.buffer.truncate(old + read);
        Ok(read > 0)
    }
}

/// The line that ends just before `end`: its bytes without the newline. `None`: no line ends there.
pub(crate) fn line_before(file: &File, end: u64) -> io::Result<Option<Vec<u8>>> {
    // Most lines are short; one that is not is read again.
    for longest in [512, MAX_LINE as u64 + 1] {
        let length = end.min(longest);
        let mut window = vec![0; length as usize];
        file.read_exact_at(&mut window, end - length)?;
        if window.pop() != Some(b'\n') {
            return Ok(None);
        }
        if let Some(newline) = window.iter().rposition(|&byte| byte == b'\n') {
            return Ok(Some(window.split_off(newline + 1)));
        }
        if length == end {
            return Ok(Some(window));
        }
    }
    Ok(None)
}

/// The line that starts at `start`, without its newline; empty where none does.
pub(crate) fn line_starting(file: &File, start: u64) -> io::Result<Vec<u8>> {
    let mut raw_lines = RawLines::new(file, start);
    let first = raw_lines.next()?;
    Ok(first
        .map(|raw_line| raw_line.bytes.to_vec())
        .unwrap_or_default())
}

const BLANK: [u8; 1024] = [b'\n'; 1024];

/// Whether nothing but newlines stands from `from` to `to`.
pub(crate) fn is_blank(file: &File, from: u64, to: u64) -> io::Result<bool> {
    let mut chunk = vec![0; to.saturating_sub(from).min(LARGE_CHUNK as u64) as usize];
    let mut at = from;
    while at < to {
        let length = (to - at).min(chunk.len() as u64) as usize;
        let read = file.read_at(chunk.get_mut(..length).unwrap_or_default(), at)?;
        let part = chunk.get(..read).unwrap_or_default();
        // Compared by the block: byte by byte it is slow.
        let blank = |block: &[u8]| Some(block) == BLANK.get(..block.len());
        if read == 0 || !part.chunks(BLANK.len()).all(blank) {
            return Ok(read == 0);
        }
        at += read as u64;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_fails_is_not_tried_again() {
        assert!(RawLines::new(&File::open("/").unwrap(), 0).next().is_err());
    }

    #[test]
    fn a_reader_of_raw_lines_says_where_the_next_one_begins() {
        let named = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(named.path(), "one\ntwo\n").unwrap();
        let mut raw_lines = RawLines::new(named.as_file(), 4);
        assert_eq!(raw_lines.at(), 4);
        assert_eq!(raw_lines.next().unwrap().unwrap().bytes, b"two");
        assert_eq!(raw_lines.at(), 8);
    }
}
