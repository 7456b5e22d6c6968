//! Findings about sales in words: too many, lost, or not as they were answered.

use super::phrases::Phrases;
use super::sold::{SaleSums, more_than_left, too_many};
use crate::check::evidence::{OperationOutcome, UNSAID};
use crate::check::write_order::WriteOrder;
use crate::plural::are;

impl Phrases<'_> {
    pub(super) fn oversold(&self, version: u64) -> String {
        let (who, did, stock) = (self.who(0), self.operation(0), self.evidence.stock);
        let quantity = did.quantity;
        if self.finding.version.is_some() {
            let were = match quantity {
                1 => "none".to_owned(),
                many => format!("fewer than {many}"),
            };
            return format!(
                "{who} bought {quantity} with version {version}, when {were} of the {stock} were left"
            );
        }
        let first = self.finding.operations.first();
        let order = WriteOrder::of(self.evidence);
        let first = first.filter(|at| order.is_first_beyond(**at));
        let first = first.map(|_| format!("; the first too many is {who}, who bought {quantity}"));
        too_many(self.evidence) + &first.unwrap_or_default()
    }

    pub(super) fn lost_sale(&self) -> String {
        let (who, did) = (self.who(0), self.operation(0));
        let told = format!(
            "{who} was told at {} that it bought",
            self.time(did.returned)
        );
        if did.write == UNSAID {
            return format!("{told}, but the ledger has no such sale");
        }
        let told = format!("{told} with version {}", did.write);
        match (self.finding.version, self.evidence.last) {
            (None, Some(last)) => {
                format!("{told}, but the final count ends with version {}", last.seq)
            }
            _ => format!("{told}, but the ledger has no such sale"),
        }
    }

    pub(super) fn conservation(&self, version: u64) -> String {
        let (who, did) = (self.who(0), self.operation(0));
        if self.finding.version.is_none() {
            return self.final_count();
        }
        if self.finding.operations.is_empty() {
            let stock = self.evidence.stock;
            return format!(
                "the ledger's version {version} does not leave what {stock} in stock less the sales up to it are"
            );
        }
        let bought = match did.outcome {
            OperationOutcome::Sold => format!("bought {}", did.quantity),
            _ => format!("wanted {}", did.quantity),
        };
        match did.left {
            left if did.read == version && left != UNSAID => format!(
                "it does not add up: {who} read version {version}, {bought}, and was told that {left} {} left",
                are(left)
            ),
            _ => format!(
                "it does not add up: {who} {bought} with version {version}, which does not leave what the ledger says of it"
            ),
        }
    }

    /// What does not add up at the final count.
    fn final_count(&self) -> String {
        let (stock, first) = (self.evidence.stock, self.evidence.first);
        let Some(last) = self.evidence.last else {
            return String::new();
        };
        let less = |sold: &str| {
            format!(
                "it does not add up: {stock} in stock less {sold} is not the {} left that the final count says",
                last.left
            )
        };
        if last.seq < first {
            return format!(
                "the final count says version {}, which is older than the first of the run, {first}",
                last.seq
            );
        }
        if let Some(sold) = more_than_left(self.evidence) {
            return less(&format!("{sold} sold"));
        }
        let sold = SaleSums::of(self.evidence);
        let up_to = sold.up_to(first, last.seq);
        let up_to = up_to.filter(|up_to| up_to.checked_add(last.left) != Some(stock));
        let is_of_all = sold.is_forked() || !sold.has(last.seq);
        match up_to {
            _ if is_of_all && !sold.adds_up(last.left) => less(&sold.told()),
            Some(up_to) if up_to < sold.all => less(&format!(
                "{} up to version {}",
                sold.so_many(up_to),
                last.seq
            )),
            Some(up_to) => less(&sold.so_many(up_to)),
            None => format!(
                "it does not add up: the final count says version {} with {} left, and the sales of the run that are known to lead to it do not leave that of {stock} in stock",
                last.seq, last.left
            ),
        }
    }

    pub(super) fn false_sold_out(&self, version: u64) -> String {
        let (who, did) = (self.who(0), self.operation(0));
        format!(
            "{who} wanted {} and was told at {} that too few are left, but version {version}, which it read, had enough",
            did.quantity,
            self.time(did.returned)
        )
    }
}
