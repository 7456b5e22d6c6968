//! The import that a hint tells: of another file, of another batch, or without what is sold, and otherwise as it was asked for.

use std::path::Path;

use super::super::args::ImportArgs;
use crate::shown::quoted;

/// The words of an import of this list as of this batch, with the other options that were given.
pub(super) fn again(arguments: &ImportArgs, list: &Path, batch: &str) -> String {
    let ignore = arguments.ignore_columns;
    let words = words((list, Some(batch)), ignore, arguments.skip_sold);
    words + &to_rejects(arguments, list)
}

/// The same of the list that was asked for, without the rows that equal sales.
pub(super) fn skipping(arguments: &ImportArgs) -> String {
    let list = &arguments.list;
    let list_and_batch = (list.as_path(), arguments.batch.as_deref());
    words(list_and_batch, arguments.ignore_columns, true) + &to_rejects(arguments, list)
}

/// The same of a file of refused rows, whose own refused rows go nowhere else. `ignore`: it has columns, or members, that are
/// passed over.
pub(super) fn of_rejects(
    arguments: &ImportArgs,
    rejects: &Path,
    batch: &str,
    ignore: bool,
) -> String {
    let ignore = ignore && arguments.ignore_columns;
    words((rejects, Some(batch)), ignore, arguments.skip_sold)
}

fn words((list, batch): (&Path, Option<&str>), ignore: bool, skip: bool) -> String {
    let list = quoted(list.as_os_str());
    let batch = batch.map(|batch| format!(" --batch {}", quoted(batch.as_ref())));
    let ignore = if ignore { " --ignore-columns" } else { "" };
    let skip = if skip { " --skip-sold" } else { "" };
    format!("import {list}{}{ignore}{skip}", batch.unwrap_or_default())
}

fn to_rejects(arguments: &ImportArgs, list: &Path) -> String {
    let rejects = arguments.rejects.as_deref().filter(|it| *it != list);
    let rejects = rejects.map(|rejects| format!(" --rejects {}", quoted(rejects.as_os_str())));
    rejects.unwrap_or_default()
}
