//! Who may do what with a file, and what is attached to it: read from one file, given to another that takes its
//! place or is put beside it.
//!
//! The invariant: nobody may do more with the new file than with the old one, at no moment, and whatever of this
//! cannot be kept. So a new file is its owner's alone ([`Rights::at_first`]) until the last call, and what is left
//! of a list or a group that is lost is what everybody had.
//!
//! Knows modes, access lists and attributes; knows nothing of events.

pub(crate) mod acl;
pub(crate) mod xattr;

use std::ffi::CString;
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::store::file::rights::acl::Acl;
use crate::store::file::rights::xattr::{ACL, NFS4_ACL, Role, is_refusal};
use crate::store::file::sys;
use crate::store::file::sys::{Attributes, FileRef};

/// Bits of a mode: all that is not the owner's; those that no list has; those by which a program takes its owner
/// or its group.
const NOT_OWNERS: u32 = 0o077;
const SPECIAL: u32 = 0o7000;
const SET_UID: u32 = 0o4000;
const SET_GID: u32 = 0o2000;

/// An extended attribute: its name and its value.
type Attached = (CString, Vec<u8>);

/// Who may do what with a file, and what is attached to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rights {
    uid: u32,
    gid: u32,
    /// As for chmod(1).
    mode: u32,
    /// Sorted by name.
    attached: Vec<Attached>,
    /// The system does not let this process see whether there is a list.
    veiled: bool,
}

impl Rights {
    /// Of the file that a name means.
    pub(crate) fn of_name(path: &Path) -> io::Result<Self> {
        Self::of(FileRef::Name(path), &Attributes::of_name(path)?)
    }

    /// Of an open file.
    pub(crate) fn of_handle(file: &File) -> io::Result<Self> {
        Self::of_known(file, &Attributes::of_handle(file)?)
    }

    /// Of the file that a name means, which is known to be so.
    pub(crate) fn of_named(path: &Path, own: &Attributes) -> io::Result<Self> {
        Self::of(FileRef::Name(path), own)
    }

    /// Of an open file that is known to be so.
    pub(crate) fn of_known(file: &File, own: &Attributes) -> io::Result<Self> {
        Self::of(FileRef::Handle(file), own)
    }

    fn of(place: FileRef<'_>, own: &Attributes) -> io::Result<Self> {
        let mut rights = Self {
            uid: own.uid,
            gid: own.gid,
            mode: own.permissions(),
            attached: Vec::new(),
            veiled: false,
        };
        let names = match sys::list_xattr(place) {
            Err(error) if is_refusal(&error) => vec![ACL.to_owned()],
            names => names?,
        };
        for name in names {
            let role = Role::of(&name);
            if role == Role::Left {
                continue;
            }
            match sys::get_xattr(place, &name) {
                Ok(Some(value)) => rights.attached.push((name, value)),
                Ok(None) => {}
                Err(error) if is_refusal(&error) => rights.veiled |= role == Role::List,
                Err(error) => return Err(error),
            }
        }
        Ok(rights)
    }

    /// For a new file of another kind: it has the lists, and what people attached stays where it is.
    #[must_use]
    pub(crate) fn bare(mut self) -> Self {
        self.attached
            .retain(|(name, _)| Role::of(name) == Role::List);
        self
    }

    /// The same for this group too, which may do whatever the owner may but run it.
    #[must_use]
    pub(crate) fn shared_with(mut self, group: u32) -> Self {
        self.gid = group;
        self.mode |= 0o060;
        self
    }

    /// The mode that a file is made with which is to get these.
    pub(crate) fn at_first(&self) -> u32 {
        self.mode & 0o600
    }

    /// Whether other people than before may do other things, apart from the owner.
    pub(crate) fn allow_others(&self, before: &Self) -> bool {
        let those = |of: &Self| (of.gid, of.mode, of.veiled);
        those(self) != those(before) || self.list() != before.list()
    }

