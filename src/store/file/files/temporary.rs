//! Temporary files beside an event's own: how they are named, where they are put, and how those are
//! found that killed processes left.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, FileType};

use crate::error::{Error, Result};
use crate::store::file::files::directory::directory;
use crate::store::file::rights::Rights;
use crate::store::file::sys;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The name of a temporary file beside `path`: `.<name>.<process>-<8 random digits><12 digits of a sum>.tmp`, the
/// process in decimal, the others in hexadecimal. The sum is of all that stands before it.
///
/// So nobody else's file is taken for one of ours: whatever people and other programs leave beside an event, and
/// however they call it, no name of theirs has the right sum.
pub(crate) fn name_of(path: &Path, process: u32, random: u32) -> OsString {
    summed(path, &format!("{process}-{random:08x}"))
}

/// One of these names, of this process, that it has not used yet.
pub(crate) fn new_name(path: &Path) -> OsString {
    // The operating system's, mixed anew each time: no two are alike in one process, and it makes no system call.
    let random = RandomState::new().build_hasher().finish();
    name_of(path, std::process::id(), random as u32)
}

/// A name beside `path` with this in it, and with the sum that shows whose it is: `.<name>.<unique><sum>.tmp`.
pub(crate) fn summed(path: &Path, unique: &str) -> OsString {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".");
    name.push(unique);
    let sum = xxh3_64_with_seed(name.as_bytes(), SEED) >> 16;
    name.push(format!("{sum:012x}{SUFFIX}"));
    name
}

/// What stands before the sum in a name beside `path`, if it looks like one of [`summed`].
pub(crate) fn unsummed<'n>(name: &'n OsStr, path: &Path) -> Option<&'n str> {
    let rest = name.as_bytes().strip_prefix(b".")?;
    let rest = rest.strip_prefix(path.file_name()?.as_bytes())?;
    let rest = std::str::from_utf8(rest.strip_prefix(b".")?).ok()?;
    let unique = rest.get(..rest.len().checked_sub(SUM + SUFFIX.len())?)?;
    (summed(path, unique) == name).then_some(unique)
}

/// How many digits a sum has.
const SUM: usize = 12;

const SUFFIX: &str = ".tmp";

/// Not that of a ledger's sums.
const SEED: u64 = 0x7469_636b_6574_7321;

/// The process that made a temporary file of ours beside `path`; `None`: it is none of those.
pub(crate) fn maker(temporary: &OsStr, path: &Path) -> Option<u32> {
    let (process, random) = unsummed(temporary, path)?.split_once('-')?;
    let process = process.parse().ok()?;
    let random = u32::from_str_radix(random, 16).ok()?;
    (name_of(path, process, random) == temporary).then_some(process)
}

/// A new temporary file in the directory of `path`, which is to get these rights; without any, a file as open as the
/// umask and the directory let any new one be.
pub(crate) fn temporary(
    path: &Path,
    rights: Option<&Rights>,
) -> io::Result<tempfile::NamedTempFile> {
    known_bad!(WideAtFirst => return create(path, 0o666));
    create(path, rights.map_or(0o666, Rights::at_first))
}

/// A new temporary file in the directory of `path` that nobody else may read or write.
pub(crate) fn private(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    create(path, 0o600)
}

fn create(path: &Path, mode: u32) -> io::Result<tempfile::NamedTempFile> {
    const TRIES: u32 = 100;
    let mut tried = 0;
    loop {
        let name = new_name(path);
        tried += 1;
        match tempfile::Builder::new()
            .prefix(&name)
            .rand_bytes(0)
            .permissions(fs::Permissions::from_mode(mode))
            .tempfile_in(directory(path))
        {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tried < TRIES => {}
            result => return result,
        }
    }
}

/// Adds those regular files of one directory whose names are so: whatever else has such a name is somebody else's.
pub(crate) fn list_files(
    directory: &Path,
    is_wanted: &dyn Fn(&OsStr) -> bool,
    found: &mut Vec<PathBuf>,
) -> Result<()> {
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
        if !is_wanted(name) {
            continue;
        }
        let path = directory.join(name);
        let kind = match entry.file_type() {
            FileType::Unknown => sys::kind_of_name(&path).unwrap_or(FileType::Unknown),
            kind => kind,
        };
        if kind == FileType::RegularFile {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_ours() {
        let place = tempfile::tempdir_in(".").unwrap();
        let path = place.path().join("tickets.json");
        let temp = temporary(&path, None).unwrap();
        let name = temp.path().file_name().unwrap().to_str().unwrap();
        let ours = |name: &str, path: &Path| maker(OsStr::new(name), path);
        assert_eq!(ours(name, &path), Some(std::process::id()));
        assert_eq!(ours(name, Path::new("gig.json")), None);
        for at in 0..name.len() {
            let mut other = name.as_bytes().to_vec();
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(ours(std::str::from_utf8(&other).unwrap(), &path), None);
        }
        for other in [
            ".tickets.json.tmp",
            ".tickets.json.before-the-show.tmp",
            ".tickets.json.x.tmp",
            ".tickets.json.2024-backup.tmp",
            ".tickets.json.4242-a1b2c3.tmp",
            ".tickets.json.4242-00000000000000000000.tmp",
            &format!("{name}.tmp"),
            &name[1..],
        ] {
            assert_eq!(ours(other, &path), None, "{other}");
        }
    }

    #[test]
    fn only_a_directory_that_is_not_there_has_nothing_in_it() {
        let place = tempfile::tempdir_in(".").unwrap();
        let listed = |path: &Path| {
            let mut found = Vec::new();
            list_files(path, &|_| true, &mut found).map(|()| found.len())
        };
        fs::write(place.path().join("file"), "x").unwrap();
        assert_eq!(listed(place.path()).unwrap(), 1);
        assert_eq!(listed(&place.path().join("none")).unwrap(), 0);
        assert!(listed(&place.path().join("n".repeat(5000))).is_err());
        assert!(listed(&place.path().join("file")).is_err());
    }
}
