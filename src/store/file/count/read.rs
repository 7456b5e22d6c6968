//! Reading the count file, `tickets.json`.

use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, Fault, MAX_COUNT_BYTES};
use crate::store::file::count::former::former_sales;
use crate::store::file::files::read::read_capped;
use crate::store::file::files::version::Version;

/// What is said of a count without contents.
const NO_LEDGER: &str = "no ledger says what stood there";

impl CountFile {
    /// Reads and checks the file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        match Self::look(path)? {
            (Some(count), _) => Ok(count),
            (None, version) if version.is_missing() => Err(missing(path)),
            (None, _) => {
                let empty =
                    Fault::new("is empty, and no object like {\"ticket\": 2}", 1, 1).in_file(path);
                Err(empty.hint(format!(
                    "nothing was sold; {NO_LEDGER}: 'tickets reset 2' makes an event with 2 tickets of it"
                )))
            }
        }
    }

    /// The same, with the version of the file that was read; `None` where there is no file, and for one
    /// without contents, as a power cut may leave it: a ledger beside it says all that they said.
    pub(crate) fn look(path: &Path) -> Result<(Option<Self>, Version)> {
        let (bytes, version) = match read_capped(path, MAX_COUNT_BYTES) {
            Err(error) if is_missing(&error, path) => return Ok((None, Version::missing())),
            read => read?,
        };
        if bytes.iter().all(|&byte| byte == 0) {
            return Ok((None, version));
        }
        Ok((Some(Self::of_bytes(&bytes, path)?), version))
    }

    /// The same; of a file that makes no sense, the members of somebody's own that can be read. `None` also for one that is
    /// too long.
    pub(crate) fn look_whatever_it_says(path: &Path) -> Result<(Option<Self>, Version)> {
        let (bytes, version) = match read_capped(path, MAX_COUNT_BYTES) {
            Err(error) if is_missing(&error, path) || error.kind() == Kind::Integrity => {
                return Ok((None, Version::missing()));
            }
            read => read?,
        };
        if bytes.iter().all(|&byte| byte == 0) {
            return Ok((None, version));
        }
        let count = Self::of_bytes(&bytes, path);
        Ok((
            Some(count.unwrap_or_else(|_| Self::salvaged(&bytes))),
            version,
        ))
    }
}

/// The error that says how to make an event, if it is that there is no file under this name.
pub(crate) fn explain_missing(error: Error, path: &Path) -> Error {
    if is_missing(&error, path) {
        return missing(path);
    }
    error
}

fn is_missing(error: &Error, path: &Path) -> bool {
    error.is_not_found() && !path.is_symlink()
}

/// The same error of a file that is no count, and has no ledger beside it: nothing shows that it is an event at all, but for
/// what else may lie there.
pub(crate) fn without_a_ledger(error: Error, count: &Path, ledger: &Path) -> Error {
    let hint = error.hint_text().unwrap_or_default();
    let is_known = hint.starts_with("is this the right file?") || hint.contains(NO_LEDGER);
    if error.kind() != Kind::Integrity || !is_known {
        return error;
    }
    if let Some(former) = former_sales(count, ledger) {
        let way_back = former.way_back();
        return error.hint(format!(
            "nothing was sold; is this the right file? -f FILE names another; {way_back}"
        ));
    }
    if hint.contains(NO_LEDGER) {
        return error;
    }
    error.hint(
        "nothing was sold; is this the right file? -f FILE names another; what is left is written like {\"ticket\": 2}",
    )
}

/// The error that there is no event under this name.
pub(crate) fn missing(path: &Path) -> Error {
    Error::new(Kind::Missing, "there is no such file")
        .at(path, 0, 0)
        .hint("'tickets init 200' makes an event with 200 tickets there")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_no_sense_is_looked_at_whatever_it_says() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("tickets.json");
        let look = || CountFile::look_whatever_it_says(&path);
        assert!(look().unwrap().0.is_none());
        for (text, count) in [
            ("{\"ticket\": 5}", Some(5)),
            ("garbage", Some(0)),
            ("", None),
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(look().unwrap().0.map(|count| count.ticket), count);
        }
        std::fs::write(&path, vec![b' '; 2_000_000]).unwrap();
        assert!(look().unwrap().0.is_none(), "it is too long");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(look().is_err());
    }
}
