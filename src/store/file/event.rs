//! Where an event's files are.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::ledger::CountFile;
use crate::shown::quoted;
use crate::store::file::files::directory::directory;
use crate::store::file::sys;
use crate::store::file::sys::look;

/// How the names of a ledger and of a lock file end.
const LEDGER: &str = ".ledger.jsonl";
const LOCK: &str = ".lock";

/// The files of one event, beside one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventFiles {
    /// `tickets.json`, a link resolved, so that all names of one event share one lock.
    pub(crate) count: PathBuf,
    /// `tickets.ledger.jsonl`, a link resolved.
    pub(crate) ledger: PathBuf,
    /// The ledger's name beside the count, where that is a symbolic link.
    pub(crate) link: Option<PathBuf>,
    /// `tickets.json.lock`.
    pub(crate) lock: PathBuf,
}

impl EventFiles {
    /// The files of the event whose count is at `path`, which need not exist yet.
    ///
    /// Only a path that is itself a link is resolved: beside one file, whatever path leads there,
    /// stand the same other files. So is the ledger's: what takes its place stands where it stood.
    ///
    /// # Errors
    /// [`Kind::Usage`]: no count can have this name. [`Kind::Refused`]: another event keeps the same ledger.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let mut found = fs::symlink_metadata(path).ok();
        let count = if found.as_ref().is_some_and(Metadata::is_symlink) {
            let target = fs::canonicalize(path);
            let target = target.map_err(|e| Error::io("follow the link", path, e))?;
            found = fs::metadata(&target).ok();
            target
        } else {
            path.to_path_buf()
        };
        let name = refuse_name(&count, found.as_ref())?.to_os_string();
        let stem = match (count.file_stem(), count.extension()) {
            (Some(stem), Some(extension)) if extension == "json" => {
                if found.is_none() {
                    refuse_other_count(&count, stem)?;
                }
                stem.to_os_string()
            }
            _ => {
                refuse_neighbour(&count, &name)?;
                name.clone()
            }
        };
        refuse_long(&count, &name, found.is_some())?;
        let beside = |mut name: OsString, end: &str| {
            name.push(end);
            count.with_file_name(name)
        };
        let named = beside(stem, LEDGER);
        let (ledger, link) = if named.is_symlink() {
            let target = fs::canonicalize(&named);
            let target = target.map_err(|e| Error::io("follow the link", &named, e))?;
            (target, Some(named))
        } else {
            (named, None)
        };
        known_bad!(LockOnData => return Ok(Self { ledger, link, lock: count.clone(), count }));
        Ok(Self {
            ledger,
            link,
            lock: beside(name, LOCK),
            count,
        })
    }

    /// A name beside the ledger for what is archived: `tickets.ledger.<label>[-<n>].jsonl`.
    pub(crate) fn beside_ledger(&self, label: &str, attempt: u32) -> PathBuf {
        let again = match attempt {
            0 => String::new(),
            n => format!("-{n}"),
        };
        self.ledger.with_extension(format!("{label}{again}.jsonl"))
    }
}

/// The name of a count; what an event keeps beside its count, or a directory, is none.
fn refuse_name<'a>(path: &'a Path, found: Option<&Metadata>) -> Result<&'a OsStr> {
    let usage = |message: &str| {
        let error = Error::new(Kind::Usage, message).at(path, 0, 0);
        Err(error.hint(match count_beside(path) {
            Some(count) => format!("say -f {}", quoted(count.as_os_str())),
            None => "give the path of a tickets.json with -f FILE".to_owned(),
        }))
    };
    let Some(name) = path.file_name() else {
        return usage("names no file");
    };
    let text = name.to_string_lossy();
    let kept = |middle: &str| text.contains(middle) && text.ends_with(".jsonl");
    if text.ends_with(LEDGER) || kept(".ledger.") {
        return usage(
            "is a ledger, or a part of one: an event goes by its count, which stands beside it",
        );
    }
    if text.ends_with(LOCK) {
        return usage("is a lock file: an event goes by its count, which stands beside it");
    }
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") || found.is_some_and(Metadata::is_dir) {
        return usage("is a directory");
    }
    Ok(name)
}

