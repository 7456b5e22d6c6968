//! Access lists (POSIX 1003.1e draft 17, acl(5)) as Linux hands them out in `system.posix_acl_access`.
//!
//! A version in 4 bytes, then 8 bytes an entry: its tag, what it allows, and whom, all little endian. With a
//! list, the group's bits of a mode are the list's mask: the most that anybody but the owner and the others
//! is allowed, not what the group is.

const VERSION: u32 = 2;

/// The tags, in the order in which entries stand.
const OWNER: u16 = 1;
const USER: u16 = 2;
const GROUP: u16 = 4;
const NAMED_GROUP: u16 = 8;
const MASK: u16 = 16;
const OTHERS: u16 = 32;

/// Whom the entries mean that name nobody.
const NO_ID: u32 = u32::MAX;

/// What one class of users may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct AclEntry {
    tag: u16,
    id: u32,
    /// Bits as in one digit of a mode.
    may: u16,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acl(Vec<AclEntry>);

impl Acl {
    /// `None`: this is none that is known here.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first_chunk::<4>()?;
        let (entries, rest) = rest.as_chunks::<8>();
        if u32::from_le_bytes(*version) != VERSION || !rest.is_empty() {
            return None;
        }
        let entry = |&[a, b, c, d, e, f, g, h]: &[u8; 8]| AclEntry {
            tag: u16::from_le_bytes([a, b]),
            may: u16::from_le_bytes([c, d]),
            id: u32::from_le_bytes([e, f, g, h]),
        };
        let known = [OWNER, USER, GROUP, NAMED_GROUP, MASK, OTHERS];
        let list = Self(entries.iter().map(entry).collect());
        list.0
            .iter()
            .all(|entry| known.contains(&entry.tag))
            .then_some(list)
    }

    /// As the system takes it.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = VERSION.to_le_bytes().to_vec();
        for entry in &self.0 {
            bytes.extend(entry.tag.to_le_bytes());
            bytes.extend(entry.may.to_le_bytes());
            bytes.extend(entry.id.to_le_bytes());
        }
        bytes
    }

    /// What everybody but the owner may do, whoever it is: where the list is lost, no more may be given to
    /// the group or to the others.
    pub(crate) fn common(&self) -> u32 {
        let mask = self.of(MASK).unwrap_or(7);
        let allowed = self.0.iter().map(|entry| match entry.tag {
            OWNER | MASK => 7,
            OTHERS => entry.may,
            _ => entry.may & mask,
        });
        (allowed.fold(7, |all, may| all & may) & 7).into()
    }

    /// The list for a file that has another owner or group than the one it was made for: those named here, who are
    /// then named in it, with what they had.
    ///
    /// The mask stays. The new group is given nothing: its members had what the list gives them by other
    /// entries.
    #[must_use]
    pub(crate) fn naming(mut self, owner: Option<u32>, group: Option<u32>) -> Self {
        let had_group = self.of(GROUP).unwrap_or(0);
        if self.of(MASK).is_none() {
            self.put(MASK, NO_ID, had_group);
        }
        if let Some(owner) = owner {
            // An entry that names the owner had no effect.
            self.put(USER, owner, self.of(OWNER).unwrap_or(0));
        }
        if let Some(group) = group {
            // One that names the group had: it stays, and may be less.
            let is_named = |entry: &AclEntry| (entry.tag, entry.id) == (NAMED_GROUP, group);
            if !self.0.iter().any(is_named) {
                self.put(NAMED_GROUP, group, had_group);
            }
            self.put(GROUP, NO_ID, 0);
        }
        self.0.sort_unstable();
        self
    }

    fn of(&self, tag: u16) -> Option<u16> {
        let entry = self.0.iter().find(|entry| entry.tag == tag)?;
        Some(entry.may)
    }

    fn put(&mut self, tag: u16, id: u32, may: u16) {
        self.0.retain(|entry| (entry.tag, entry.id) != (tag, id));
        self.0.push(AclEntry { tag, id, may });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(u16, u32, u16)]) -> Acl {
        let entry = |&(tag, id, may): &(u16, u32, u16)| AclEntry { tag, id, may };
        Acl(entries.iter().map(entry).collect())
    }

    #[test]
    fn a_list_is_read_as_it_is_written() {
        let acl = list(&[
            (OWNER, NO_ID, 6),
            (USER, 7, 6),
            (GROUP, NO_ID, 4),
            (MASK, NO_ID, 6),
            (OTHERS, NO_ID, 0),
        ]);
        let bytes = acl.encode();
        assert_eq!(Acl::parse(&bytes), Some(acl));
        for wrong in [
            &bytes[..7],
            &[],
            &bytes[4..],
            &[2, 0, 0, 0, 3, 0, 6, 0, 1, 0, 0, 0],
        ] {
            assert_eq!(Acl::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_all_may_is_no_more_than_anybody_may() {
        for (named, group, mask, others, common) in [
            (6, 4, 6, 4, 4),
            (6, 6, 4, 6, 4),
            (0, 6, 6, 6, 0),
            (6, 6, 6, 0, 0),
            (7, 7, 7, 5, 5),
        ] {
            let acl = list(&[
                (OWNER, NO_ID, 0),
                (USER, 7, named),
                (GROUP, NO_ID, group),
                (MASK, NO_ID, mask),
                (OTHERS, NO_ID, others),
            ]);
            assert_eq!(acl.common(), common);
        }
    }

    #[test]
    fn who_loses_a_file_is_named_in_its_list() {
        let acl = list(&[
            (OWNER, NO_ID, 6),
            (USER, 7, 6),
            (GROUP, NO_ID, 4),
            (MASK, NO_ID, 6),
            (OTHERS, NO_ID, 0),
        ]);
        let named = list(&[
            (OWNER, NO_ID, 6),
            (USER, 0, 6),
            (USER, 7, 6),
            (GROUP, NO_ID, 0),
            (NAMED_GROUP, 9, 4),
            (MASK, NO_ID, 6),
            (OTHERS, NO_ID, 0),
        ]);
        assert_eq!(acl.clone().naming(Some(0), Some(9)), named);
        // And back: nobody gains, however often it changes hands.
        let back = named.clone().naming(Some(7), Some(3));
        assert_eq!(back.clone().naming(Some(0), Some(9)).0.len(), back.0.len());
        assert_eq!(acl.clone().naming(None, None), acl);
    }
}
