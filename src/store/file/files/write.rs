//! Writing a new file beside another one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::{Error, Result};
use crate::store::file::files::placement::temporary_apart;
use crate::store::file::files::temporary::temporary;
use crate::store::file::rights::Rights;
use crate::store::file::sys::FileId;

/// Writes `bytes` to a new temporary file in the directory of `path`, with these rights, or those of any new file,
/// and apart from a file as [`temporary_apart`] does it.
pub(crate) fn write_beside(
    path: &Path,
    bytes: &[u8],
    rights: Option<&Rights>,
    sync: bool,
    apart: Option<FileId>,
) -> Result<tempfile::NamedTempFile> {
    let problem = |e| Error::io("write a new version", path, e);
    let temp = match apart {
        Some(from) => temporary_apart(path, rights, from),
        None => temporary(path, rights),
    };
    let mut temp = temp.map_err(problem)?;
    temp.write_all(bytes).map_err(problem)?;
    if let Some(rights) = rights {
        rights.give_to(temp.as_file()).map_err(problem)?;
    }
    if sync {
        temp.as_file().sync_all().map_err(problem)?;
    }
    Ok(temp)
}

/// Gives a temporary file a name that no file has yet.
///
/// By a rename that replaces nothing, where there is one; else by a second name; else a file without contents takes
/// the name first, so that of two who come at once one is told that it is there, and is replaced.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`]: a file has the name.
pub(crate) fn name_new(temp: tempfile::NamedTempFile, path: &Path) -> io::Result<File> {
    let refused = match temp.persist_noclobber(path) {
        Ok(file) => return Ok(file),
        Err(refused) => refused,
    };
    let none = [
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::Unsupported,
        io::ErrorKind::InvalidInput,
    ];
    if !none.contains(&refused.error.kind()) {
        return Err(refused.error);
    }
    let temp = refused.file;
    match fs::hard_link(temp.path(), path) {
        Ok(()) => Ok(temp.into_file()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            // Nobody may open it who might not open the other.
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(0o600);
            options.open(path)?;
            temp.persist(path).map_err(|refused| {
                let _ = fs::remove_file(path);
                refused.error
            })
        }
    }
}
