//! One order of a batch, from its first look at the ledger to its answer.

use super::ahead::Ahead;
use super::commit::{Committed, Decision};
use super::order::{Observer, Sale};
use super::purchase::Purchase;
use super::taking::Stock;
use crate::error::{Error, Result};
use crate::ledger::{Step, Tally};

/// The order, who watches it, and how far it has come.
pub(super) struct BatchMember<'o> {
    asked: Asked<'o>,
    observer: &'o mut dyn Observer,
    decided: Decided,
}

#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are purchases, and a box would be made for each"
)]
enum Asked<'o> {
    Purchase(Purchase<'o>),
    /// Nothing is sold to it, whatever the ledger says.
    Stopped(Error),
}

/// What was decided last. It may be decided again: when the lock was lost meanwhile.
enum Decided {
    Nothing,
    /// Its line is to be written; what the ledger adds up to with it.
    Sold(Tally),
    /// The ledger says already, up to there, what was ordered.
    Known {
        end: u64,
        /// What the ledger adds up to where it was found.
        head: Tally,
    },
    Refused {
        error: Error,
        /// Where the ledger ended, with the lines decided before.
        by: Tally,
    },
}

impl<'o> BatchMember<'o> {
    pub(super) fn new(purchase: Result<Purchase<'o>>, observer: &'o mut dyn Observer) -> Self {
        Self {
            asked: match purchase {
                Ok(purchase) => Asked::Purchase(purchase),
                Err(error) => Asked::Stopped(error),
            },
            observer,
            decided: Decided::Nothing,
        }
    }

    /// Decides on it by what those before it leave. Returns up to where the ledger must be durable before that is
    /// answered.
    pub(super) fn decide(&mut self, ahead: &mut Ahead<'_, 'o>, stock: &mut Stock) -> u64 {
        let Asked::Purchase(purchase) = &mut self.asked else {
            return 0;
        };
        let head = ahead.head();
        let decided = purchase.decide(&head, ahead, &mut *self.observer, stock);
        let (end, decided) = match decided {
            Ok(Decision::Write(lines)) => {
                let with = ahead.add(lines);
                (with.bytes, Decided::Sold(with))
            }
            Ok(Decision::Known { end }) => (end, Decided::Known { end, head }),
            Err(error) => (0, Decided::Refused { error, by: head }),
        };
        self.decided = decided;
        end
    }

    /// Tells it a step of the commit.
    pub(super) fn at(&mut self, step: Step) {
        let told = self.observer.at(step);
        if matches!(step, Step::LockWanted | Step::LockGot { .. })
            && let (Asked::Purchase(_), Err(error)) = (&self.asked, told)
        {
            self.asked = Asked::Stopped(error);
        }
    }

    /// Whether it is still to be decided on.
    pub(super) fn goes_on(&self) -> bool {
        matches!(self.asked, Asked::Purchase(_))
    }

    /// Asked while the lock is waited for.
    pub(super) fn still_wanted(&mut self) -> bool {
        if self.goes_on() && !self.observer.still_wanted() {
            let message = "stopped while waiting for the lock";
            self.asked = Asked::Stopped(Error::interrupted(message));
        }
        self.goes_on()
    }

    /// Up to where the ledger said what was ordered before the batch came to it.
    pub(super) fn known_before(&self, head: &Tally) -> Option<u64> {
        match (&self.asked, &self.decided) {
            (Asked::Purchase(_), Decided::Known { end, .. }) => {
                Some(*end).filter(|end| *end <= head.bytes)
            }
            _ => None,
        }
    }

    /// What is answered once all that it rests on is durable.
    pub(super) fn answer(self, unpublished: Option<&Error>) -> Result<Sale> {
        match (self.asked, self.decided) {
            (Asked::Stopped(error), _) | (_, Decided::Refused { error, .. }) => Err(error),
            (_, Decided::Nothing) => Err(Error::interrupted("it was not decided on")),
            (
                Asked::Purchase(purchase),
                Decided::Sold(tally) | Decided::Known { head: tally, .. },
            ) => purchase.answer(Committed {
                tally,
                unpublished: unpublished.map(Error::again),
            }),
        }
    }

    /// The same of a sale that was known before, on a ledger to which nothing was added.
    pub(super) fn answer_by(mut self, now: Tally, unpublished: Option<&Error>) -> Result<Sale> {
        if let Decided::Known { head, .. } = &mut self.decided {
            *head = now;
        }
        self.answer(unpublished)
    }

    /// What is answered where the commit failed. A refusal stands where what it rests on stands on the ledger: all that
    /// was there before the batch, unless that was assumed and not read, and where they are written, the lines of the batch.
    pub(super) fn fail(
        self,
        why: &Error,
        (was_read, written): (bool, bool),
        before: &Tally,
    ) -> Result<Sale> {
        match (self.asked, self.decided) {
            (Asked::Stopped(error), _) => Err(error),
            (_, Decided::Refused { error, by }) if written || was_read && by.seq == before.seq => {
                Err(error)
            }
            _ => Err(why.again()),
        }
    }
}
