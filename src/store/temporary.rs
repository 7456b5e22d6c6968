//! Temporary files beside an event's own: how they are named, where they are put, and how those are
//! found that killed processes left.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::Dir;

use super::aside::is_aside;
use super::event::EventFiles;
use super::files::{Access, FileId, directory, open_regular};
use super::lease::{self, Elsewhere};
use super::pause::outlast;
use super::sys;
use crate::error::{Error, Result};

/// How a temporary file beside `path` begins and ends, so that strays can be told. Between stand the process
/// that made it, and random letters.
fn stray_name(path: &Path) -> (String, &'static str) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    (format!(".{name}."), ".tmp")
}

/// Whether a temporary file is one beside `path`.
fn is_beside(temporary: &Path, path: &Path) -> bool {
    let (prefix, suffix) = stray_name(path);
    let name = temporary.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(&prefix) && name.ends_with(suffix)
}

/// A new temporary file in the directory of `path`.
pub(super) fn temporary(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let (prefix, suffix) = stray_name(path);
    let prefix = format!("{prefix}{}-", std::process::id());
    // A new event is as open as the umask lets any file be; tempfile's own default is private.
    let mode = fs::Permissions::from_mode(0o666);
    tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(suffix)
        .permissions(mode)
        .tempfile_in(directory(path))
}

/// The same, with its inode in another block of the file system's inode table than a file's.
///
/// ext4 without a journal writes the whole block with a sync of any file in it, if the block has changed;
/// and to rename a file changes its inode. So a ledger whose inode shares a block with what is renamed
/// at every publication costs two writes a sync instead of one: half as long again.
pub(super) fn temporary_apart(path: &Path, from: FileId) -> io::Result<tempfile::NamedTempFile> {
    let mut temp = temporary(path)?;
    if sys::file_system(temp.as_file()) != "ext4" {
        return Ok(temp);
    }
    // Kept until one is found, so that each is another inode.
    let mut near = Vec::new();
    while near.len() < INODES as usize && is_near(FileId::of_handle(temp.as_file())?, from) {
        near.push(temp);
        temp = temporary(path)?;
    }
    Ok(temp)
}

/// How many inodes a block of the table has: of 256 bytes, in 4 KiB. Where that is wrong, this is in vain.
const INODES: u64 = 16;

/// Whether the inodes of two files share a block of the table.
pub(super) fn is_near(a: FileId, b: FileId) -> bool {
    // Inodes count from 1.
    let block = |id: FileId| id.inode.saturating_sub(1) / INODES;
    a.device == b.device && block(a) == block(b)
}

/// The temporary files beside these files, the first of which is a count, that no living
/// process keeps, as far as that can be told. Some may be in use just now.
pub(crate) fn strays(paths: [&Path; 2]) -> Result<Vec<PathBuf>> {
    let (mut found, mut doubtful) = (Vec::new(), Vec::new());
    for path in temporaries(paths)? {
        // Only old versions of the count are kept.
        if !is_beside(&path, paths[0]) {
            found.push(path);
            continue;
        }
        let runs = maker(&path).is_some_and(sys::is_running);
        match (elsewhere(&path), runs) {
            (None, _) | (Some(Elsewhere::Open | Elsewhere::Unknown), true) => {}
            (Some(Elsewhere::NotOpen | Elsewhere::Unknown), _) => found.push(path),
            (Some(Elsewhere::Open), false) => doubtful.push(path),
        }
    }
    // A maker that cannot be seen from here may run elsewhere, in a container say. Or a child that has not
    // yet started its program has the file open, for a moment.
    for _ in 0..MOMENTS {
        if doubtful.is_empty() {
            break;
        }
        outlast(MOMENT);
        let (open, not_open) = doubtful
            .into_iter()
            .partition(|path| matches!(elsewhere(path), Some(Elsewhere::Open)));
        doubtful = open;
        found.extend::<Vec<PathBuf>>(not_open);
    }
    Ok(found)
}

/// How often, and for how long, to wait for a file to be closed.
const MOMENTS: u32 = 5;
const MOMENT: Duration = Duration::from_millis(2);

/// Who has a file open for writing; `None`: there is no such file any more.
fn elsewhere(path: &Path) -> Option<Elsewhere> {
    match open_regular(path, Access::Read) {
        Ok(file) => Some(lease::elsewhere(&file)),
        Err(error) if error.is_not_found() => None,
        Err(_) => Some(Elsewhere::Unknown),
    }
}

/// The process that made a temporary file.
fn maker(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?.strip_suffix(".tmp")?;
    let (_, unique) = name.rsplit_once('.')?;
    unique.split_once('-')?.0.parse().ok()
}

/// Removes temporary files that killed processes left beside these files. Only for the
/// holder of the sync lock, where there is a ledger: nobody else is about to give a temporary file its name then.
pub(crate) fn sweep_strays(paths: [&Path; 2]) -> Result<usize> {
    let mut swept = 0;
    for path in strays(paths)? {
        // An old ledger may stand there: see [`super::aside`].
        if is_aside(&path) {
            continue;
        }
        match fs::remove_file(&path) {
            Ok(()) => swept += 1,
            // Whoever kept it has just ended.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("remove", &path, error)),
        }
    }
    Ok(swept)
}

/// The temporary files beside the ledger, whosoever they are.
pub(super) fn beside_ledger(files: &EventFiles) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    list(
        directory(&files.ledger),
        [Some(&files.ledger), None],
        &mut found,
    )?;
    Ok(found)
}

/// The temporary files beside these files, whosoever they are.
fn temporaries(paths: [&Path; 2]) -> Result<Vec<PathBuf>> {
    let [count, ledger] = paths;
    let mut found = Vec::new();
    // A ledger behind a symbolic link stands elsewhere.
    let together = directory(count) == directory(ledger);
    let places = [(count, Some(ledger)), (ledger, None)];
    for (path, other) in places.into_iter().take(if together { 1 } else { 2 }) {
        list(directory(path), [Some(path), other], &mut found)?;
    }
    Ok(found)
}

/// Adds the temporary files of one directory that stand beside one of these.
fn list(directory: &Path, paths: [Option<&Path>; 2], found: &mut Vec<PathBuf>) -> Result<()> {
    let problem = |e: io::Error| Error::io("list", directory, e);
    let handle = match File::open(directory) {
        // Nothing is in it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        handle => handle.map_err(problem)?,
    };
    // The standard library's `ReadDir` panics where a directory cannot be closed.
    let mut entries = Dir::new(handle).map_err(|e| problem(e.into()))?;
    while let Some(entry) = entries.read() {
        let entry = entry.map_err(|e| problem(e.into()))?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        let beside = |path: &Path| is_beside(Path::new(name), path);
        if paths.into_iter().flatten().any(beside) {
            found.push(directory.join(name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_put_apart_shares_no_block_of_the_inode_table() {
        let place = tempfile::tempdir_in(".").unwrap();
        let path = place.path().join("tickets.json");
        let mut all = vec![temporary(&path).unwrap()];
        for _ in 0..40 {
            let from = FileId::of_handle(all.last().unwrap().as_file()).unwrap();
            let temp = temporary_apart(&path, from).unwrap();
            if sys::file_system(temp.as_file()) == "ext4" {
                assert!(!is_near(FileId::of_handle(temp.as_file()).unwrap(), from));
            }
            all.push(temp);
        }
        assert_eq!(maker(all[0].path()), Some(std::process::id()));
        drop(all);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
    }
}
