//! The holds that are open: by the lines of the ledger, from the first of them on.

use std::collections::BTreeMap;

use crate::ledger::{Op, Record, Tally, millisecond, number};
use crate::store::follower::{Followed, Follower};

/// A hold that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimedHold {
    pub(super) id: String,
    pub(super) quantity: u64,
    /// When it is due, in milliseconds since 1970.
    pub(super) until: i64,
    /// The same as the ledger has it.
    pub(super) until_text: String,
}

/// All of them, by the number of their line.
#[derive(Debug, Default)]
pub(super) struct OpenHolds {
    followed: Followed,
    open: BTreeMap<u64, TimedHold>,
}

impl OpenHolds {
    /// Up to where the ledger was followed, in bytes.
    pub(super) fn seen_up_to(&self) -> u64 {
        self.followed.bytes
    }

    /// Those that are due at this time, those that were due first first.
    pub(super) fn due(&self, now: i64) -> Vec<&TimedHold> {
        let mut due: Vec<_> = self
            .open
            .iter()
            .filter(|(_, hold)| hold.until <= now)
            .collect();
        due.sort_by_key(|(seq, hold)| (hold.until, **seq));
        due.into_iter().map(|(_, hold)| hold).collect()
    }

    /// How many tickets are due.
    pub(super) fn due_tickets(&self, now: i64) -> u64 {
        let due = self.open.values().filter(|hold| hold.until <= now);
        due.map(|hold| hold.quantity).sum()
    }

    /// When the next of those is due that are not yet.
    pub(super) fn next_due(&self, now: i64) -> Option<&str> {
        let later = self.open.values().filter(|hold| hold.until > now);
        later
            .min_by_key(|hold| hold.until)
            .map(|hold| hold.until_text.as_str())
    }
}

impl Follower for OpenHolds {
    fn followed(&mut self) -> &mut Followed {
        &mut self.followed
    }

    fn begin(&mut self, head: &Tally) {
        self.open.clear();
        self.followed = Followed {
            // Where nothing is held, what is behind the head is all that matters.
            bytes: head.index.holds.unwrap_or(head.bytes),
            ..Followed::default()
        };
    }

    fn wants(&self, op: Op) -> bool {
        matches!(op, Op::Hold | Op::Confirm | Op::Release | Op::Expire)
    }

    fn see(&mut self, record: &Record<'_>, _: u64) {
        if record.op == Op::Hold {
            let until = record.until.as_deref().unwrap_or_default();
            let hold = TimedHold {
                id: record.id.as_deref().unwrap_or_default().to_owned(),
                quantity: record.quantity.unsigned_abs(),
                until: millisecond(until).unwrap_or(i64::MIN),
                until_text: until.to_owned(),
            };
            self.open.insert(record.seq, hold);
        } else if let Some(seq) = record.reference.as_deref().and_then(number) {
            self.open.remove(&seq);
        }
    }
}