    /// Gives these to a file, as far as this process may, and never more.
    ///
    /// # Errors
    /// Something failed that might have been done: the file allows nobody more than before.
    pub(crate) fn give_to(&self, file: &File) -> io::Result<()> {
        known_bad!(ModeLost => return Ok(()));
        let own = Self::of_handle(file)?;
        if own == *self {
            return Ok(());
        }
        let moves = (own.uid, own.gid) != (self.uid, self.gid) || self.list() != own.list();
        if moves && own.mode & NOT_OWNERS != 0 {
            set_mode(file, own.mode & self.mode & !NOT_OWNERS)?;
        }
        self.attach(file, &own)?;
        let lost = self.give_away(file, &own);
        let mut mode = self.mode;
        if lost.owner {
            mode &= !SET_UID;
        }
        if lost.group {
            mode &= !SET_GID;
        }
        known_bad!(AclLost => return set_mode(file, mode));
        let Some((name, value)) = self.list() else {
            own.drop_list(file)?;
            if self.veiled || lost.group {
                let group = mode >> 3 & 7;
                mode = shut(mode, group & mode);
            }
            return set_mode(file, mode);
        };
        let acl = Acl::parse(value);
        let common = acl.as_ref().map_or(0, Acl::common);
        let value = match acl {
            Some(acl) if lost.owner || lost.group => {
                let owner = lost.owner.then_some(self.uid);
                acl.naming(owner, lost.group.then_some(self.gid)).encode()
            }
            _ => value.clone(),
        };
        match sys::set_xattr(file, name, &value) {
            // The list brings the mode with it, but for these bits.
            Ok(()) if mode & SPECIAL != 0 => set_mode(file, mode),
            Err(error) if is_refusal(&error) => {
                own.drop_list(file)?;
                set_mode(file, shut(mode, common))
            }
            result => result,
        }
    }

    /// The list, if there is one.
    fn list(&self) -> Option<&Attached> {
        let is_list = |(name, _): &&Attached| name.as_c_str() == ACL || name.as_c_str() == NFS4_ACL;
        self.attached.iter().find(is_list)
    }

    /// Takes the list away from a file that has this one: one of its directory's.
    fn drop_list(&self, file: &File) -> io::Result<()> {
        match self.list() {
            Some((name, _)) => sys::remove_xattr(file, name),
            None => Ok(()),
        }
    }

    /// Attaches what people did, and takes away what they took away.
    fn attach(&self, file: &File, own: &Self) -> io::Result<()> {
        let carried = |(name, _): &&Attached| Role::of(name) == Role::Carried;
        let is_named = |all: &[Attached], name| all.iter().any(|(it, _)| it == name);
        let lacking = self.attached.iter().filter(carried);
        let lacking = lacking.filter(|it| !own.attached.contains(it));
        let mut done: Vec<_> = lacking
            .map(|(name, value)| sys::set_xattr(file, name, value))
            .collect();
        let extra = own.attached.iter().filter(carried);
        let extra = extra.filter(|(name, _)| !is_named(&self.attached, name));
        done.extend(extra.map(|(name, _)| sys::remove_xattr(file, name)));
        let failed = done.into_iter().find_map(|done| {
            let error = done.err()?;
            (!is_refusal(&error)).then_some(error)
        });
        failed.map_or(Ok(()), Err)
    }

    /// Gives a file to the owner and the group; tells what of the two is lost.
    ///
    /// Only root may give a file away. A process that is not root, but may write here, keeps the group, so that the
    /// others who could sell still can.
    fn give_away(&self, file: &File, own: &Self) -> Lost {
        let is_kept = |uid, gid| Lost {
            owner: uid != self.uid,
            group: gid != self.gid,
        };
        let lost = is_kept(own.uid, own.gid);
        if !lost.owner && !lost.group {
            return lost;
        }
        let group = Some(rustix::fs::Gid::from_raw(self.gid));
        let owner = Some(rustix::fs::Uid::from_raw(self.uid));
        for (owner, group) in [(owner, group), (None, group), (owner, None)] {
            if rustix::fs::fchown(file, owner, group).is_ok() {
                break;
            }
        }
        // Not by what was answered: a file system may give all files one owner.
        Attributes::of_handle(file).map_or(lost, |now| is_kept(now.uid, now.gid))
    }
}

/// What could not be kept.
#[derive(Debug, Clone, Copy)]
struct Lost {
    owner: bool,
    group: bool,
}

/// A mode that gives the group and the others these bits alone.
fn shut(mode: u32, common: u32) -> u32 {
    mode & !NOT_OWNERS | common << 3 | common
}

fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests;
