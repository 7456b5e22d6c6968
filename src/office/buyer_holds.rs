//! The open holds of one buyer, where they are near the end of the ledger.

use std::collections::BTreeMap;

use super::BoxOffice;
use super::buyer_totals::{OwnHold, due};
use super::name::WantedName;
use crate::error::Result;
use crate::ledger::{LockKind, Op, Record, Tally, number};
use crate::store::follower::{Followed, Follower};

/// So many bytes of lines are read for it at most: it is a service to people, and costs a sale nothing that is felt.
const FAR: u64 = 1 << 21;

/// All holds that are open, each with its buyer's name of today, by the numbers of their lines.
#[derive(Debug, Default)]
struct NamedHolds {
    followed: Followed,
    open: BTreeMap<u64, (OwnHold, String)>,
}

impl BoxOffice {
    /// The open holds of this buyer, due or not, by the name as people compare names; none where it is far to read to the
    /// first hold that is open. Takes no lock.
    pub(crate) fn holds_of(&self, buyer: &str) -> Result<Vec<OwnHold>> {
        let head = self.store.head(LockKind::Exclusive)?.tally;
        let from = head.index.holds.unwrap_or(head.bytes);
        if head.held == 0 || head.bytes.saturating_sub(from) > FAR {
            return Ok(Vec::new());
        }
        let mut holds = NamedHolds::default();
        self.store.follow(&mut holds)?;
        let wanted = WantedName::named(buyer);
        let own = holds.open.into_values();
        let own = own.filter(|(_, name)| wanted.is(name));
        Ok(own.map(|(hold, _)| hold).collect())
    }
}

impl Follower for NamedHolds {
    fn followed(&mut self) -> &mut Followed {
        &mut self.followed
    }

    fn begin(&mut self, head: &Tally) {
        self.open.clear();
        self.followed = Followed {
            bytes: head.index.holds.unwrap_or(head.bytes),
            ..Followed::default()
        };
    }

    fn wants(&self, op: Op) -> bool {
        matches!(
            op,
            Op::Hold | Op::Confirm | Op::Release | Op::Expire | Op::Rename
        )
    }

    fn see(&mut self, record: &Record<'_>, _: u64) {
        let buyer = || record.buyer.as_deref().unwrap_or_default().to_owned();
        if record.op == Op::Hold {
            let hold = OwnHold {
                id: record.id.as_deref().unwrap_or_default().to_owned(),
                tickets: record.quantity.unsigned_abs(),
                due: due(record.until.as_deref()),
            };
            self.open.insert(record.seq, (hold, buyer()));
        } else if let Some(seq) = record.reference.as_deref().and_then(number) {
            if record.op != Op::Rename {
                self.open.remove(&seq);
            } else if let Some((_, name)) = self.open.get_mut(&seq) {
                *name = buyer();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::{Change, Order};

    #[test]
    fn holds_are_found_by_the_name_of_today_until_they_end() {
        let mut office = BoxOffice::in_memory(20).unwrap();
        let mut held =
            |name: &str, tickets| office.hold(&Order::new(name, tickets), None).unwrap().id;
        let [bob, other, ann] = [("Bob", 2), ("BOB", 3), ("ann", 4)].map(|(name, n)| held(name, n));
        let of = |office: &BoxOffice, name: &str| -> Vec<(String, u64)> {
            let holds = office.holds_of(name).unwrap().into_iter();
            holds.map(|hold| (hold.id, hold.tickets)).collect()
        };
        let both = [(bob.clone(), 2), (other.clone(), 3)];
        assert_eq!(of(&office, " bob"), both);
        let change = Change::new();
        office.confirm(&bob, &change).unwrap();
        office.release(&other, &change).unwrap();
        assert_eq!(of(&office, "bob"), []);
        office.rename(&ann, "Bob", &change).unwrap();
        assert_eq!(of(&office, "bob"), [(ann, 4)]);
        assert_eq!(of(&office, "ann"), []);
    }
}