/// The count that such a ledger or lock file is beside of, by their names, where it is there.
fn count_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let stem = name.split_once(".ledger.").map(|(stem, _)| stem);
    let names = match (stem, name.strip_suffix(LOCK)) {
        (Some(stem), _) => [format!("{stem}.json"), stem.to_owned()],
        (None, Some(count)) => [count.to_owned(), count.to_owned()],
        (None, None) => return None,
    };
    let mut counts = names.into_iter().map(|name| path.with_file_name(name));
    counts.find(|count| count.is_file())
}

/// The most that the names beside a count are longer than its own, in bytes: a temporary file of the ledger's,
/// `.NAME.ledger.jsonl.PID-RANDOM.tmp`, and what is archived, `NAME.ledger.torn-TIME-N.jsonl`.
const BESIDE: usize = 64;

/// A name that leaves no room for those of the files beside it would make an event that cannot be sold from.
fn refuse_long(count: &Path, name: &OsStr, exists: bool) -> Result<()> {
    // An event of before this limit sells on.
    if exists && look(&lock_of(count, name)).is_ok_and(|found| found.is_some()) {
        return Ok(());
    }
    let longest = sys::longest_name(directory(count)).saturating_sub(BESIDE);
    if name.len() <= longest {
        return Ok(());
    }
    let message = format!(
        "its name is {} bytes long, and those of the files beside it would be too long for this file system",
        name.len()
    );
    let error = Error::new(Kind::Usage, message).at(count, 0, 0);
    Err(error.hint(format!("take a name of at most {longest} bytes")))
}

/// `gig` and `gig.json` would keep one ledger, with two lock files: `gig.json` it is.
fn refuse_neighbour(count: &Path, name: &OsStr) -> Result<()> {
    let mut neighbour = name.to_os_string();
    neighbour.push(".json");
    let neighbour = count.with_file_name(neighbour);
    if neighbour.exists() {
        return Err(one_ledger(count, &neighbour));
    }
    Ok(())
}

/// The same the other way round: `gig.json` is not made where `gig` is a count, for its ledger would be taken for
/// `gig.json`'s. Any other file may be called so.
fn refuse_other_count(count: &Path, stem: &OsStr) -> Result<()> {
    let other = count.with_file_name(stem);
    if other.is_file() && matches!(CountFile::look(&other), Ok((Some(_), _))) {
        return Err(one_ledger(count, &other));
    }
    Ok(())
}

/// That this name and the other one, which is taken, would be of one ledger.
fn one_ledger(count: &Path, other: &Path) -> Error {
    let message = format!(
        "{} stands beside it, and both would keep one ledger",
        other.display()
    );
    let error = Error::new(Kind::Refused, message).at(count, 0, 0);
    error.hint(format!(
        "nothing was changed; say -f {}, or take another name for one of the two",
        quoted(other.as_os_str())
    ))
}

fn lock_of(count: &Path, name: &OsStr) -> PathBuf {
    let mut lock = name.to_os_string();
    lock.push(LOCK);
    count.with_file_name(lock)
}

/// A name for a new event in the working directory that no file has: this one, or it with a number.
pub(crate) fn free_event(name: &str) -> String {
    let mut names = (1..).map(|at| match at {
        1 => format!("{name}.json"),
        at => format!("{name}-{at}.json"),
    });
    let free = names.find(|name| !Path::new(name).exists());
    free.unwrap_or_default()
}

/// The time now as a part of a file name.
pub(crate) fn stamp() -> String {
    jiff::Timestamp::now()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_stand_beside_the_count() {
        let names = |path: &str| {
            let files = EventFiles::at(Path::new(path)).unwrap();
            (files.ledger, files.lock)
        };
        assert_eq!(
            names("no/such/tickets.json"),
            (
                "no/such/tickets.ledger.jsonl".into(),
                "no/such/tickets.json.lock".into()
            )
        );
        for wrong in [
            ".",
            "..",
            "/",
            "",
            "no/such/",
            "no/such/x.ledger.jsonl",
            "x.ledger.20260101T000000Z.jsonl",
            "x.ledger.torn-20260101T000000Z-1.jsonl",
            "x.json.lock",
            "src",
        ] {
            let error = EventFiles::at(Path::new(wrong)).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{wrong}");
        }
        assert_eq!(
            names("no/such/gig.txt"),
            (
                "no/such/gig.txt.ledger.jsonl".into(),
                "no/such/gig.txt.lock".into()
            )
        );
    }
}
