//! A ledger that has another name is replaced by nobody.

use std::path::PathBuf;

use crate::error::{Error, Kind, Result};
use crate::shown::quoted;
use crate::store::file::event::EventFiles;
use crate::store::file::recovery::archive::exchange_names;
use crate::store::file::sys::{self, FileId};

/// Refuses to give another file the name of a ledger that has one more: who sells under that would go on selling from
/// the old one, beside the new. An exchange name of this ledger, which a killed process left, is none.
///
/// # Errors
/// [`Kind::Refused`]: nothing was written.
pub(crate) fn refuse_shared_ledger(files: &EventFiles) -> Result<()> {
    let problem = |e| Error::io("look at", &files.ledger, e);
    let Some(found) = sys::look(&files.ledger).map_err(problem)? else {
        return Ok(());
    };
    if !found.is_file() || found.links < 2 {
        return Ok(());
    }
    let id = FileId::of_name(&files.ledger).map_err(problem)?;
    let is_same = |name: &PathBuf| FileId::of_name(name).is_ok_and(|other| other == id);
    let ours = exchange_names(&files.ledger)?;
    let ours = ours.iter().filter(|name| is_same(name)).count() as u64;
    if found.links.saturating_sub(ours) < 2 {
        return Ok(());
    }
    let message = "has another name (a hard link, as 'cp -al' makes them): whoever sells under that would go on selling \
                   from this ledger, and there would be two stocks";
    let beside = |end: &str| {
        let mut name = files.ledger.file_name().unwrap_or_default().to_owned();
        name.push(end);
        quoted(files.ledger.with_file_name(name).as_os_str())
    };
    let (ledger, own) = (beside(""), beside(".own"));
    let error = Error::new(Kind::Refused, message).at(&files.ledger, 0, 0);
    Err(error.hint(format!(
        "nothing was changed, and --force does not go over it; 'find DIR -xdev -samefile {ledger}' tells the other name: \
         remove that, or, if nobody sells there, give this event a ledger of its own: \
         cp -p {ledger} {own} && mv {own} {ledger}"
    )))
}
