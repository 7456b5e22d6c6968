//! The least that any durable record costs: a line written to a file, and a sync.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::store::{BUYER, Books, OpenStore, STOCK, now};
use crate::Result;

/// By how much the file grows ahead of what is written to it.
const PADDING: usize = 64 * 1024;

/// A file of lines, written by one process alone. There is no stock: it counts what it wrote.
pub(crate) struct Log {
    file: File,
    written: u64,
    /// Where the next line begins.
    end: u64,
    /// Up to where the file is filled with newlines; `None` if it is not.
    filled: Option<u64>,
}

impl Log {
    /// A new file, filled ahead of the lines or not.
    pub(crate) fn open(directory: &Path, ahead: bool) -> Result<Self> {
        let file = OpenOptions::new()
            .append(!ahead)
            .write(true)
            .create_new(true)
            .open(path(directory))
            .map_err(|error| format!("could not create a log: {error}"))?;
        Ok(Self {
            file,
            written: 0,
            end: 0,
            filled: ahead.then_some(0),
        })
    }

    /// Counts the lines.
    pub(crate) fn books(directory: &Path) -> Result<Books> {
        let text = fs::read_to_string(path(directory))
            .map_err(|error| format!("could not read the log: {error}"))?;
        let recorded = text.lines().filter(|line| !line.is_empty()).count() as u64;
        Ok(Books {
            recorded,
            left: STOCK.saturating_sub(recorded),
        })
    }

    fn write(&mut self) -> std::io::Result<()> {
        let line = line(self.written + 1, STOCK.saturating_sub(self.written + 1));
        let end = self.end + line.len() as u64;
        if let Some(filled) = self.filled.filter(|filled| *filled < end) {
            self.file.write_all_at(&vec![b'\n'; PADDING], filled)?;
            self.filled = Some(filled + PADDING as u64);
        }
        // On a file opened to append, Linux appends whatever the offset is.
        self.file.write_all_at(line.as_bytes(), self.end)?;
        self.file.sync_data()?;
        self.end = end;
        self.written += 1;
        Ok(())
    }
}

impl OpenStore for Log {
    fn sell(&mut self) -> Result<()> {
        self.write()
            .map_err(|error| format!("could not append: {error}"))
    }
}

/// As long as a line of the ledger.
fn line(number: u64, left: u64) -> String {
    let at = now();
    format!(
        r#"{{"seq":{number},"op":"sell","id":"{number}-abc123","buyer":"{BUYER}","quantity":1,"left":{left},"at":"{at}-01-01T00:00","sum":"0123456789abcdef"}}"#
    ) + "\n"
}

fn path(directory: &Path) -> PathBuf {
    directory.join("log.jsonl")
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_line_is_as_long_as_a_sale_is_on_the_ledger() {
        assert!((120..=180).contains(&line(1, 9_999_999).len()));
        assert!((120..=180).contains(&line(999_999, 1).len()));
    }
}
