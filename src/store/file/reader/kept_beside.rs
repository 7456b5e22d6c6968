//! Where people keep a ledger as it is, before they mend it.

use crate::shown::quoted;
use crate::store::file::event::EventFiles;

/// The ledger's name, and that of a copy beside it, as words for a shell.
pub(crate) fn ledger_and_copy(files: &EventFiles) -> [String; 2] {
    ["", ".before"].map(|end| {
        let mut name = files.ledger.file_name().unwrap_or_default().to_owned();
        name.push(end);
        quoted(files.ledger.with_file_name(name).as_os_str())
    })
}
