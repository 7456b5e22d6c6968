//! The ledger as a file: which one it is, and how it opens.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::ledger::{Line, Op, Replaced, Sum, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::{Access, try_open_regular};
use crate::store::file::reader::format::refuse_newer;
use crate::store::file::reader::raw_lines::RawLines;
use crate::store::file::sys::{Attributes, FileId};

/// The ledger, opened for reading and for rewriting its tail.
#[derive(Debug)]
pub(crate) struct LedgerFile {
    pub(crate) file: File,
    pub(crate) id: FileId,
    /// With how many the event opened, as the first line said when this was opened: nobody has checked it.
    opened: Option<u64>,
}

/// Opens the ledger; `None` when there is none. One that a newer program has made is refused.
pub(crate) fn open_ledger(files: &EventFiles, access: Access<'_>) -> Result<Option<LedgerFile>> {
    match try_open_regular(&files.ledger, access)? {
        None => Ok(None),
        Some((file, own)) => {
            let opened = refuse_newer(files, &file)?;
            Ok(Some(LedgerFile {
                id: own.id,
                file,
                opened,
            }))
        }
    }
}

/// The opening line of a ledger.
#[derive(Debug)]
pub(crate) struct FirstLine {
    /// How many tickets it opened with.
    pub(crate) left: u64,
    /// Its sum: which ledger it is.
    pub(crate) sum: Sum,
    /// The ledger that it took the place of.
    pub(crate) replaces: Option<Replaced>,
}

impl LedgerFile {
    /// A file that is read as a ledger, whatever it is.
    pub(crate) fn of(file: File, id: FileId) -> Self {
        Self {
            file,
            id,
            opened: None,
        }
    }

    /// With how many the event opened, as far as that is known without another look; unchecked.
    pub(crate) fn opened(&self) -> Option<u64> {
        self.opened
    }

    /// Whether the whole text is UTF-16, as its first two bytes tell: no line of a ledger begins with these.
    pub(crate) fn is_utf16(&self) -> bool {
        let mut mark = [0; 2];
        let read = self.file.read_exact_at(&mut mark, 0);
        read.is_ok() && [[0xff, 0xfe], [0xfe, 0xff]].contains(&mark)
    }

    /// How long it is now, in bytes.
    pub(crate) fn length(&self) -> Option<u64> {
        let own = Attributes::of_handle(&self.file).ok();
        own.map(|own| own.length)
    }

    /// Whether the name means this file now.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        matches!(FileId::of_name(path), Ok(Some(id)) if id == self.id)
    }

    /// The opening line, if it is sound.
    pub(crate) fn first_line(&self, files: &EventFiles) -> Result<Option<FirstLine>> {
        let problem = |e| Error::io("read", &files.ledger, e);
        self.opening_line().map_err(problem)
    }

    /// The same.
    pub(crate) fn opening_line(&self) -> io::Result<Option<FirstLine>> {
        let mut raw_lines = RawLines::new(&self.file, 0);
        let Some(first) = raw_lines.next()? else {
            return Ok(None);
        };
        Ok(Line::parse(first.bytes, Some(Tally::default().sum))
            .ok()
            .filter(|line| line.record.op == Op::Open)
            .map(|line| FirstLine {
                left: line.record.left,
                sum: line.sum,
                replaces: line.record.replaces,
            }))
    }
}
