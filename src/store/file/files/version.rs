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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    /// A file of so many bytes, and the version of it that was read.
    fn read(length: usize) -> (tempfile::TempDir, PathBuf, Version) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("count");
        let bytes = vec![b'x'; length];
        fs::write(&path, &bytes).unwrap();
        let file = File::open(&path).unwrap();
        let id = FileId::of_handle(&file).unwrap();
        (place, path, Version::read(file, id, bytes))
    }

    #[test]
    fn a_version_is_known_by_its_name_its_number_and_every_byte() {
        for length in [1, 100, 4095, 4096, 4097, 10_000] {
            let (_place, path, version) = read(length);
            let same = |version: &Version| (version.is_at(&path), version.is_unchanged());
            let bytes = version.bytes().to_vec();
            assert_eq!(same(&version), (true, true), "{length}");
            for other in [
                &bytes[..length - 1],
                &[],
                &[&bytes[..], b"x"].concat(),
                &[&bytes[..length - 1], b"y"].concat(),
                &[b"y", &bytes[1..]].concat(),
            ] {
                fs::write(&path, other).unwrap();
                assert_eq!(same(&version), (false, false), "{length}");
            }
            fs::write(&path, &bytes).unwrap();
            assert_eq!(same(&version), (true, true), "{length}");
            // Another file of the same bytes.
            let other = path.with_extension("new");
            fs::write(&other, &bytes).unwrap();
            fs::rename(&other, &path).unwrap();
            assert_eq!(same(&version), (false, true), "{length}");
            fs::remove_file(&path).unwrap();
            assert_eq!(same(&version), (false, true), "{length}");
        }
    }

    #[test]
    fn that_there_was_none_is_known_until_there_is_one() {
        let (_place, path, _) = read(1);
        let missing = Version::missing();
        assert!(missing.is_missing() && !missing.is_at(&path) && !missing.is_unchanged());
        fs::remove_file(&path).unwrap();
        assert!(missing.is_at(&path));
    }

    #[test]
    fn a_version_that_cannot_be_read_is_not_unchanged() {
        let file = File::open("/").unwrap();
        let id = FileId::of_handle(&file).unwrap();
        assert!(!Version::read(file, id, b"x".to_vec()).is_unchanged());
    }
}
