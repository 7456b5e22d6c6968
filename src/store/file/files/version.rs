//! A version of `tickets.json` that was read or written.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use crate::store::file::sys::{Attributes, FileId, look};

/// A version of a file that was read or written, held open: as long as it is, no other file gets its
/// number, and no other process writes it again as a recycled one.
#[derive(Debug)]
pub(crate) struct Version {
    /// `None`: there was no file under the name.
    found: Option<(FileId, Arc<File>)>,
    /// Whether it was opened for writing too.
    writable: bool,
    bytes: Vec<u8>,
}

impl Version {
    /// One that was read.
    pub(crate) fn read(file: File, id: FileId, bytes: Vec<u8>) -> Self {
        Self {
            found: Some((id, Arc::new(file))),
            writable: false,
            bytes,
        }
    }

    /// That there was none.
    pub(crate) fn missing() -> Self {
        Self {
            found: None,
            writable: false,
            bytes: Vec::new(),
        }
    }

    /// Whether there was none.
    pub(crate) fn is_missing(&self) -> bool {
        self.found.is_none()
    }

    /// One that was written, through a handle for reading and writing.
    pub(crate) fn written(file: impl Into<Arc<File>>, id: FileId, bytes: &[u8]) -> Self {
        Self {
            found: Some((id, file.into())),
            writable: true,
            bytes: bytes.to_vec(),
        }
    }

    pub(crate) fn id(&self) -> Option<FileId> {
        self.found.as_ref().map(|(id, _)| *id)
    }

    /// What it held when it was read or written.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn file(&self) -> Option<&File> {
        self.found.as_ref().map(|(_, file)| &**file)
    }

    /// The handle through which it can be written, where this process has one.
    pub(crate) fn writable(&self) -> Option<Arc<File>> {
        let (_, file) = self.found.as_ref().filter(|_| self.writable)?;
        Some(Arc::clone(file))
    }

    /// Whether the name still means this version, and nobody has written it over.
    ///
    /// By its bytes, not by its times: two changes may have the same time, and asking for it has a price
    /// (see [`Attributes`]).
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        let Some((id, _)) = &self.found else {
            return matches!(look(path), Ok(None));
        };
        let same = |found: Attributes| {
            found.id == *id && found.length == self.bytes.len() as u64 && self.is_unchanged()
        };
        Attributes::of_name(path).is_ok_and(same)
    }

    /// Whether there was one, and nobody has written it over.
    pub(crate) fn is_unchanged(&self) -> bool {
        let Some((_, file)) = &self.found else {
            return false;
        };
        let mut bytes = [0; 4096];
        let mut at = 0;
        loop {
            match file.read_at(&mut bytes, at as u64) {
                Ok(0) => return at == self.bytes.len(),
                Ok(read) => {
                    let expected = self.bytes.get(at..at + read);
                    if expected.is_none() || expected != bytes.get(..read) {
                        return false;
                    }
                    at += read;
                    // A process that reads a regular file gets as much as there is.
                    if at == self.bytes.len() && read < bytes.len() {
                        return true;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }
}
