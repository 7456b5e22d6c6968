//! Taking tickets from the stock, for a sale, a hold or an adjustment: what is due is released where that is needed.

use super::buyer_totals::{BuyerTotals, OwnHold};
use super::open_holds::OpenHolds;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Op, Record, Tally};
use crate::plural::are;
use crate::store::LedgerQuery;
use crate::store::follower::Follower as _;

/// So many bytes of lines are read under the lock at most where holds or a buyer's tickets are looked for; more are
/// read before, without it.
pub(super) const UNDER_THE_LOCK: u64 = 1 << 16;

/// What may be taken from the stock.
pub(super) struct Taken<'r> {
    /// The lines that release what is due, to be written with the line that takes.
    pub(super) expired: Vec<Record<'r>>,
    /// The number of the line that takes.
    pub(super) seq: u64,
    /// How many are left before it.
    pub(super) left: u64,
}

/// What an order needs to know of the lines before it, followed as far as it was needed.
#[derive(Debug, Default)]
pub(super) struct Stock {
    pub(super) holds: OpenHolds,
    pub(super) buyers: Option<BuyerTotals>,
    pub(super) wants: Wants,
    /// Whether it knows of lines that are not written yet.
    is_ahead: bool,
}

/// What is to be followed before the lock is taken: it is too far to read under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Wants {
    pub(super) holds: bool,
    pub(super) buyers: bool,
}

impl Taken<'_> {
    /// Of what is on hand alone.
    ///
    /// # Errors
    /// [`Kind::SoldOut`]: there are not so many.
    pub(super) fn on_hand(head: &Tally, quantity: u64) -> Result<Self> {
        if head.left < quantity {
            return Err(sold_out(quantity, head.left, 0, None));
        }
        Ok(Self::behind(head))
    }

    fn behind(head: &Tally) -> Self {
        Self {
            expired: Vec::new(),
            seq: head.seq + 1,
            left: head.left,
        }
    }

    /// So many tickets of this hold are on hand again.
    fn expires(&mut self, hold: &str, tickets: u64) {
        self.left = self.left.saturating_add(tickets);
        self.expired.push(Record {
            reference: Some(hold.to_owned().into()),
            ..Record::new(Op::Expire, self.seq, tickets.cast_signed(), self.left)
        });
        self.seq += 1;
    }
}

impl Stock {
    /// For orders of these buyers.
    pub(super) fn of<'n>(buyers: impl IntoIterator<Item = &'n str>) -> Self {
        Self {
            buyers: Some(BuyerTotals::of(buyers)),
            ..Self::default()
        }
    }

    /// For another order: the holds are followed further, the buyer is another one.
    pub(super) fn for_one_order(self) -> Self {
        Self {
            holds: self.holds,
            ..Self::default()
        }
    }

    /// What was decided and not written is forgotten, with all that was followed.
    pub(super) fn forget_undone(&mut self) {
        if std::mem::take(&mut self.is_ahead) {
            self.holds = OpenHolds::default();
            self.buyers = self.buyers.take().map(BuyerTotals::anew);
        }
    }

    /// Lines are decided on that it may be shown before they are written.
    pub(super) fn goes_ahead(&mut self) {
        self.is_ahead = true;
    }

    /// What was decided is written: it will be followed too, which changes nothing.
    pub(super) fn done(&mut self) {
        self.is_ahead = false;
    }

    /// Takes note of a line that is to be written, before it can be followed.
    pub(super) fn decided(&mut self, record: &Record<'_>) {
        if self.holds.wants(record.op) {
            self.holds.see(record, 0);
        }
        if let Some(buyers) = &mut self.buyers
            && buyers.wants(record.op)
        {
            buyers.see(record, 0);
        }
        self.is_ahead = true;
    }

    /// So many tickets of what is on hand and due, at this time. Whatever is needed, these holds, which are due, end: see
    /// [`super::rules::Rules::allow`].
    ///
    /// # Errors
    /// [`Kind::SoldOut`]: there are not so many. Nothing is written then.
    pub(super) fn take<'r>(
        &mut self,
        head: &Tally,
        ledger: &mut dyn LedgerQuery,
        (quantity, ended): (u64, &[OwnHold]),
        now: i64,
    ) -> Result<Taken<'r>> {
        let mut taken = Taken::behind(head);
        for hold in ended {
            taken.expires(&hold.id, hold.tickets);
        }
        if taken.left >= quantity {
            return Ok(taken);
        }
        if head.held == 0 {
            return Taken::on_hand(head, quantity);
        }
        self.follow(head, ledger)?;
        let due = self.holds.due_tickets(now);
        let free = head.left.saturating_add(due);
        if free < quantity {
            let kept = head.held.saturating_sub(due);
            return Err(sold_out(quantity, free, kept, self.holds.next_due(now)));
        }
        let due = self.holds.due(now).into_iter();
        for hold in due.filter(|hold| ended.iter().all(|own| own.id != hold.id)) {
            if taken.left >= quantity {
                break;
            }
            known_bad!(ExpiryLost => { taken.expires(&hold.id, 1); continue; });
            taken.expires(&hold.id, hold.quantity);
        }
        Ok(taken)
    }

    /// Follows the holds up to the head. Where that is far, it is done without the lock: see [`Wants`].
    fn follow(&mut self, head: &Tally, ledger: &mut dyn LedgerQuery) -> Result<()> {
        known_bad!(ExpiryUnlocked => return Ok(()));
        let from = self
            .holds
            .seen_up_to()
            .max(head.index.holds.unwrap_or(head.bytes));
        let far = head.bytes.saturating_sub(from) > UNDER_THE_LOCK;
        if far && !self.wants.holds {
            self.wants.holds = true;
            return Err(Error::interrupted("the holds are looked for first"));
        }
        ledger.follow(&mut self.holds)
    }
}

fn sold_out(wanted: u64, left: u64, held: u64, due: Option<&str>) -> Error {
    let message = match left {
        0 => format!("asked for {wanted}, none left"),
        left => format!("asked for {wanted}, {left} left"),
    };
    let error = Error::new(Kind::SoldOut { left }, message);
    if held == 0 {
        return error;
    }
    let hint = format!(
        "{held} {} held: 'tickets sales --held' says for whom, and until when",
        are(held)
    );
    error.held(held, due).hint(hint)
}
