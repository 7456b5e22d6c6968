//! A ledger and its backup that differ: whether one of them does not add up, so that no sale sets them apart.

use crate::error::{Error, Kind, Result};
use crate::shown::quoted;
use crate::store::audit::{Finding, Flaw};
use crate::store::file::event::EventFiles;
use crate::store::file::files::directory::directory;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::verify::summarize_ledger;

/// The first line that does not add up; `None`: all do, but for what a crash leaves behind the last one. Reads all of it.
pub(crate) fn broken_line(files: &EventFiles, ledger: &LedgerFile) -> Result<Option<Finding>> {
    let findings = summarize_ledger(files, ledger, None)?.findings;
    Ok(findings.into_iter().find(|it| it.kind == Flaw::Ledger))
}

/// The event's own ledger does not add up in this line: what its backup has else is none of somebody's sales. `is_sound`: that
/// backup adds up.
pub(crate) fn own_is_broken(
    files: &EventFiles,
    target: &EventFiles,
    finding: Finding,
    is_sound: bool,
) -> Error {
    let place = quoted(directory(&target.count).as_os_str());
    let undo = match &finding.hint {
        Some(undo) if is_sound => undo.replace("restore DIR", &format!("restore {place}")),
        Some(undo) => undo.clone(),
        None if is_sound => {
            format!("'tickets audit' says more; 'tickets restore {place}' puts that backup back")
        }
        None => "'tickets audit' says more".to_owned(),
    };
    let error = Error::new(Kind::Integrity, finding.text);
    let error = error.at(&files.ledger, finding.line, 0);
    error.hint(format!("nothing was changed; {undo}"))
}
