//! A file that a command writes besides the event: evidence, a picture.
//!
//! It is claimed before anything is done, so that a path that cannot be written costs nothing; and what is
//! overwritten is only what an earlier command of the same kind has written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::{Error, Kind, Result};
use crate::store::file::event::EventFiles;
use crate::store::file::lock::flock;
use crate::store::file::output_contents::{Contents, beginning};
use crate::store::file::rights::Rights;
use crate::store::file::sys::FileId;

/// A file that is to be written. What stood in it stays until [`Output::clear`]; a file that was made for this
/// and never cleared goes away again.
#[derive(Debug)]
pub(crate) struct Output {
    file: File,
    path: PathBuf,
    /// Whether it is to be removed when this is dropped.
    fleeting: bool,
}

impl Output {
    /// Opens it for appending, and makes it where it is missing.
    ///
    /// # Errors
    /// - [`Kind::Usage`]: it is no regular file, or holds something that this program did not write as
    ///   `contents`;
    /// - [`Kind::Refused`]: another command writes it just now;
    /// - [`Kind::Io`]: it cannot be opened.
    #[cfg(feature = "cli")]
    pub(crate) fn claim(path: &Path, contents: Contents) -> Result<Self> {
        Self::claim_with(path, contents, None)
    }

    /// The same for what tells of an event: one that is made is for those who may use the event's count, and for
    /// nobody else.
    ///
    /// # Errors
    /// As of [`Output::claim`], and [`Kind::Usage`]: it is one of the event's own files.
    pub(crate) fn claim_of(event: &Path, path: &Path, contents: Contents) -> Result<Self> {
        let files = EventFiles::at(event)?;
        // Without a count there is no event, and that is told by a process that reads it.
        let rights = Rights::of_name(&files.count).ok().map(Rights::bare);
        let output = Self::claim_with(path, contents, rights.as_ref())?;
        output.keep_off(event)?;
        Ok(output)
    }

