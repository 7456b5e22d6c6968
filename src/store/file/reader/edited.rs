//! A ledger that an editor has saved in its own way: lines that end in CR LF, a byte order mark before the first. Whether all
//! that was written is there shows without these bytes.

use crate::error::{Error, Kind};
use crate::ledger::{CountFile, Line, Sum};
use crate::shown::quoted;
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::RawLines;

/// What an editor has put into a ledger.
pub(crate) struct Edited {
    /// The first line that has it.
    pub(crate) line: u64,
    /// A byte order mark before the first line.
    mark: bool,
    /// Carriage returns at the ends of lines.
    returns: bool,
    /// Without these bytes each line fits, and the last one is there that the count includes.
    all: bool,
}

/// What an editor has put into this ledger; `None`: nothing, or its first line that does not add up is changed otherwise.
pub(crate) fn edited(files: &EventFiles, ledger: &LedgerFile) -> Option<Edited> {
    let count = CountFile::look(&files.count).ok();
    let counted = count.and_then(|(count, _)| count?.counted);
    let mut found: Option<Edited> = None;
    let (mut sum, mut line, mut bytes) = (Sum::default(), 0, 0);
    let (mut fits, mut counts) = (true, false);
    let mut raw_lines = RawLines::new(&ledger.file, 0);
    while let Ok(Some(raw_line)) = raw_lines.next() {
        let written = Line::as_written(raw_line.bytes);
        let Ok(next) = Line::check(written, Some(sum)) else {
            // Preallocation, as the editor has saved it.
            fits = written.is_empty();
            if fits {
                continue;
            }
            break;
        };
        (sum, line, bytes) = (next, line + 1, bytes + written.len() as u64 + 1);
        counts |= counted.is_some_and(|counted| (counted.seq, counted.bytes) == (line, bytes));
        if written.len() < raw_line.bytes.len() {
            let found = found.get_or_insert(Edited {
                line,
                mark: false,
                returns: false,
                all: false,
            });
            found.mark |= !raw_line.bytes.starts_with(written);
            found.returns |= !raw_line.bytes.ends_with(written);
        }
    }
    found.map(|found| Edited {
        all: fits && counts,
        ..found
    })
}

impl Edited {
    /// That nothing is sold from such a ledger, and how it is had back.
    pub(crate) fn error(&self, files: &EventFiles) -> Error {
        let what = match (self.mark, self.returns) {
            (true, true) => "its lines end in CR LF, and a byte order mark stands before the first",
            (true, false) => "a byte order mark stands before its first line",
            _ => "its lines end in CR LF",
        };
        let whether = if self.all {
            "what was sold is all there"
        } else {
            "whether what was sold is all there shows when these bytes are out"
        };
        let message = format!("{what}, as some editors save a text: {whether}");
        let error = Error::new(Kind::Integrity, message).at(&files.ledger, self.line, 0);
        error.hint(format!(
            "nothing more was sold; 'tickets audit' says more; {}; 'tickets restore DIR' puts a backup back instead",
            self.way_out(files)
        ))
    }

    /// How these bytes are taken out again, by people.
    pub(crate) fn way_out(&self, files: &EventFiles) -> String {
        let [ledger, kept] = ledger_and_copy(files);
        let without = match (self.mark, self.returns) {
            (true, true) => format!("tail -c +4 {kept} | tr -d '\\r' > {ledger}"),
            (true, false) => format!("tail -c +4 {kept} > {ledger}"),
            _ => format!("tr -d '\\r' < {kept} > {ledger}"),
        };
        let first = if self.all {
            "none of it is lost: keep the ledger as it is, and take out what the editor has put in"
        } else {
            "keep the ledger as it is, and take out first what the editor has put in"
        };
        format!("{first}: cp -p {ledger} {kept} && {without}; then audit again")
    }
}

/// The ledger's name, and that of a copy beside it, as words for a shell.
pub(crate) fn ledger_and_copy(files: &EventFiles) -> [String; 2] {
    ["", ".before"].map(|end| {
        let mut name = files.ledger.file_name().unwrap_or_default().to_owned();
        name.push(end);
        quoted(files.ledger.with_file_name(name).as_os_str())
    })
}
