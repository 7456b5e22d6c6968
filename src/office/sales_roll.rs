//! All sales and holds as they are by now, kept for who looks at them again and again: each look reads only what is new.

mod search;
mod sold_over_time;

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::BoxOffice;
use super::history::State;
use super::name::{searchable, sort_key};
use crate::error::Result;
use crate::ledger::{Op, Record, Sum, Tally, millisecond};
use crate::store::follower::{Followed, Follower};
pub(crate) use search::{RollFit, RollSearch};
use sold_over_time::SoldOverTime;

/// So many are kept at most: the last ones.
const MOST: usize = 200_000;

/// The sales and holds of an event, as far as it was looked at.
#[derive(Debug, Default)]
pub(crate) struct SalesRoll {
    followed: Followed,
    /// Invariant: in the order of their numbers.
    entries: VecDeque<RollEntry>,
    left_out: u64,
    sold: SoldOverTime,
}

/// Up to where a ledger was followed, and which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RollMark {
    ledger: Option<(u64, u64)>,
    /// The number of the last line.
    pub(crate) seq: u64,
    /// Where that line ends, in bytes.
    pub(crate) bytes: u64,
    sum: Option<Sum>,
}

/// A sale or a hold as it is by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RollEntry {
    /// The number of its line.
    pub(crate) seq: u64,
    pub(crate) id: String,
    /// When it was written, RFC 3339 in UTC.
    pub(crate) at: String,
    /// The buyer's name by now.
    pub(crate) buyer: String,
    /// The name that it was made in, where that was corrected since.
    pub(crate) was: Option<String>,
    /// How many tickets it was made with.
    pub(crate) quantity: u64,
    /// How many of these are cancelled.
    pub(crate) cancelled: u64,
    pub(crate) state: State,
    /// Until when a hold is kept, or was, RFC 3339 in UTC.
    pub(crate) until: Option<String>,
    /// What the seller noted.
    pub(crate) note: Option<String>,
    /// What it is searched by besides its id: its name, and below it the note and the name before.
    searched: String,
    /// What it is sorted by where names are.
    sorted: String,
}

impl RollEntry {
    fn new(record: &Record<'_>, id: &str) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let mut entry = Self {
            seq: record.seq,
            id: id.to_owned(),
            at: record.at.to_string(),
            buyer: text(record.buyer.as_deref()).unwrap_or_default(),
            was: None,
            quantity: record.quantity.unsigned_abs(),
            cancelled: 0,
            state: if record.op == Op::Hold {
                State::Held
            } else {
                State::Valid
            },
            until: text(record.until.as_deref()),
            note: text(record.note.as_deref()),
            searched: String::new(),
            sorted: String::new(),
        };
        entry.index();
        entry
    }

    /// Makes what it is searched and sorted by.
    fn index(&mut self) {
        let parts = [Some(&self.buyer), self.note.as_ref(), self.was.as_ref()];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        self.searched = searchable(&parts.join("\n"));
        (self.sorted, _) = sort_key(&self.buyer);
    }

    /// How many of its tickets count: those of a sale that are not cancelled, and those of an open hold.
    pub(crate) fn valid(&self) -> u64 {
        match self.state {
            State::Valid | State::Part | State::Held => {
                self.quantity.saturating_sub(self.cancelled)
            }
            State::Cancelled | State::Released | State::Expired => 0,
        }
    }

    /// As people sort names: without regard to case and accents.
    pub(crate) fn by_name(&self, other: &Self) -> Ordering {
        (&self.sorted, &self.buyer, self.seq).cmp(&(&other.sorted, &other.buyer, other.seq))
    }

    fn cancel(&mut self, quantity: u64) {
        self.cancelled = self.cancelled.saturating_add(quantity).min(self.quantity);
        self.state = if self.cancelled == self.quantity {
            State::Cancelled
        } else {
            State::Part
        };
    }
}

impl SalesRoll {
    /// In the order of the ledger.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &RollEntry> {
        self.entries.iter()
    }

    /// How many older ones are not kept.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(crate) fn sold_over_time(&self) -> &SoldOverTime {
        &self.sold
    }

    /// Up to where it was followed.
    pub(crate) fn mark(&self) -> RollMark {
        let Followed {
            ledger,
            seq,
            bytes,
            sum,
        } = self.followed;
        RollMark {
            ledger,
            seq,
            bytes,
            sum,
        }
    }

    fn add(&mut self, entry: RollEntry) {
        if self.entries.len() == MOST {
            self.entries.pop_front();
            self.left_out += 1;
        }
        self.entries.push_back(entry);
    }

    /// The one that this id, which begins with its number, is of.
    fn find(&mut self, id: &str) -> Option<&mut RollEntry> {
        let seq = id.split_once('-')?.0.parse::<u64>().ok()?;
        let at = self.entries.binary_search_by_key(&seq, |entry| entry.seq);
        self.entries.get_mut(at.ok()?)
    }
}

