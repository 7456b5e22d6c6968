//! What was sold, by plain sums over all operations; and who wrote without saying so.

use std::collections::BTreeSet;

use super::case::Case;
use crate::check::evidence::{Operation, OperationOutcome, UNSAID, WriteNonce};

/// Of so many it is tried whether they sold or not, each beside all others.
const SUPPOSED: usize = 5;

impl Case<'_> {
    /// Whether there is a ledger, and no line of it can be what a sale wrote that does not say which version.
    pub(super) fn is_nowhere(&self, did: &Operation) -> bool {
        let from = match did.read {
            UNSAID => self.evidence.first.saturating_add(1),
            read => read.saturating_add(1),
        };
        let whole = self.evidence.ledger.as_ref();
        let whole = whole.filter(|_| self.evidence.last.is_some());
        whole.is_some_and(|lines| {
            let mut own = lines.iter().filter(|line| {
                let is_named = did.nonce != WriteNonce::UNSAID && line.nonce == did.nonce;
                line.buyer == did.buyer || is_named
            });
            own.all(|line| line.seq < from)
        })
    }

    /// Whether it alone can have written a version that there was, though neither it nor a ledger says so.
    pub(super) fn must_have_written(&self, did: &Operation) -> bool {
        let all = || self.evidence.operations.iter();
        let any = all().any(|one| has_sold(one) && one.write == UNSAID);
        let silent = did.is_pending() && self.is_untold(did.write) && !any;
        let follows = did.read == UNSAID || did.read.wrapping_add(1) == did.write;
        if !silent || !follows || did.wrote != UNSAID || did.write <= self.evidence.first {
            return false;
        }
        let alike = || all().filter(|one| one.write == did.write && self.may_have_written(one));
        let there = self.was_there(did.write);
        let mut all = all();
        alike().count() == 1 && there
            || all.any(|reader| self.alone_in_time(did, reader))
            || self
                .seen_at(did.write)
                .any(|left| self.alone_left(did, left))
    }

    /// Whether a version was read, gone on from, or found in the end, or a later one was.
    pub(super) fn was_there(&self, version: u64) -> bool {
        let mut all = self.evidence.operations.iter();
        let was_there = |one: &Operation| {
            let wrote = has_sold(one) || self.has_written(one);
            let read = one.read != UNSAID && one.read >= version;
            read || one.write != UNSAID && one.write > version && wrote
        };
        let last = self.evidence.last.map(|last| last.seq);
        version > self.evidence.first && (last >= Some(version) || all.any(was_there))
    }

    /// Whether of all that may have written what another read an operation alone began to before that was read.
    fn alone_in_time(&self, did: &Operation, reader: &Operation) -> bool {
        if reader.read != did.write || std::ptr::eq(reader, did) {
            return false;
        }
        let saw = reader.left_at_read();
        let may = |one: &Operation| {
            let known = has_sold(one) || self.has_written(one);
            let left = self.left_by(one);
            let fits = known || saw == UNSAID || left.is_none_or(|left| left == saw);
            fits && one.writes_from() <= reader.read_by()
        };
        let all = self.evidence.operations.iter();
        let mut others = all.filter(|one| one.write == did.write && !std::ptr::eq(*one, did));
        let is_other =
            |one: &Operation| self.may_have_written(one) && !std::ptr::eq(one, reader) && may(one);
        may(did) && !others.any(is_other)
    }

    fn may_have_written(&self, did: &Operation) -> bool {
        has_sold(did) || did.is_pending() || self.has_written(did)
    }

    /// How many were left at a version, by what somebody saw of it, or of a later one up to which one alone wrote each.
    fn seen_at(&self, version: u64) -> impl Iterator<Item = u64> {
        let reads = self.evidence.operations.iter();
        let reads = reads.map(|did| (did.read, did.left_at_read()));
        let last = self.evidence.last.iter().map(|last| (last.seq, last.left));
        let seen = reads.chain(last).filter(|(_, left)| *left != UNSAID);
        seen.filter_map(move |(seq, left)| left.checked_add(self.sold_between(version, seq)?))
    }

    /// How many were sold from behind one version up to another, where one alone is known to have written each.
    fn sold_between(&self, from: u64, to: u64) -> Option<u64> {
        if to < from || to - from > self.evidence.operations.len() as u64 {
            return None;
        }
        let mut sold: u64 = 0;
        for version in from + 1..=to {
            let all = self.evidence.operations.iter();
            let mut wrote =
                all.filter(|did| did.write == version && (has_sold(did) || self.has_written(did)));
            let one = wrote.next()?;
            if wrote.next().is_some() {
                return None;
            }
            sold = sold.saturating_add(one.quantity.into());
        }
        Some(sold)
    }

    /// How many it left behind: as it tells, or by the stock.
    pub(super) fn left_by(&self, did: &Operation) -> Option<u64> {
        did.left_behind().or_else(|| {
            let sold = self.sold_between(self.evidence.first, did.write.checked_sub(1)?)?;
            let sold = sold.saturating_add(did.quantity.into());
            self.evidence.stock.checked_sub(sold)
        })
    }

    /// Whether of all that may have written its version an operation alone left so many.
    fn alone_left(&self, did: &Operation, left: u64) -> bool {
        let all = self.evidence.operations.iter();
        let mut others = all.filter(|one| one.write == did.write && !std::ptr::eq(*one, did));
        let explains = |one: &Operation| self.left_by(one).is_none_or(|behind| behind == left);
        self.left_by(did) == Some(left)
            && !others.any(|one| self.may_have_written(one) && explains(one))
    }

    /// The sales that were written, each with its version; those that say no version last.
    pub(super) fn written(&self) -> (Vec<(u64, u32)>, u128) {
        if let Some(lines) = &self.evidence.ledger {
            let lines = lines.iter().map(|line| (line.seq, line.quantity));
            return (lines.collect(), 0);
        }
        let all = || self.evidence.operations.iter();
        let wrote = |did: &&Operation| {
            let is_known = has_sold(did) || self.has_written(did) || self.must_have_written(did);
            is_known || self.is_shown(did)
        };
        let said = all().filter(|did| did.write != UNSAID).filter(wrote);
        let silent = all().filter(|did| has_sold(did) && did.write == UNSAID);
        let said = said.map(|did| (did.write, did.quantity));
        (
            said.chain(self.unsigned()).collect(),
            silent.map(|did| u128::from(did.quantity)).sum(),
        )
    }

    /// What versions took at least that there were, and that only several can have written who do not say so: with the one that
    /// wants the least, of those the first.
    fn unsigned(&self) -> impl Iterator<Item = (u64, u32)> {
        let all = || self.evidence.operations.iter();
        let silent = all().filter(|did| did.is_pending() && did.wrote == UNSAID);
        let follows = |did: &Operation| did.read == UNSAID || did.read.wrapping_add(1) == did.write;
        let silent = silent.filter(move |did| {
            let alike = || all().filter(|one| one.write == did.write);
            let before = |one: &Operation| {
                let place = |of: &Operation| all().position(|one| std::ptr::eq(one, of));
                (one.quantity, place(one)) < (did.quantity, place(did))
            };
            let known = |one: &Operation| {
                has_sold(one) || self.has_written(one) || self.must_have_written(one)
            };
            let mut others = alike().filter(|one| one.is_pending() && follows(one));
            let is_first = !others.any(before);
            let any = all().any(|one| has_sold(one) && one.write == UNSAID);
            let is_open = self.evidence.ledger.is_none() && !any && !alike().any(known);
            follows(did) && is_open && is_first && self.was_there(did.write)
        });
        silent.map(|did| (did.write, did.quantity))
    }

    /// Whether all sales together leave what is left; where more may have been sold, whether they may.
    pub(super) fn adds_up(&self, left: u64) -> bool {
        let (written, silent) = self.written();
        let sold = written.iter().map(|sale| u128::from(sale.1)).sum::<u128>() + silent;
        let more = self.evidence.operations.iter().filter(|did| {
            let follows = did.read == UNSAID || did.read.wrapping_add(1) == did.write;
            let silent = did.is_pending() && did.wrote == UNSAID && follows;
            let is_shown = || self.must_have_written(did) || self.is_shown(did);
            silent && self.is_untold(did.write) && !is_shown()
        });
        let more: Vec<u128> = more.map(|did| did.quantity.into()).collect();
        let Some(rest) = u128::from(self.evidence.stock).checked_sub(sold + u128::from(left))
        else {
            return false;
        };
        // Of many any of them may have sold what is missing.
        let is_any = more.len() > SUPPOSED && rest > 0;
        let of = |chosen: u32| {
            let all = more.iter().enumerate();
            let chosen = all.filter(|(bit, _)| chosen >> bit & 1 == 1);
            chosen.map(|(_, many)| many).sum::<u128>()
        };
        let bits = more.len().min(SUPPOSED);
        is_any || (0..1_u32 << bits).any(|chosen| of(chosen) == rest)
    }

    /// Whether more is left than those leave who were told that they bought, where some do not say what they wrote.
    pub(super) fn misses_sales(&self, left: u64) -> bool {
        let mut told = 0;
        let mut is_silent = false;
        for did in self.evidence.operations.iter().filter(|did| has_sold(did)) {
            told += u128::from(did.quantity);
            is_silent |= did.write == UNSAID;
        }
        is_silent && told + u128::from(left) > u128::from(self.evidence.stock)
    }

    /// Whether two sales wrote one version, and all sales together do not leave what is left.
    pub(super) fn is_short_of_sales(&self, left: u64) -> bool {
        let (written, _) = self.written();
        let versions: BTreeSet<u64> = written.iter().map(|sale| sale.0).collect();
        versions.len() < written.len() && !self.adds_up(left)
    }
}

fn has_sold(did: &Operation) -> bool {
    did.outcome == OperationOutcome::Sold
}
