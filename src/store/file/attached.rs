//! Extended attributes (xattr(7)): the system's calls, and which attributes go with a file that is replaced.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::path::Path;

/// The access list of POSIX, and the one of NFS 4.
pub(super) const ACL: &CStr = c"system.posix_acl_access";
pub(super) const NFS4_ACL: &CStr = c"system.nfs4_acl";

/// A file by its name or by a handle.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Name(&'a Path),
    Handle(&'a File),
}

/// What the attribute of this name is to a file that takes another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It says who may do what.
    List,
    /// People's, or a label: it goes along where it may.
    Carried,
    /// It belongs to the bytes (`security.ima`, `security.capability`, which the system takes away from whatever
    /// is written), or to the file system.
    Left,
}

impl Role {
    pub(super) fn of(name: &CStr) -> Self {
        const OF_THE_BYTES: [&CStr; 3] = [c"security.ima", c"security.evm", c"security.capability"];
        if name == ACL || name == NFS4_ACL {
            return Self::List;
        }
        let starts = |with: &[u8]| name.to_bytes().starts_with(with);
        if starts(b"user.") || starts(b"security.") && !OF_THE_BYTES.contains(&name) {
            return Self::Carried;
        }
        Self::Left
    }
}

/// Whether an error says that this may not be done here, and not that it went wrong.
pub(super) fn is_refusal(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(
        Errno::from_io_error(error),
        Some(Errno::PERM | Errno::ACCESS | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL)
    )
}

/// The names of all attributes, sorted; none where the file system has none.
#[cfg(target_os = "linux")]
pub(super) fn list(place: Place<'_>) -> io::Result<Vec<CString>> {
    use rustix::fs::{flistxattr, listxattr};
    use rustix::io::Errno;
    let ask = |buffer: &mut [u8]| match place {
        Place::Name(path) => listxattr(path, buffer),
        Place::Handle(file) => flistxattr(file, buffer),
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
#[cfg(target_os = "linux")]
pub(super) fn get(place: Place<'_>, name: &CStr) -> io::Result<Option<Vec<u8>>> {
    use rustix::fs::{fgetxattr, getxattr};
    use rustix::io::Errno;
    match whole(|buffer: &mut [u8]| match place {
        Place::Name(path) => getxattr(path, name, buffer),
        Place::Handle(file) => fgetxattr(file, name, buffer),
    }) {
        Ok(value) => Ok(Some(value)),
        Err(Errno::NODATA) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// All of an answer, however long it is.
#[cfg(target_os = "linux")]
fn whole(ask: impl Fn(&mut [u8]) -> rustix::io::Result<usize>) -> rustix::io::Result<Vec<u8>> {
    use rustix::io::Errno;
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
#[cfg(target_os = "linux")]
pub(super) fn set(file: &File, name: &CStr, value: &[u8]) -> io::Result<()> {
    rustix::fs::fsetxattr(file, name, value, rustix::fs::XattrFlags::empty()).map_err(Into::into)
}

/// Takes an attribute away from a file, if it has it.
#[cfg(target_os = "linux")]
pub(super) fn remove(file: &File, name: &CStr) -> io::Result<()> {
    match rustix::fs::fremovexattr(file, name) {
        Ok(()) | Err(rustix::io::Errno::NODATA) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(super) fn list(_: Place<'_>) -> io::Result<Vec<CString>> {
    Ok(Vec::new())
}

#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(super) fn get(_: Place<'_>, _: &CStr) -> io::Result<Option<Vec<u8>>> {
    Ok(None)
}

#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(super) fn set(_: &File, _: &CStr, _: &[u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(super) fn remove(_: &File, _: &CStr) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;
    use std::cell::Cell;

    #[test]
    fn what_goes_with_a_file_that_is_replaced() {
        for (name, role) in [
            (ACL, Role::List),
            (NFS4_ACL, Role::List),
            (c"user.note", Role::Carried),
            (c"security.selinux", Role::Carried),
            (c"security.ima", Role::Left),
            (c"security.evm", Role::Left),
            (c"security.capability", Role::Left),
            (c"system.posix_acl_default", Role::Left),
            (c"trusted.overlay.opaque", Role::Left),
            (c"btrfs.compression", Role::Left),
        ] {
            assert_eq!(Role::of(name), role, "{name:?}");
        }
    }

    #[test]
    fn what_may_not_be_done_here_is_no_failure() {
        for (errno, refusal) in [
            (Errno::PERM, true),
            (Errno::ACCESS, true),
            (Errno::OPNOTSUPP, true),
            (Errno::NOSYS, true),
            (Errno::INVAL, true),
            (Errno::IO, false),
            (Errno::NOSPC, false),
            (Errno::NOENT, false),
        ] {
            assert_eq!(is_refusal(&errno.into()), refusal, "{errno:?}");
        }
        assert!(!is_refusal(&io::ErrorKind::PermissionDenied.into()));
    }

    /// An answer of so many bytes, as the system gives it to a buffer; and how large the buffers were.
    #[cfg(target_os = "linux")]
    fn answer(length: usize) -> (rustix::io::Result<Vec<u8>>, usize) {
        let largest = Cell::new(0);
        let answer = whole(|buffer| {
            largest.set(buffer.len());
            buffer.get_mut(..length).ok_or(Errno::RANGE)?.fill(b'x');
            Ok(length)
        });
        (answer, largest.get())
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_long_answer_is_had_whole_and_one_without_an_end_is_an_error() {
        for length in [0, 1, 256, 257, 65_536] {
            assert_eq!(answer(length).0.unwrap(), vec![b'x'; length]);
        }
        assert_eq!(answer(256).1, 256);
        assert_eq!(answer(65_537).0.unwrap_err(), Errno::RANGE);
    }
}
