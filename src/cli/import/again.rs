//! The import that a hint tells: of another file, or of another batch, and otherwise as it was asked for.

use std::path::Path;

use super::super::args::ImportArgs;
use crate::shown::quoted;

/// The words of an import of this list as of this batch, with the other options that were given.
pub(super) fn again(arguments: &ImportArgs, list: &Path, batch: &str) -> String {
    let words = of_rejects(arguments, list, batch, arguments.ignore_columns);
    let rejects = arguments.rejects.as_deref().filter(|it| *it != list);
    let rejects = rejects.map(|rejects| format!(" --rejects {}", quoted(rejects.as_os_str())));
    words + &rejects.unwrap_or_default()
}

/// The same of a file of refused rows, whose own refused rows go nowhere else. `ignore`: it has columns, or members, that are
/// passed over.
pub(super) fn of_rejects(
    arguments: &ImportArgs,
    rejects: &Path,
    batch: &str,
    ignore: bool,
) -> String {
    let [list, batch] = [rejects.as_os_str(), batch.as_ref()].map(quoted);
    let ignore = if ignore && arguments.ignore_columns {
        " --ignore-columns"
    } else {
        ""
    };
    format!("import {list} --batch {batch}{ignore}")
}
