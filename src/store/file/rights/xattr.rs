//! Extended attributes (xattr(7)): the system's calls, and which attributes go with a file that is replaced.

use std::ffi::CStr;
use std::io;

/// The access list of POSIX, and the one of NFS 4.
pub(crate) const ACL: &CStr = c"system.posix_acl_access";
pub(crate) const NFS4_ACL: &CStr = c"system.nfs4_acl";

/// What the attribute of this name is to a file that takes another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It says who may do what.
    List,
    /// People's, or a label: it goes along where it may.
    Carried,
    /// It belongs to the bytes (`security.ima`, `security.capability`, which the system takes away from whatever
    /// is written), or to the file system.
    Left,
}

impl Role {
    pub(crate) fn of(name: &CStr) -> Self {
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
pub(crate) fn is_refusal(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(
        Errno::from_io_error(error),
        Some(Errno::PERM | Errno::ACCESS | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

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
}
