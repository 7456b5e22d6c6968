//! Extended attributes (xattr(7)).

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;

use rustix::fs::{fgetxattr, flistxattr, fremovexattr, fsetxattr, getxattr, listxattr};
use rustix::io::Errno;

use crate::store::file::sys::types::FileRef;

/// The names of all attributes, sorted; none where the file system has none.
pub(crate) fn list_xattr(place: FileRef<'_>) -> io::Result<Vec<CString>> {
    let ask = |buffer: &mut [u8]| match place {
        FileRef::Name(path) => listxattr(path, buffer),
        FileRef::Handle(file) => flistxattr(file, buffer),
    };
    // Nearly always there are none, or few.
    let mut few = [0; 128];
    let bytes = match ask(&mut few) {
        Ok(0) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(Vec::new()),
        Ok(length) => few.get(..length).unwrap_or_default().to_vec(),
        Err(Errno::RANGE) => whole(ask)?,
        Err(error) => return Err(error.into()),
    };
    let names = bytes.split_inclusive(|byte| *byte == 0);
    let mut names: Vec<CString> = names
        .filter_map(|name| CStr::from_bytes_with_nul(name).ok().map(CStr::to_owned))
        .collect();
    names.sort_unstable();
    Ok(names)
}

/// The value of an attribute; `None` where there is none of this name.
pub(crate) fn get_xattr(place: FileRef<'_>, name: &CStr) -> io::Result<Option<Vec<u8>>> {
    match whole(|buffer: &mut [u8]| match place {
        FileRef::Name(path) => getxattr(path, name, buffer),
        FileRef::Handle(file) => fgetxattr(file, name, buffer),
    }) {
        Ok(value) => Ok(Some(value)),
        Err(Errno::NODATA) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// All of an answer, however long it is.
fn whole(ask: impl Fn(&mut [u8]) -> rustix::io::Result<usize>) -> rustix::io::Result<Vec<u8>> {
    /// The most that the system has, of names and of values.
    const MOST: usize = 1 << 16;
    let mut buffer = vec![0; 256];
    loop {
        match ask(&mut buffer) {
            Err(Errno::RANGE) if buffer.len() < MOST => buffer.resize(MOST, 0),
            Err(error) => return Err(error),
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
        }
    }
}

/// Gives an attribute to a file.
pub(crate) fn set_xattr(file: &File, name: &CStr, value: &[u8]) -> io::Result<()> {
    fsetxattr(file, name, value, rustix::fs::XattrFlags::empty()).map_err(Into::into)
}

/// Takes an attribute away from a file, if it has it.
pub(crate) fn remove_xattr(file: &File, name: &CStr) -> io::Result<()> {
    match fremovexattr(file, name) {
        Ok(()) | Err(Errno::NODATA) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;
    use std::cell::Cell;

    /// An answer of so many bytes, as the system gives it to a buffer; and how large the buffers were.
    fn answer(length: usize) -> (rustix::io::Result<Vec<u8>>, usize) {
        let largest = Cell::new(0);
        let answer = whole(|buffer| {
            largest.set(buffer.len());
            buffer.get_mut(..length).ok_or(Errno::RANGE)?.fill(b'x');
            Ok(length)
        });
        (answer, largest.get())
    }

    #[test]
    fn a_long_answer_is_had_whole_and_one_without_an_end_is_an_error() {
        for length in [0, 1, 256, 257, 65_536] {
            assert_eq!(answer(length).0.unwrap(), vec![b'x'; length]);
        }
        assert_eq!(answer(256).1, 256);
        assert_eq!(answer(65_537).0.unwrap_err(), Errno::RANGE);
    }
}
