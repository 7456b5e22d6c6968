//! The decisions of one commit, made one after another, and who watches them.

use super::ahead::Ahead;
use super::batch_member::BatchMember;
use super::buyer_totals::BuyerTotals;
use super::commit::Decision;
use super::order::Observer;
use super::taking::Stock;
use crate::error::{Error, Result};
use crate::ledger::{Step, Tally};
use crate::store::LedgerQuery;

/// The orders of one commit.
#[derive(Default)]
pub(super) struct Batch<'o> {
    pub(super) members: Vec<BatchMember<'o>>,
    /// What the ledger added up to before them.
    pub(super) head: Tally,
    /// Whether their lines are on the ledger.
    pub(super) is_written: bool,
}

impl<'o> Batch<'o> {
    /// Decides on each of them by what those before it leave.
    ///
    /// # Errors
    /// More is to be known before the lock is taken.
    pub(super) fn decide(
        &mut self,
        head: &Tally,
        ledger: &mut dyn LedgerQuery,
        stock: &mut Stock,
        names: &[&str],
    ) -> Result<Decision<'o>> {
        stock.forget_undone();
        self.head = *head;
        // Who cannot read them says so.
        let settings = ledger.settings().ok().flatten();
        let limits = settings.and_then(|event| event.max_per_buyer);
        if limits.is_some() && stock.buyers.is_none() {
            stock.buyers = Some(BuyerTotals::of(names.iter().copied()));
        }
        let wants = stock.wants;
        let mut ahead = Ahead::of(ledger, *head);
        let mut known = 0;
        for member in &mut self.members {
            stock.goes_ahead();
            let decided = member.decide(&mut ahead, stock);
            if stock.wants != wants {
                stock.forget_undone();
                return Err(Error::interrupted("more is looked for first"));
            }
            known = known.max(decided);
        }
        let lines = ahead.into_lines();
        if lines.lines().is_empty() {
            return Ok(Decision::Known { end: known });
        }
        Ok(Decision::Write(lines))
    }
}

/// Each observer is told each step, and stops its own order alone.
impl Observer for Batch<'_> {
    fn at(&mut self, step: Step) -> Result<()> {
        self.is_written |= step == Step::Written;
        for member in &mut self.members {
            member.at(step);
        }
        if self.members.iter().any(BatchMember::goes_on) {
            return Ok(());
        }
        Err(Error::interrupted(
            "none of these orders is wanted any more",
        ))
    }

    fn still_wanted(&mut self) -> bool {
        self.members.iter_mut().any(BatchMember::still_wanted)
    }
}
