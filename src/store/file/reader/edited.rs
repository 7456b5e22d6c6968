//! A ledger that an editor has saved in its own way: lines that end in CR LF, a byte order mark before the first. All that
//! was written is there, and adds up without these bytes.

use crate::error::{Error, Kind};
use crate::ledger::{Line, Sum};
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
}

/// What an editor has put into this ledger; `None`: nothing, or its first line that does not add up is changed otherwise.
pub(crate) fn edited(ledger: &LedgerFile) -> Option<Edited> {
    let mut found: Option<Edited> = None;
    let (mut sum, mut line) = (Sum::default(), 0);
    let mut raw_lines = RawLines::new(&ledger.file, 0);
    while let Ok(Some(raw_line)) = raw_lines.next() {
        let written = Line::as_written(raw_line.bytes);
        let Ok(next) = Line::check(written, Some(sum)) else {
            break;
        };
        (sum, line) = (next, line + 1);
        if written.len() < raw_line.bytes.len() {
            let found = found.get_or_insert(Edited {
                line,
                mark: false,
                returns: false,
            });
            found.mark |= !raw_line.bytes.starts_with(written);
            found.returns |= !raw_line.bytes.ends_with(written);
        }
    }
    found
}

impl Edited {
    /// That nothing is sold from such a ledger, and how it is had back.
    pub(crate) fn error(&self, files: &EventFiles) -> Error {
        let what = match (self.mark, self.returns) {
            (true, true) => "its lines end in CR LF, and a byte order mark stands before the first",
            (true, false) => "a byte order mark stands before its first line",
            _ => "its lines end in CR LF",
        };
        let message = format!("{what}, as some editors save a text: what was sold is all there");
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
        format!(
            "none of it is lost: keep the ledger as it is, and take out what the editor has put in: \
             cp -p {ledger} {kept} && {without}; then audit again"
        )
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
