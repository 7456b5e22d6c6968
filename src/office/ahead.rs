//! A ledger with lines that are decided and not written yet, as the next decision of the same commit finds it.
//!
//! Invariant: each decision reads what it would read if those before it were written already.

use crate::error::Result;
use crate::ledger::{EventSettings, NewLines, Tally};
use crate::store::follower::{Followed, Follower};
use crate::store::{FoundSale, LedgerQuery, Lookup};

/// The ledger, and the lines behind its head.
pub(super) struct Ahead<'t, 'r> {
    ledger: &'t mut dyn LedgerQuery,
    lines: NewLines<'r>,
}

impl<'t, 'r> Ahead<'t, 'r> {
    /// The ledger, which adds up to this.
    pub(super) fn of(ledger: &'t mut dyn LedgerQuery, head: Tally) -> Self {
        Self {
            ledger,
            lines: NewLines::behind(head),
        }
    }

    /// What it adds up to with the lines that are decided.
    pub(super) fn head(&self) -> Tally {
        *self.lines.tally()
    }

    /// Adds the lines of one more decision, which was made at this head. Returns the head with them.
    pub(super) fn add(&mut self, lines: NewLines<'r>) -> Tally {
        self.lines.append(lines);
        self.head()
    }

    /// The lines that are decided.
    pub(super) fn into_lines(self) -> NewLines<'r> {
        self.lines
    }

    /// Whether a follower has come to one of the new lines.
    fn is_among_them(&self, followed: &Followed) -> bool {
        followed.bytes > self.lines.before().bytes
            && self.lines.lines().iter().any(|line| {
                (line.tally.bytes, Some(line.tally.sum)) == (followed.bytes, followed.sum)
            })
    }
}

impl LedgerQuery for Ahead<'_, '_> {
    fn find(&mut self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        let mut found = self.ledger.find(what)?;
        known_bad!(BatchUnseen => return Ok(found));
        for line in self.lines.lines() {
            let (record, end) = (&line.record, line.tally.bytes);
            match &mut found {
                Some(sale) => sale.note(record, end),
                None if what.is(record) => found = Some(FoundSale::of(record, end)),
                None => {}
            }
        }
        Ok(found)
    }

    fn follow(&mut self, follower: &mut dyn Follower) -> Result<()> {
        if !self.is_among_them(follower.followed()) {
            self.ledger.follow(follower)?;
        }
        let ledger = follower.followed().ledger;
        for line in self.lines.lines() {
            if line.start < follower.followed().bytes {
                continue;
            }
            if follower.wants(line.record.op) {
                follower.see(&line.record, line.start);
            }
            *follower.followed() = Followed {
                ledger,
                seq: line.tally.seq,
                bytes: line.tally.bytes,
                sum: Some(line.tally.sum),
            };
        }
        Ok(())
    }

    fn settings(&mut self) -> Result<Option<EventSettings>> {
        let mut lines = self.lines.lines().iter().rev();
        match lines.find_map(|line| line.record.event.as_deref()) {
            Some(settings) => Ok(Some(settings.clone())),
            None => self.ledger.settings(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Op, Record};
    use crate::office::{BoxOffice, Order};
    use crate::store::SaleState;
    use crate::store::options::CommitOptions;
    use std::time::Duration;

    /// Notes the number of each line that it is shown.
    #[derive(Default)]
    struct Noted(Followed, Vec<u64>);

    impl Follower for Noted {
        fn followed(&mut self) -> &mut Followed {
            &mut self.0
        }

        fn begin(&mut self, _head: &Tally) {
            *self = Self::default();
        }

        fn wants(&self, op: Op) -> bool {
            op != Op::Open
        }

        fn see(&mut self, record: &Record<'_>, _start: u64) {
            self.1.push(record.seq);
        }
    }

    /// A line that takes one ticket, or gives one of a hold back.
    fn decided<'r>(ahead: &Ahead<'_, '_>, op: Op, of: Option<&'r str>) -> NewLines<'r> {
        let head = ahead.head();
        let (quantity, left) = match op {
            Op::Sell => (1, head.left - 1),
            _ => (1, head.left + 1),
        };
        let mut lines = NewLines::behind(head);
        let record = Record {
            key: (op == Op::Sell).then(|| "new".into()),
            buyer: (op == Op::Sell).then(|| "eve".into()),
            reference: of.map(Into::into),
            ..Record::new(op, head.seq + 1, quantity, left)
        };
        lines.add(vec![record]).unwrap();
        lines
    }

    #[test]
    fn each_line_is_seen_once_and_what_is_found_is_as_the_lines_ahead_leave_it() {
        let mut office = BoxOffice::in_memory(9).unwrap();
        let wanted = Order::new("gus", 1).key("h");
        let sale = office.hold(&wanted, Some(Duration::ZERO)).unwrap();
        let options = CommitOptions::durable(Duration::ZERO);
        let mut ledger = office.store.begin(options).unwrap();
        let head = ledger.head().unwrap();
        let mut ahead = Ahead::of(&mut *ledger, head);
        let mut noted = Noted::default();
        let mut seen = |ahead: &mut Ahead<'_, '_>| {
            ahead.follow(&mut noted).unwrap();
            noted.1.clone()
        };
        assert_eq!(seen(&mut ahead), [2]);
        let state = |ahead: &mut Ahead<'_, '_>| {
            let found = ahead.find(Lookup::Key("h")).unwrap().unwrap();
            (found.state, found.end == ahead.head().bytes)
        };
        assert_eq!(state(&mut ahead), (SaleState::Held, true));
        let line = decided(&ahead, Op::Expire, Some(&sale.id));
        ahead.add(line);
        assert_eq!(state(&mut ahead), (SaleState::Expired, true));
        assert_eq!(seen(&mut ahead), [2, 3]);
        let line = decided(&ahead, Op::Sell, None);
        ahead.add(line);
        assert_eq!(
            (seen(&mut ahead), seen(&mut ahead)),
            (vec![2, 3, 4], vec![2, 3, 4])
        );
        assert!(ahead.find(Lookup::Key("new")).unwrap().is_some());
        assert_eq!((ahead.head().left, ahead.head().seq), (8, 4));
    }
}