impl Follower for SalesRoll {
    fn followed(&mut self) -> &mut Followed {
        &mut self.followed
    }

    fn begin(&mut self, _: &Tally) {
        *self = Self::default();
        self.followed.sum = Some(Sum::default());
    }

    fn wants(&self, op: Op) -> bool {
        matches!(op, Op::Sell | Op::Hold) || op.refers()
    }

    fn see(&mut self, record: &Record<'_>, _: u64) {
        let quantity = record.quantity.unsigned_abs();
        let change = match record.op {
            Op::Sell | Op::Confirm => record.quantity,
            Op::Cancel => record.quantity.saturating_neg(),
            _ => 0,
        };
        if let (true, Some(at)) = (change != 0, millisecond(&record.at)) {
            self.sold.add(at, change);
        }
        if let Some(id) = record.id.as_deref() {
            return self.add(RollEntry::new(record, id));
        }
        let referred = record.reference.as_deref();
        let Some(entry) = referred.and_then(|id| self.find(id)) else {
            return;
        };
        match record.op {
            Op::Cancel => entry.cancel(quantity),
            Op::Confirm => entry.state = State::Valid,
            Op::Release => entry.state = State::Released,
            Op::Expire => entry.state = State::Expired,
            Op::Rename => {
                let name = record.buyer.as_deref().unwrap_or_default().to_owned();
                let before = std::mem::replace(&mut entry.buyer, name);
                entry.was.get_or_insert(before);
                entry.index();
            }
            _ => {}
        }
    }
}

impl BoxOffice {
    /// Brings it up to date: the first time by the whole ledger, then by what was written since. A ledger that took the place
    /// of that one is followed from its beginning. Takes no lock.
    ///
    /// # Errors
    /// [`Kind::Integrity`](crate::Kind::Integrity) when the count and the ledger do not add up.
    pub(crate) fn follow_sales(&self, roll: &mut SalesRoll) -> Result<()> {
        self.store.follow(roll)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use crate::office::{Change, Order, Unobserved};

    /// For how long tickets are held.
    const QUARTER: Option<Duration> = Some(Duration::from_secs(900));

    #[test]
    fn it_says_what_the_ledger_says_by_now_and_is_searched_by_any_part() {
        let mut office = BoxOffice::in_memory(20).unwrap();
        let mut roll = SalesRoll::default();
        let order = Order::new("Zoë Müller", 3).note("paid cash");
        let sale = office.purchase(&order, &mut Unobserved).unwrap().id;
        office.follow_sales(&mut roll).unwrap();
        let hold = office
            .hold(&Order::new("Bobby Ray", 2), QUARTER)
            .unwrap()
            .id;
        office.cancel(&sale, Some(1), &Change::new()).unwrap();
        office.confirm(&hold, &Change::new()).unwrap();
        office.rename(&hold, "Åsa Lund", &Change::new()).unwrap();
        let gone = office.hold(&Order::new("Eve", 4), QUARTER).unwrap().id;
        office.release(&gone, &Change::new()).unwrap();
        office.follow_sales(&mut roll).unwrap();
        let told: Vec<_> = roll
            .entries()
            .map(|it| (&*it.buyer, it.state, it.valid()))
            .collect();
        let expected = [
            ("Zoë Müller", State::Part, 2),
            ("Åsa Lund", State::Valid, 2),
            ("Eve", State::Released, 0),
        ];
        assert_eq!(told, expected);
        for (text, found) in [
            ("", 3),
            ("MULL", 1),
            ("mu\u{308}ller zo", 1),
            ("cash", 1),
            ("lund asa", 1),
            ("BOBBY", 1),
            (&*sale, 1),
            ("nobody", 0),
        ] {
            let search = RollSearch::of(text);
            assert_eq!(
                roll.entries().filter_map(|it| search.fit(it)).count(),
                found,
                "{text}"
            );
        }
        assert_eq!(
            roll.sold_over_time().totals().last().map(|it| it.1),
            Some(4)
        );
    }
}
