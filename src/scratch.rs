//! Scratch directories: each is of one process and goes with it; what a killed process left is swept by the next one.
//!
//! Invariant: nothing is swept but what all of this says is nobody's: its name has the sum of our temporary files, it is
//! a directory of this user, the mark in it is of this boot and these process numbers, no process has the number in its
//! name, and the lock on its mark is free. So neither another machine's directory on a share, nor another container's,
//! nor one of a process that has only just begun is taken for a leftover.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::store::file::files::temporary::{maker, new_name};
use crate::store::file::lock::flock::try_lock;
use crate::store::file::sys;

/// So many names of a place are looked at.
const MOST_NAMES: usize = 10_000;

/// The mark in a directory: whose it is.
const MARK: &str = ".owner";

/// No mark is longer.
const LONGEST: u64 = 256;

/// A directory of this process. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct ScratchDirectory {
    directory: TempDir,
    /// Locked as long as the directory is used; `None`: it cannot be marked here, and is swept by nobody.
    _mark: Option<File>,
}

/// What other directories of its kind stand in a place.
#[derive(Debug, Default)]
pub(crate) struct Others {
    /// How many were swept.
    pub(crate) swept: usize,
    /// The names of those of which nobody can tell whose they are.
    pub(crate) unknown: Vec<OsString>,
}

impl ScratchDirectory {
    /// Makes one in this place; `kind` begins its name, behind a dot.
    pub(crate) fn make(place: &Path, kind: &str) -> io::Result<Self> {
        let like = place.join(kind);
        let create = || {
            let mut builder = tempfile::Builder::new();
            builder
                .prefix(&new_name(&like))
                .rand_bytes(0)
                .tempdir_in(place)
        };
        let taken = |error: &io::Error| error.kind() == io::ErrorKind::AlreadyExists;
        let directory = match create() {
            Err(error) if taken(&error) => create(),
            made => made,
        }?;
        let mark = mark(directory.path()).ok().flatten();
        Ok(Self {
            directory,
            _mark: mark,
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// The memory of the system as a directory, where there is such a place; else the one for temporary files.
pub(crate) fn memory() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    }
}

/// Sweeps what killed processes left of this kind in this place. What cannot be swept stays, and is no error.
pub(crate) fn sweep(place: &Path, kind: &str) -> Others {
    let mut others = Others::default();
    let like = place.join(kind);
    let beginning = format!(".{kind}.");
    let entries = fs::read_dir(place).into_iter().flatten().take(MOST_NAMES);
    for name in entries.flatten().map(|entry| entry.file_name()) {
        if !name.to_string_lossy().starts_with(&beginning) {
            continue;
        }
        match state(&place.join(&name), maker(&name, &like)) {
            State::Used => {}
            State::Left(_mark) if fs::remove_dir_all(place.join(&name)).is_ok() => {
                others.swept += 1;
            }
            State::Left(_) | State::Unknown => others.unknown.push(name),
        }
    }
    others
}

enum State {
    /// By a process that runs.
    Used,
    /// By one that does not: with the lock on its mark, so that nobody else sweeps it meanwhile.
    Left(File),
    Unknown,
}

fn state(directory: &Path, maker: Option<u32>) -> State {
    let known = maker.and_then(|process| Some((process, marked(directory)?)));
    match known {
        Some((process, _)) if sys::is_alive(process) => State::Used,
        Some((_, mark)) => match try_lock(&mark) {
            Ok(true) => State::Left(mark),
            Ok(false) => State::Used,
            Err(_) => State::Unknown,
        },
        None => State::Unknown,
    }
}

/// The mark in a directory of this user, if it says that process numbers mean there what they mean here.
fn marked(directory: &Path) -> Option<File> {
    let found = fs::symlink_metadata(directory).ok()?;
    if !found.is_dir() || Some(found.uid()) != sys::effective_user() {
        return None;
    }
    let mut mark = open(&directory.join(MARK), File::options().read(true)).ok()?;
    let mut text = String::new();
    (&mut mark).take(LONGEST).read_to_string(&mut text).ok()?;
    (text == processes()?).then_some(mark)
}

/// Marks a directory; `None`: the system does not say by what, or gives no lock.
fn mark(directory: &Path) -> io::Result<Option<File>> {
    let Some(text) = processes() else {
        return Ok(None);
    };
    let mut options = File::options();
    let options = options.write(true).create_new(true);
    let mut mark = open(&directory.join(MARK), options)?;
    // What is marked is locked: a mark without words is nobody's to sweep.
    if !try_lock(&mark)? {
        return Ok(None);
    }
    mark.write_all(text.as_bytes())?;
    Ok(Some(mark))
}

/// Opens no link, and waits for nobody.
fn open(path: &Path, options: &mut fs::OpenOptions) -> io::Result<File> {
    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed()).open(path)
}

/// Of which boot of which machine, and of which processes, a process number is one; `None`: the system does not say.
fn processes() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let numbers = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}\n", boot.trim(), numbers.display()))
}
