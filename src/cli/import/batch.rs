//! The batch that a list belongs to: the same row of one batch is sold once.

use std::path::Path;

use super::super::args::ImportArgs;
use super::corrected;
use super::text::is_stdin;
use crate::{Error, Kind, Result};

/// What the rows belong to.
pub(super) fn of(arguments: &ImportArgs) -> Result<String> {
    match &arguments.batch {
        Some(batch) if batch.trim().is_empty() => {
            let error = Error::new(Kind::Usage, "a batch has a name, and this one is empty");
            Err(error.hint("nothing was sold; say --batch NAME, or leave --batch out: then the file's name is that of the batch"))
        }
        Some(batch) => Ok(batch.clone()),
        None if is_stdin(&arguments.list) || is_nameless(&arguments.list) => {
            let message =
                "rows from standard input or a pipe belong to no file: say to which batch";
            Err(Error::new(Kind::Usage, message).hint("add --batch NAME"))
        }
        None => {
            corrected::refuse_without_batch(arguments)?;
            let name = arguments.list.file_name().unwrap_or_default();
            Ok(name.to_string_lossy().into_owned())
        }
    }
}

/// Whether this is what a shell calls a pipe or an open file, and no name of a list: another list is called the same.
fn is_nameless(list: &Path) -> bool {
    let is_pipe = |found: std::fs::Metadata| !found.is_file() && !found.is_dir();
    list.starts_with("/dev") || list.starts_with("/proc") || list.metadata().is_ok_and(is_pipe)
}
