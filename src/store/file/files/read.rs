//! Reading a whole file, up to a limit.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::store::file::files::open::{Access, open_file};
use crate::store::file::files::version::Version;

/// Reads a whole regular file of at most `limit` bytes.
pub(crate) fn read_capped(path: &Path, limit: u64) -> Result<(Vec<u8>, Version)> {
    known_bad!(CountUncapped => if limit < 1 << 40 { return read_capped(path, 1 << 40) });
    let (file, own) = open_file(path, Access::Read)?;
    let bytes = if own.length <= limit {
        read_up_to(&file, own.length, limit + 1).map_err(|e| Error::io("read", path, e))?
    } else {
        Vec::new()
    };
    if own.length > limit || bytes.len() as u64 > limit {
        return Err(Error::new(
            Kind::Integrity,
            format!(
                "is {} bytes long, more than the {limit} that are read",
                own.length.max(bytes.len() as u64)
            ),
        )
        .at(path, 1, 1)
        .hint("a tickets.json is small: is this the right file?"));
    }
    Ok((bytes.clone(), Version::read(file, own.id, bytes)))
}

/// Reads a regular file from its start, so many bytes at most; `length` is what is expected.
pub(crate) fn read_up_to(file: &File, length: u64, most: u64) -> io::Result<Vec<u8>> {
    // One byte more than expected shows a file that grows while it is read.
    let mut bytes = vec![0; length.saturating_add(1).min(most) as usize];
    let mut filled = 0;
    loop {
        match file.read_at(bytes.get_mut(filled..).unwrap_or_default(), filled as u64) {
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if filled < bytes.len() || filled as u64 >= most {
            bytes.truncate(filled);
            return Ok(bytes);
        }
        bytes.resize((2 * filled).min(most as usize), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_fails_is_not_tried_again() {
        assert!(read_up_to(&File::open("/").unwrap(), 0, 9).is_err());
    }
}
