//! Who might do what with the files of an event, to be compared with what they may.

use super::kinds::{Seller, people};
use crate::access::{Access, Person};
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent};

/// What there is to compare with: the access of the count, the ledger and the lock file.
pub(super) struct Before {
    count: Access,
    ledger: Access,
    lock: Access,
}

impl Before {
    /// Files that are not there yet follow the count.
    pub(super) fn of(event: &TestEvent) -> Self {
        let count = Access::of(&event.file).unwrap();
        let or_new = |name| Access::of(&event.path(name)).unwrap_or_else(|| count.bare());
        Self {
            ledger: or_new(LEDGER),
            lock: or_new(LOCK),
            count,
        }
    }

    /// What the file of a name is judged by.
    pub(super) fn judge_of(&self, name: &str) -> &Access {
        let name = name.strip_prefix('.').unwrap_or(name);
        if name.starts_with("tickets.ledger.") {
            &self.ledger
        } else if name.starts_with(LOCK) {
            &self.lock
        } else {
            &self.count
        }
    }

    /// Nobody may do more with any file.
    #[track_caller]
    pub(super) fn nobody_gained(&self, event: &TestEvent, told: &str) {
        for name in event.names() {
            // It lost its name since, or is another program's.
            let Some(now) = Access::of(&event.path(&name)) else {
                continue;
            };
            let before = self.judge_of(&name);
            for person in people().iter().filter(|person| person.uid != now.uid) {
                let (may, might) = (now.of_person(person), before.of_person(person));
                assert!(
                    may & !might == 0,
                    "{person:?} may do more with {name} than before\n{now:?}\n{before:?}\n{told}"
                );
            }
        }
    }

    /// All of it is as it was.
    #[track_caller]
    pub(super) fn all_is_kept(&self, event: &TestEvent, told: &str) {
        for name in event.names() {
            let now = Access::of(&event.path(&name)).unwrap();
            assert_eq!(&now, self.judge_of(&name), "{name}\n{told}");
        }
    }

    /// Who could use the count and the ledger still can, if the seller was of the group, or there is a list in which
    /// those can be named who are not its owner and its group any more.
    #[track_caller]
    pub(super) fn nobody_lost(&self, event: &TestEvent, seller: &Person, told: &str) {
        let named = self.count.list.is_some();
        for name in [COUNT, LEDGER] {
            let now = Access::of(&event.path(name)).unwrap();
            let before = self.judge_of(name);
            assert_eq!(now.attached, before.attached, "{name}\n{told}");
            assert_eq!(now.mode & 0o770, before.mode & 0o770, "{name}\n{told}");
            let of_group = seller.groups.contains(&before.gid);
            for person in people() {
                let was_owner = before.uid == person.uid && !named;
                let is_of_new_group = person.groups.contains(&now.gid) && !of_group;
                if was_owner || is_of_new_group || person.uid == now.uid {
                    continue;
                }
                let (may, might) = (now.of_person(&person), before.of_person(&person));
                let mask = if person.uid == before.uid {
                    self.most()
                } else {
                    u8::MAX
                };
                assert!(
                    might & mask & !may == 0 || !named && !of_group,
                    "{person:?} may do less with {name} than before\n{now:?}\n{before:?}\n{told}"
                );
            }
        }
    }

    /// Who may not read and write the ledger and the lock file cannot sell.
    pub(super) fn may_be_sold_by(&self, seller: Seller) -> bool {
        seller.person().is_none_or(|person| {
            [&self.count, &self.ledger, &self.lock]
                .into_iter()
                .all(|access| access.of_person(&person) & 1 << 6 != 0)
        })
    }

    /// What somebody may who is named in the list, at the most.
    pub(super) fn most(&self) -> u8 {
        let mask = self.count.mode >> 3 & 7;
        (1..8_u32)
            .filter(|wanted| mask & wanted == *wanted)
            .map(|wanted| 1 << wanted)
            .sum()
    }
}
