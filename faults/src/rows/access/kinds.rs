//! The kinds of counts, who sells from one, and everybody who is asked about.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;

use crate::access::{Access, List, Person, Whom, give_by_default};
use crate::test_event::{COUNT, LEDGER, TestEvent};

pub(super) const ALICE: u32 = 71_001;
pub(super) const BOB: u32 = 71_002;
const CAROL: u32 = 71_003;
pub(super) const STAFF: u32 = 72_000;
const GUESTS: u32 = 72_001;
/// Of carol alone.
const CAROLS: u32 = 72_003;

/// A kind of count.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) access: Access,
    /// The ledger's mode, where that is another.
    ledger: Option<u32>,
    /// Whether the directory gives new files a list of its own.
    by_default: bool,
}

/// A list: what carol, the group, the mask, the guests and all others may.
fn list(carol: u16, group: u16, mask: u16, guests: u16, others: u16) -> List {
    vec![
        (Whom::Owner, 6),
        (Whom::User(CAROL), carol),
        (Whom::Group, group),
        (Whom::NamedGroup(GUESTS), guests),
        (Whom::Mask, mask),
        (Whom::Others, others),
    ]
}

pub(super) fn kinds() -> Vec<Kind> {
    let kind = |name, mode, list: Option<List>| Kind {
        name,
        access: Access {
            uid: ALICE,
            gid: STAFF,
            mode,
            list,
            attached: [("user.note".to_owned(), b"hall 2".to_vec())].into(),
        },
        ledger: None,
        by_default: false,
    };
    let mut kinds = vec![
        kind("of the group", 0o660, None),
        kind("of all", 0o666, None),
        kind("of its owner", 0o600, None),
        kind("not of the group", 0o606, None),
        kind("carol is named", 0o660, Some(list(6, 4, 6, 0, 0))),
        kind("the mask is less", 0o640, Some(list(7, 6, 4, 4, 0))),
        kind("carol is kept out", 0o664, Some(list(0, 6, 6, 6, 4))),
    ];
    for (name, mode, list) in [
        ("of the group, in a directory with a list", 0o660, None),
        (
            "a list, in a directory with another",
            0o660,
            Some(list(6, 4, 6, 0, 0)),
        ),
    ] {
        kinds.push(Kind {
            by_default: true,
            ..kind(name, mode, list)
        });
    }
    kinds.push(Kind {
        ledger: Some(0o660),
        ..kind("the ledger is not of all", 0o666, None)
    });
    kinds
}

/// Who sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seller {
    Root,
    /// In the count's group.
    Bob,
    /// In no group of the count's.
    Carol,
}

impl Seller {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Bob => "bob",
            Self::Carol => "carol",
        }
    }

    pub(super) fn person(self) -> Option<Person> {
        let person = |uid, group| {
            Some(Person {
                uid,
                groups: vec![group],
            })
        };
        match self {
            Self::Root => None,
            Self::Bob => person(BOB, STAFF),
            Self::Carol => person(CAROL, CAROLS),
        }
    }
}

/// Everybody who is asked about.
pub(super) fn people() -> Vec<Person> {
    let groups: [&[u32]; 6] = [
        &[],
        &[STAFF],
        &[GUESTS],
        &[CAROLS],
        &[STAFF, GUESTS],
        &[GUESTS, CAROLS],
    ];
    let uids = [ALICE, BOB, CAROL, 71_004];
    let of = |uid| {
        groups.map(|groups| Person {
            uid,
            groups: groups.to_vec(),
        })
    };
    uids.into_iter().flat_map(of).collect()
}

impl Kind {
    /// Makes the files of an event be of this kind.
    pub(super) fn put(&self, event: &TestEvent) -> io::Result<()> {
        fs::set_permissions(event.directory(), fs::Permissions::from_mode(0o777))?;
        if self.by_default {
            give_by_default(event.directory(), &list(7, 7, 7, 7, 7))?;
        }
        for name in event.names() {
            let mut access = self.access.clone();
            if name != COUNT {
                access = access.bare();
            }
            if let (true, Some(mode)) = (name == LEDGER, self.ledger) {
                access.mode = mode;
            }
            access.put(&event.path(&name))?;
        }
        Ok(())
    }
}
