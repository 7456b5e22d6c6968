//! A mark on a file that a command wrote for people to correct: of what it is, and a sum of what was written. By it is
//! known later whether somebody has corrected the file since.
//!
//! It is an extended attribute, so that the file holds nothing but what it is for. Where there are none, or a program
//! has written the file anew, there is no mark, and nothing is known.

use std::ffi::CStr;
use std::fs::File;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_128;

use crate::store::file::sys::{FileRef, get_xattr, set_xattr};

const NAME: &CStr = c"user.tickets.written";

/// What a file is known to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutputMark {
    /// Of what it is.
    pub(crate) of: String,
    /// The sum of its bytes when it was written.
    sum: String,
}

impl OutputMark {
    /// The mark of a file.
    pub(crate) fn of_name(path: &Path) -> Option<Self> {
        Self::read(FileRef::Name(path))
    }

    /// The same of an open one.
    pub(crate) fn of_handle(file: &File) -> Option<Self> {
        Self::read(FileRef::Handle(file))
    }

    fn read(file: FileRef<'_>) -> Option<Self> {
        let value = String::from_utf8(get_xattr(file, NAME).ok()??).ok()?;
        let (sum, of) = value.split_once(' ')?;
        Some(Self {
            of: of.to_owned(),
            sum: sum.to_owned(),
        })
    }

    /// Gives it to a file that has these bytes.
    pub(crate) fn give(file: &File, of: &str, bytes: &[u8]) {
        // Without it the file is taken for somebody else's: that costs a question, and nothing else.
        let _ = set_xattr(file, NAME, format!("{} {of}", sum(bytes)).as_bytes());
    }

    /// Whether the file has these bytes still.
    pub(crate) fn is_of(&self, bytes: &[u8]) -> bool {
        self.sum == sum(bytes)
    }
}

fn sum(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_of_what_a_file_is_and_whether_it_is_as_it_was_written() {
        let named = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(OutputMark::of_handle(named.as_file()), None);
        OutputMark::give(named.as_file(), "my list.csv", b"buyer\n");
        // Some file systems have no attributes.
        if let Some(mark) = OutputMark::of_name(named.path()) {
            assert_eq!(mark.of, "my list.csv");
            assert!(mark.is_of(b"buyer\n") && !mark.is_of(b"buyer\nann\n"));
        }
    }
}
