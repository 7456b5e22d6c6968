//! How many were sold in all, beside the stock and beside what is left.

use crate::check::evidence::{Evidence, OperationOutcome, UNSAID};
use crate::check::write_order::WriteOrder;

/// Of so many it is tried whether they sold or not, each beside all others.
const SUPPOSED: usize = 5;

/// How many were sold, of how many, and how many of them do not exist: at least, where some may have sold who do not say so.
pub(crate) fn too_many(evidence: &Evidence) -> String {
    let order = WriteOrder::of(evidence);
    let least = if order.silent().next().is_some() {
        "at least "
    } else {
        ""
    };
    let sold = order.sold();
    let sold = sold.fold(0_u64, |sum, (_, many)| sum.saturating_add(many));
    let tickets = |many: u64, one: &str, more: &str| match many {
        1 => format!("1 ticket {one}"),
        many => format!("{many} tickets {more}"),
    };
    format!(
        "{least}{} sold, but there {} only {}: {least}{}",
        tickets(sold, "was", "were"),
        if evidence.stock == 1 { "was" } else { "were" },
        evidence.stock,
        tickets(
            sold.saturating_sub(evidence.stock),
            "that was sold does not exist",
            "that were sold do not exist"
        )
    )
}

/// How many were sold by what buyers were told, where some do not say what they wrote, and the final count has more left than that
/// leaves: it misses a sale, whichever that is.
pub(super) fn more_than_left(evidence: &Evidence) -> Option<u64> {
    let last = evidence.last?;
    evidence.silent_sales().next()?;
    let all = evidence.operations.iter();
    let sold = all.filter(|did| did.outcome == OperationOutcome::Sold);
    let sold = sold.fold(0_u64, |sum, did| sum.saturating_add(did.quantity.into()));
    (sold.saturating_add(last.left) > evidence.stock).then_some(sold)
}

/// What was sold, as far as it was written: by the ledger, where there is one.
pub(super) struct SaleSums {
    stock: u64,
    /// The versions that were written and how many each took, by version.
    sales: Vec<(u64, u32)>,
    pub(super) all: u64,
    /// Whether more may have been sold.
    is_least: bool,
    /// What is known to be sold, and how many each wanted of those who may have sold beside that.
    known: u64,
    perhaps: Vec<u64>,
    /// Whether it is not said of each sale which version it wrote.
    is_silent: bool,
}

impl SaleSums {
    /// Where those may have written who do not say so, in the possibility in which the least was sold.
    pub(super) fn of(evidence: &Evidence) -> Self {
        let possible = evidence.possible();
        let sums = possible.iter().map(Self::of_one);
        let known = Self::of_one(evidence);
        let Some(least) = sums.min_by_key(|sums| sums.all) else {
            return known;
        };
        Self {
            is_least: known.is_least,
            known: known.known,
            perhaps: known.perhaps,
            ..least
        }
    }

    fn of_one(evidence: &Evidence) -> Self {
        let presumed = evidence.presumed_writers();
        let mut sales: Vec<(u64, u32)> = if let Some(lines) = &evidence.ledger {
            lines.iter().map(|line| (line.seq, line.quantity)).collect()
        } else {
            let all = (0..).zip(&evidence.operations);
            let wrote = all.filter(|(at, did)| did.has_written() || presumed.contains(at));
            let wrote = wrote.filter(|(_, did)| did.write != UNSAID);
            let wrote = wrote.map(|(_, did)| (did.write, did.quantity));
            let unsigned = evidence.unsigned_versions(&presumed).into_iter();
            let unsigned = unsigned.map(|version| (version.seq, version.quantity));
            wrote.chain(unsigned).collect()
        };
        sales.sort_unstable();
        let silent = || {
            let silent = evidence.silent_sales();
            silent.filter(|_| evidence.ledger.is_none())
        };
        let quantities = sales.iter().map(|sale| sale.1);
        let quantities = quantities.chain(silent().map(|did| did.quantity));
        let all = quantities.fold(0_u64, |sum, many| sum.saturating_add(many.into()));
        let perhaps = evidence.perhaps_writers(&presumed);
        let perhaps = perhaps.iter().filter_map(|at| evidence.operation(*at));
        let perhaps: Vec<u64> = perhaps.map(|did| did.quantity.into()).collect();
        Self {
            stock: evidence.stock,
            all,
            is_least: !perhaps.is_empty(),
            known: all,
            perhaps,
            is_silent: silent().next().is_some(),
            sales,
        }
    }

    /// Whether that and what is left are the stock, for all that is known: with what any of those sold who may have.
    pub(super) fn adds_up(&self, left: u64) -> bool {
        match self.all.checked_add(left) {
            Some(all) if self.is_least => all <= self.stock && self.may_add_up(left),
            all => all == Some(self.stock),
        }
    }

    fn may_add_up(&self, left: u64) -> bool {
        let rest = self.stock.checked_sub(left);
        let rest = rest.and_then(|rest| rest.checked_sub(self.known));
        let Some(rest) = rest else { return false };
        // Of many any of them may have sold what is missing.
        self.perhaps.len() > SUPPOSED
            || (0..1_u32 << self.perhaps.len()).any(|chosen| {
                let all = self.perhaps.iter().enumerate();
                let sold = all.filter(|(bit, _)| chosen >> bit & 1 == 1);
                sold.fold(0_u64, |sum, (_, many)| sum.saturating_add(*many)) == rest
            })
    }

    /// Whether several sales wrote one version.
    pub(super) fn is_forked(&self) -> bool {
        let mut pairs = self.sales.windows(2);
        pairs.any(|two| matches!(two, [one, other] if one.0 == other.0))
    }

    /// Whether somebody wrote this version.
    pub(super) fn has(&self, version: u64) -> bool {
        let at = self.sales.partition_point(|sale| sale.0 < version);
        self.sales.get(at).is_some_and(|sale| sale.0 == version)
    }

    /// How many were sold from the first version up to another, where each of them was written once.
    pub(super) fn up_to(&self, first: u64, version: u64) -> Option<u64> {
        let of = self.sales.iter().take_while(|sale| sale.0 <= version);
        let mut next = first;
        let mut sold: u64 = 0;
        for (seq, many) in of {
            next = next.checked_add(1).filter(|next| next == seq)?;
            sold = sold.saturating_add(u64::from(*many));
        }
        (next == version && !self.is_silent).then_some(sold)
    }

    /// How many were sold in all, in words.
    pub(super) fn told(&self) -> String {
        self.so_many(self.all)
    }

    /// So many of them in words: at least, where more may have been sold.
    pub(super) fn so_many(&self, many: u64) -> String {
        let least = if self.is_least { "at least " } else { "" };
        format!("{least}{many} sold")
    }
}
