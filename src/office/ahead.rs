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
