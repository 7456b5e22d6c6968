//! Findings about sales in words: too many, lost, or not as they were answered.

use super::phrases::Phrases;
use super::sold::{sold_beside_count, too_many};
use crate::check::evidence::UNSAID;
use crate::check::write_order::WriteOrder;
use crate::plural::are;

impl Phrases<'_> {
    pub(super) fn oversold(&self, version: u64) -> String {
        let (who, did, stock) = (self.who(0), self.operation(0), self.evidence.stock);
        let quantity = did.quantity;
        if self.finding.version.is_some() {
            return format!(
                "{who} bought {quantity} with version {version}, when fewer than {quantity} of the {stock} were left"
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
            "{who} was told at {} that it bought with version {}",
            self.time(did.returned),
            did.write
        );
        match (self.finding.version, self.evidence.last) {
            (None, Some(last)) => {
                format!("{told}, but the final count ends with version {}", last.seq)
            }
            _ => format!("{told}, but the ledger has no such sale"),
        }
    }

    pub(super) fn conservation(&self, version: u64) -> String {
        let stock = self.evidence.stock;
        let last = self
            .evidence
            .last
            .filter(|_| self.finding.version.is_none());
        if let (Some(last), Some(sold)) = (last, sold_beside_count(self.evidence)) {
            return format!(
                "it does not add up: {stock} in stock less {sold} sold is not the {} left that the final count says",
                last.left
            );
        }
        match (self.finding.version, last) {
            (None, Some(last)) => format!(
                "it does not add up: the final count says version {} with {} left, and the sales of the run that are known to lead to it do not leave that of {stock} in stock",
                last.seq, last.left
            ),
            _ if self.finding.operations.is_empty() => {
                format!(
                    "the ledger's version {version} does not leave what {stock} in stock less the sales up to it are"
                )
            }
            _ => {
                let (who, did) = (self.who(0), self.operation(0));
                let told = match did.left {
                    UNSAID => String::new(),
                    left => format!(", and was told that {left} {} left", are(left)),
                };
                format!(
                    "it does not add up at version {version}: {who} wanted {}{told}",
                    did.quantity
                )
            }
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
