//! Who may do what with a file: read, set, and judged by arithmetic of the harness's own.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use rustix::fs::{XattrFlags, getxattr, listxattr, removexattr, setxattr};
use rustix::io::Errno;

/// Where the system keeps a file's access list, and the one that a directory gives to new files.
const LIST: &str = "system.posix_acl_access";
const DEFAULT: &str = "system.posix_acl_default";

/// Whom an entry of a list means, as acl(5) has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    Owner,
    User(u32),
    Group,
    NamedGroup(u32),
    Mask,
    Others,
}

impl Whom {
    fn encoded(self) -> (u16, u32) {
        const NOBODY: u32 = u32::MAX;
        match self {
            Self::Owner => (1, NOBODY),
            Self::User(id) => (2, id),
            Self::Group => (4, NOBODY),
            Self::NamedGroup(id) => (8, id),
            Self::Mask => (16, NOBODY),
            Self::Others => (32, NOBODY),
        }
    }
}

/// An access list: each entry, and what it allows.
pub(crate) type List = Vec<(Whom, u16)>;

fn encoded(list: &[(Whom, u16)]) -> Vec<u8> {
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (whom, may) in list {
        let (tag, id) = whom.encoded();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(may.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn decoded(bytes: &[u8]) -> List {
    let entry = |bytes: &[u8]| {
        let id = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
        let whom = match u16::from_le_bytes(bytes[..2].try_into().unwrap()) {
            1 => Whom::Owner,
            2 => Whom::User(id),
            4 => Whom::Group,
            8 => Whom::NamedGroup(id),
            16 => Whom::Mask,
            32 => Whom::Others,
            tag => panic!("an entry of a list has the tag {tag}"),
        };
        (whom, u16::from_le_bytes(bytes[2..4].try_into().unwrap()))
    };
    bytes[4..].chunks(8).map(entry).collect()
}

/// A person, with all groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) uid: u32,
    pub(crate) groups: Vec<u32>,
}

/// Who may do what with a file, and what people attached to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) mode: u32,
    pub(crate) list: Option<List>,
    pub(crate) attached: BTreeMap<String, Vec<u8>>,
}

impl Access {
    /// That of a file; `None` where there is none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let found = fs::symlink_metadata(path).ok()?;
        let mut access = Self {
            uid: found.uid(),
            gid: found.gid(),
            mode: found.permissions().mode() & 0o7777,
            list: None,
            attached: BTreeMap::new(),
        };
        let mut names = vec![0; 1 << 12];
        let length = listxattr(path, &mut names[..]).unwrap_or(0);
        for name in names[..length].split(|byte| *byte == 0) {
            let name = String::from_utf8(name.to_vec()).unwrap();
            let mut value = vec![0; 1 << 12];
            if name == LIST || name.starts_with("user.") {
                let length = getxattr(path, &name, &mut value[..]).unwrap();
                value.truncate(length);
                if name == LIST {
                    access.list = Some(decoded(&value));
                } else {
                    access.attached.insert(name, value);
                }
            }
        }
        Some(access)
    }

    /// Makes a file have this.
    ///
    /// # Errors
    /// The file system here has no such things.
    pub(crate) fn put(&self, path: &Path) -> io::Result<()> {
        let now = Self::of(path).unwrap();
        if now == *self {
            return Ok(());
        }
        for (name, value) in &self.attached {
            setxattr(path, name, value, XattrFlags::empty())?;
        }
        for name in now.attached.keys() {
            if !self.attached.contains_key(name) {
                removexattr(path, name)?;
            }
        }
        chown(path, Some(self.uid), Some(self.gid))?;
        match &self.list {
            Some(list) => setxattr(path, LIST, &encoded(list), XattrFlags::empty())?,
            None => match removexattr(path, LIST) {
                Ok(()) | Err(Errno::NODATA | Errno::OPNOTSUPP) => {}
                Err(error) => return Err(error.into()),
            },
        }
        fs::set_permissions(path, fs::Permissions::from_mode(self.mode))
    }

    /// The same without what people attached, which is not for files of another kind.
    pub(crate) fn bare(&self) -> Self {
        Self {
            attached: BTreeMap::new(),
            ..self.clone()
        }
    }

    /// Whether a person may do all of this, as the kernel decides it: bits as in one digit of a mode.
    fn lets(&self, person: &Person, wanted: u16) -> bool {
        let digit = |at: u32| (self.mode >> at & 7) as u16;
        let allows = |may: u16| may & wanted == wanted;
        let of_group = person.groups.contains(&self.gid);
        let Some(list) = &self.list else {
            let at = match person.uid == self.uid {
                true => 6,
                false if of_group => 3,
                false => 0,
            };
            return allows(digit(at));
        };
        let of = |whom| list.iter().find(|(it, _)| *it == whom).map(|(_, may)| *may);
        let mask = of(Whom::Mask).unwrap_or(7);
        if person.uid == self.uid {
            return allows(of(Whom::Owner).unwrap());
        }
        if let Some(may) = of(Whom::User(person.uid)) {
            return allows(may & mask);
        }
        let theirs = list.iter().filter(|(whom, _)| match whom {
            Whom::Group => of_group,
            Whom::NamedGroup(group) => person.groups.contains(group),
            _ => false,
        });
        let theirs: Vec<u16> = theirs.map(|(_, may)| may & mask).collect();
        if theirs.is_empty() {
            return allows(of(Whom::Others).unwrap());
        }
        theirs.into_iter().any(allows)
    }

    /// What a person may do: a bit for each thing that can be asked for at once.
    pub(crate) fn of_person(&self, person: &Person) -> u8 {
        let bit = |wanted| u8::from(self.lets(person, wanted)) << wanted;
        (1..8).map(bit).sum()
    }
}

/// Makes a directory give all new files this list, over whatever the umask says.
///
/// # Errors
/// The file system here has no lists.
pub(crate) fn give_by_default(directory: &Path, list: &[(Whom, u16)]) -> io::Result<()> {
    setxattr(directory, DEFAULT, &encoded(list), XattrFlags::empty()).map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_allows_what_acl_5_says() {
        let list = vec![
            (Whom::Owner, 6),
            (Whom::User(1003), 4),
            (Whom::Group, 6),
            (Whom::NamedGroup(2002), 2),
            (Whom::Mask, 6),
            (Whom::Others, 0),
        ];
        assert_eq!(decoded(&encoded(&list)), list);
        let access = Access {
            uid: 1001,
            gid: 2000,
            mode: 0o660,
            list: Some(list),
            attached: BTreeMap::new(),
        };
        let may = |uid, groups: &[u32], wanted| {
            let groups = groups.to_vec();
            access.lets(&Person { uid, groups }, wanted)
        };
        assert!(may(1001, &[], 6) && may(1003, &[2000], 4) && !may(1003, &[2000], 2));
        // One entry must allow all that is asked for.
        assert!(may(1, &[2002], 2) && !may(1, &[2002], 6) && may(1, &[2000, 2002], 6));
        assert!(!may(1, &[], 4));
    }
}