    fn claim_with(path: &Path, contents: Contents, rights: Option<&Rights>) -> Result<Self> {
        let problem = |e| Error::io("open", path, e).hint("name another file");
        let output = match open(path, Some(rights.map_or(0o666, Rights::at_first))) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self {
                file: open(path, None).map_err(problem)?,
                path: path.to_owned(),
                fleeting: false,
            },
            made => Self {
                file: made.map_err(problem)?,
                path: path.to_owned(),
                fleeting: true,
            },
        };
        output.check(contents)?;
        if let (true, Some(rights)) = (output.fleeting, rights) {
            // What cannot be given here is had by fewer people.
            let _ = rights.give_to(&output.file);
        }
        Ok(output)
    }

    fn check(&self, contents: Contents) -> Result<()> {
        let problem = |e| Error::io("look at", &self.path, e);
        let usage = |message: String, hint| {
            let error = Error::new(Kind::Usage, message).at(&self.path, 0, 0);
            Err(error.hint(hint))
        };
        if !self.file.metadata().map_err(problem)?.is_file() {
            let message = "is no regular file, and cannot be written again and read back";
            return usage(message.to_owned(), "name a file");
        }
        let mut head = Vec::new();
        let read = (&self.file).take(Contents::HEAD).read_to_end(&mut head);
        read.map_err(|e| Error::io("read", &self.path, e))?;
        if !head.is_empty() && !(contents.is_own)(&head) {
            let message = format!(
                "is not {}, but begins with \"{}\": it is not overwritten",
                contents.name,
                beginning(&head)
            );
            return usage(message, "name another file, or remove this one");
        }
        // Where locks are not to be had, two commands at once are at their own risk.
        if let Ok(false) = flock::try_lock(&self.file) {
            let message = "another command writes it just now";
            return Err(Error::new(Kind::Refused, message)
                .at(&self.path, 0, 0)
                .hint("name another file"));
        }
        Ok(())
    }

    /// An error when it is one of an event's own files.
    fn keep_off(&self, event: &Path) -> Result<()> {
        let files = EventFiles::at(event)?;
        let problem = |e| Error::io("look at", &self.path, e);
        let own = FileId::of_handle(&self.file).map_err(problem)?;
        let place = fs::canonicalize(&self.path).map_err(problem)?;
        for file in [&files.count, &files.ledger, &files.lock] {
            let is_it = FileId::of_name(file).is_ok_and(|id| id == Some(own));
            let beside = match file.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent,
                _ => Path::new("."),
            };
            let named = fs::canonicalize(beside).ok().zip(file.file_name());
            if is_it || named.is_some_and(|(parent, name)| parent.join(name) == place) {
                let error = Error::new(Kind::Usage, "is a file of the event itself");
                return Err(error.at(&self.path, 0, 0).hint("name another file"));
            }
        }
        Ok(())
    }

    /// This error when a path means the same file.
    #[cfg(feature = "cli")]
    pub(crate) fn keep_apart(&self, path: &Path, message: &str) -> Result<()> {
        if FileId::of_name(path).is_ok_and(|id| id.is_some() && id == self.id().ok()) {
            let error = Error::new(Kind::Usage, message);
            return Err(error.at(&self.path, 0, 0).hint("name two files"));
        }
        Ok(())
    }

    /// Takes away what stood in it. From now on it stays.
    pub(crate) fn clear(&mut self) -> Result<()> {
        self.fleeting = false;
        self.file.set_len(0).map_err(|e| self.unwritable(e))
    }

    /// Writes all of it anew.
    #[cfg(feature = "cli")]
    pub(crate) fn write(&mut self, contents: &[u8]) -> Result<()> {
        self.clear()?;
        let written = (&self.file).write_all(contents);
        written.map_err(|e| self.unwritable(e))
    }

    /// Appends a line, in one call.
    pub(crate) fn append(&self, line: &[u8]) -> Result<()> {
        append(&self.file, &self.path, line)
    }

    fn unwritable(&self, error: io::Error) -> Error {
        Error::io("write to", &self.path, error)
    }

    /// Its contents, from the first byte on.
    pub(crate) fn reader(&self) -> Result<io::BufReader<&File>> {
        let mut file = &self.file;
        file.rewind()
            .map_err(|e| Error::io("read", &self.path, e))?;
        Ok(io::BufReader::with_capacity(1 << 16, file))
    }

    /// The open file, for what is attached to it.
    #[cfg(feature = "cli")]
    pub(crate) fn handle(&self) -> &File {
        &self.file
    }

    /// Its path, as it was given.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Which file it is, for somebody who opens it again.
    pub(crate) fn id(&self) -> Result<FileId> {
        FileId::of_handle(&self.file).map_err(|e| Error::io("look at", &self.path, e))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.fleeting {
            // It is empty, and somebody else's by now at the worst.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Opens a file for appending, or makes it with this mode.
fn open(path: &Path, new: Option<u32>) -> io::Result<File> {
    // Without O_NONBLOCK, opening a FIFO waits until somebody opens its other end.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let mut options = OpenOptions::new();
    options.read(true).append(true).create_new(new.is_some());
    options.mode(new.unwrap_or_default());
    options.custom_flags(flags).open(path)
}

/// Opens a claimed file again, in another process. An error when the name means another file by now.
pub(crate) fn open_again(path: &Path, id: FileId) -> Result<File> {
    let problem = |e| Error::io("open", path, e);
    let file = open(path, None).map_err(problem)?;
    if FileId::of_handle(&file).map_err(problem)? == id {
        return Ok(file);
    }
    Err(Error::new(Kind::Io, "was replaced by another file meanwhile").at(path, 0, 0))
}

/// Appends a line in one call, so that the lines of many processes never mix.
pub(crate) fn append(mut file: &File, path: &Path, line: &[u8]) -> Result<()> {
    let problem = |e| Error::io("write to", path, e);
    loop {
        return match file.write(line) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(written) if written < line.len() => Err(problem(io::ErrorKind::StorageFull.into())),
            result => result.map(drop).map_err(problem),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_one_short_line_and_says_whether_there_is_more() {
        assert_eq!(beginning(b""), "");
        assert_eq!(beginning(b"{}\n"), "{}");
        assert_eq!(beginning(b"one\ntwo\n"), "one\u{2026}");
        let long = "x".repeat(25);
        assert_eq!(
            beginning(long.as_bytes()),
            format!("{}\u{2026}", "x".repeat(24))
        );
        assert_eq!(beginning("x".repeat(24).as_bytes()), "x".repeat(24));
    }

    #[test]
    fn a_write_that_fails_is_not_tried_again() {
        let named = tempfile::NamedTempFile::new().unwrap();
        let only_to_read = File::open(named.path()).unwrap();
        assert!(append(&only_to_read, named.path(), b"x").is_err());
    }
}
