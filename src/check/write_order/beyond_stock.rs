//! Which sales there was no ticket for, as far as the order of the writes tells.

use std::collections::HashSet;

use super::{COMPARED, WriteOrder};
use crate::check::evidence::{Operation, OperationOutcome, UNSAID, is_untold};

impl WriteOrder<'_> {
    /// The sales for which no ticket was left, in the order of [`Self::sort`].
    pub(crate) fn beyond_stock(&self) -> Vec<u32> {
        let mut sold: Vec<u32> = self.sold().map(|(at, _)| at).collect();
        self.sort(&mut sold);
        let mut rest = self.evidence.stock;
        sold.retain(|at| {
            let did = self.evidence.operation(*at);
            let fits = rest.checked_sub(did.map_or(0, |did| did.quantity.into()));
            rest = fits.unwrap_or(rest);
            fits.is_none()
        });
        sold
    }

    /// The sales for which, for all that is known, no ticket may have been left.
    pub(crate) fn perhaps_beyond_stock(&self) -> Vec<u32> {
        let sold: Vec<(u32, u64)> = self.sold().collect();
        let silent: Vec<(u32, u64)> = self.silent().take(COMPARED).collect();
        let is_beyond = |at: u32, own: u64| {
            let before = sold
                .iter()
                .filter(|(other, _)| *other != at && !self.is_before(at, *other));
            let silent = silent
                .iter()
                .filter(|(other, _)| !self.is_before(at, *other));
            let before = before.chain(silent);
            let before = before.fold(own, |sum, (_, quantity)| sum.saturating_add(*quantity));
            before > self.evidence.stock
        };
        let all = sold.iter();
        // Of many each is taken for one of them: they are not compared each with each.
        let beyond = all.filter(|(at, own)| sold.len() > COMPARED || is_beyond(*at, *own));
        beyond.map(|(at, _)| *at).collect()
    }

    /// How many of [`Self::perhaps_beyond_stock`], whichever they are, and all other sales are more than the stock.
    pub(crate) fn many_beyond(&self, perhaps: &[u32]) -> usize {
        let all: HashSet<u32> = perhaps.iter().copied().collect();
        let is_one = |at: u32| all.contains(&at);
        let sold: Vec<(u32, u64)> = self.sold().collect();
        let (some, others): (Vec<_>, Vec<_>) = sold.into_iter().partition(|(at, _)| is_one(*at));
        let mut some: Vec<u64> = some.into_iter().map(|(_, quantity)| quantity).collect();
        some.sort_unstable();
        let mut sum = others
            .iter()
            .fold(0_u64, |sum, one| sum.saturating_add(one.1));
        let fits = some.iter().take_while(|quantity| {
            sum = sum.saturating_add(**quantity);
            sum <= self.evidence.stock
        });
        fits.count() + 1
    }

    /// Whether a sale is known to be the first for which too few were left: who wrote before it, and who after, is
    /// known of all others. Who may have written and does not say so may have before it.
    pub(crate) fn is_first_beyond(&self, at: u32) -> bool {
        if self.silent().any(|(other, _)| !self.is_before(at, other)) {
            return false;
        }
        let mut before: u64 = 0;
        let mut own: u64 = 0;
        for (other, quantity) in self.sold() {
            if other == at {
                own = quantity;
            } else if self.is_before(other, at) {
                before = before.saturating_add(quantity);
            } else if !self.is_before(at, other) {
                return false;
            }
        }
        let stock = self.evidence.stock;
        before <= stock && before.saturating_add(own) > stock
    }

    /// Whether it is known of each of [`Self::beyond_stock`]: the first of them is, and behind it no ticket is left for
    /// which the order would matter, or the order is known.
    pub(crate) fn knows_beyond_stock(&self) -> bool {
        let Some(first) = self.beyond_stock().first().copied() else {
            return true;
        };
        let mut sold: Vec<u32> = self.sold().map(|(at, _)| at).collect();
        self.sort(&mut sold);
        let before = sold.iter().take_while(|at| **at != first);
        let before = before.filter_map(|at| self.evidence.operation(*at));
        let before = before.fold(0_u64, |sum, did| sum.saturating_add(did.quantity.into()));
        let behind = || {
            let settled = self.settled(&sold).into_iter().zip(&sold);
            let mut behind = settled.skip_while(|(_, at)| **at != first);
            behind.all(|(is_settled, _)| is_settled)
        };
        self.is_first_beyond(first) && (before >= self.evidence.stock || behind())
    }

    /// Those that sold, and how many: they were told so, or were told nothing and the ledger or they themselves say that they
    /// wrote. What others than the run's buyers
    /// bought is none of its sales.
    pub(crate) fn sold(&self) -> impl Iterator<Item = (u32, u64)> {
        let all = (0..).zip(&self.evidence.operations);
        let sold = all.filter(move |(at, did)| {
            let is_of_run = || !did.is_timeless(self.evidence.names.name(did.buyer));
            did.outcome == OperationOutcome::Sold
                || did.is_pending() && self.says_written(*at, did) && is_of_run()
        });
        sold.map(|(at, did)| (at, u64::from(did.quantity)))
    }

    /// Those who may have sold beside those, and how many: they got no answer, and neither the ledger nor they themselves say
    /// whether they wrote.
    pub(crate) fn silent(&self) -> impl Iterator<Item = (u32, u64)> {
        let all = (0..).zip(&self.evidence.operations);
        let cut_behind = self.evidence.cut_behind();
        let silent = all.filter(move |(_, did)| {
            let follows = did.read == UNSAID || did.read.wrapping_add(1) == did.write;
            let may = did.is_pending() && did.wrote == UNSAID && follows;
            let is_of_run = || !did.is_timeless(self.evidence.names.name(did.buyer));
            may && is_untold(did, cut_behind) && is_of_run()
        });
        silent.map(|(at, did)| (at, u64::from(did.quantity)))
    }

    /// Whether the ledger says that an operation wrote, or where there is none, the operation.
    fn says_written(&self, at: u32, did: &Operation) -> bool {
        let says = self.line(at).is_some() || did.wrote != UNSAID;
        says && self.has_written(at, did)
    }
}
