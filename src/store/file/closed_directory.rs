//! A directory that this process may not enter: then nothing is known of what is in it, not even whether it is there.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, accessat};
use rustix::io::Errno;

use crate::error::Error;
use crate::shown::quoted;
use crate::store::file::people::user;

/// The same error; where it is that a directory around the file may not be entered, it names that directory, and not
/// a file of which nothing is known.
pub(crate) fn name_closed_directory(error: Error) -> Error {
    if !error.is_denied() {
        return error;
    }
    let closed = error.place().and_then(|place| first_closed(&place.file));
    let Some(directory) = closed.map(Path::to_path_buf) else {
        return error;
    };
    let denied = io::Error::from(Errno::ACCESS);
    let named = Error::io("enter", &directory, denied).with_kind(error.kind());
    match error.hint_text() {
        // What all who sell need is said already.
        Some(hint) if hint.contains("its directory ") => named.hint(hint),
        _ => {
            let owner = std::fs::metadata(&directory).map(|found| user(found.uid()));
            let owner = owner.unwrap_or_else(|_| "its owner".to_owned());
            named.hint(format!(
                "this user may not enter that directory, so that nothing is known of what is in it: let {owner} run \
                 chmod o+x {}, or let the group in with chgrp GROUP and chmod g+x",
                quoted(directory.as_os_str())
            ))
        }
    }
}

/// The outermost directory around this file that may not be entered.
fn first_closed(file: &Path) -> Option<&Path> {
    let is_closed = |directory: &&Path| {
        let entered = accessat(CWD, *directory, Access::EXEC_OK, AtFlags::EACCESS);
        directory.is_dir() && entered == Err(Errno::ACCESS)
    };
    let mut around: Vec<&Path> = file.ancestors().skip(1).collect();
    around.retain(|directory| !directory.as_os_str().is_empty());
    around.into_iter().rev().find(is_closed)
}
