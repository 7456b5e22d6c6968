//! The arithmetic of a ledger: what its lines add up to.

use super::count_members::Counted;
use super::index::Index;
use super::limits::{FORMAT, MAX_STOCK};
use super::line::Line;
use super::op::Op;
use super::record::Record;
#[cfg(feature = "known-bad")]
use super::record::now;
use super::sum::Sum;

/// What a ledger adds up to, up to the end of one of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// The number of the last line; 0 for an empty ledger.
    pub(crate) seq: u64,
    /// Where that line ends, in bytes.
    pub(crate) bytes: u64,
    /// How many are left.
    pub(crate) left: u64,
    /// How many are sold.
    pub(crate) sold: u64,
    /// How many are held.
    pub(crate) held: u64,
    /// What finds holds and rules without a look at the whole ledger.
    pub(crate) index: Index,
    /// The sum of that line.
    pub(crate) sum: Sum,
}

impl Tally {
    /// How many there are in all: left, sold and held.
    pub(crate) fn capacity(&self) -> u64 {
        self.left
            .saturating_add(self.sold)
            .saturating_add(self.held)
    }

    /// Whether a count says these numbers, whatever place it names.
    pub(crate) fn is_told_by(&self, counted: &Counted, left: u64) -> bool {
        (left, counted.sold, counted.held) == (self.left, self.sold, self.held)
    }

    /// The tally after one more line that ends at `bytes`. The error says what does not add up.
    pub(crate) fn after(&self, line: &Line<'_>, bytes: u64) -> Result<Self, String> {
        known_bad!(ClockTrusted => if *line.record.at > *now() { return Err("it is of the future".into()) });
        self.apply(&line.record, line.sum, bytes)
    }

    /// The same with a record and the sum of its line.
    pub(crate) fn apply(&self, record: &Record<'_>, sum: Sum, bytes: u64) -> Result<Self, String> {
        if Some(record.seq) != self.seq.checked_add(1) {
            let next = u128::from(self.seq) + 1;
            return Err(format!("its seq is {}, not {next}", record.seq));
        }
        let quantity = record.quantity.unsigned_abs();
        if quantity > MAX_STOCK {
            return Err(format!("its quantity is {}", record.quantity));
        }
        let opens = record.op == Op::Open;
        if opens != (record.seq == 1) {
            return Err("the first line, and no other, opens the event".into());
        }
        if let Some(format) = record.format.filter(|format| *format > FORMAT) {
            return Err(newer(format));
        }
        let (left, sold, held) = self.moved(record.op, record.quantity)?;
        if left != record.left {
            return Err(format!(
                "it says {} left where {left} should be",
                record.left
            ));
        }
        let in_all = left.saturating_add(sold).saturating_add(held);
        if in_all > MAX_STOCK {
            return Err(format!("with it there are more than {MAX_STOCK}"));
        }
        Ok(Self {
            seq: record.seq,
            bytes,
            left,
            sold,
            held,
            index: self.index.after(record, self.bytes, (held, in_all)),
            sum,
        })
    }

    /// How many are left, sold and held after a line that moves so many.
    fn moved(&self, op: Op, quantity: i64) -> Result<(u64, u64, u64), String> {
        let tickets = quantity.unsigned_abs();
        let takes = |from: u64| from.checked_sub(tickets);
        let gains = |from: u64| from.checked_add(tickets);
        let same = (Some(self.left), Some(self.sold), Some(self.held));
        let moved = match (op, quantity) {
            (Op::Open, 0..) => (Some(tickets), Some(0), Some(0)),
            (Op::Sell, 1..) => (takes(self.left), gains(self.sold), same.2),
            (Op::Cancel, 1..) => (gains(self.left), takes(self.sold), same.2),
            (Op::Adjust, 1..) => (gains(self.left), same.1, same.2),
            (Op::Adjust, ..=-1) => (takes(self.left), same.1, same.2),
            (Op::Hold, 1..) => (takes(self.left), same.1, gains(self.held)),
            (Op::Confirm, 1..) => (same.0, gains(self.sold), takes(self.held)),
            (Op::Release | Op::Expire, 1..) => (gains(self.left), same.1, takes(self.held)),
            (op, 0) if !op.moves() => same,
            (op, quantity) => return Err(format!("{} {quantity} cannot stand here", op.name())),
        };
        let (Some(left), Some(sold), Some(held)) = moved else {
            return Err(format!("it takes {tickets} where there are fewer"));
        };
        Ok((left, sold, held))
    }
}

/// Why a ledger of this format is not read.
pub(crate) fn newer(format: u64) -> String {
    format!(
        "it was made by a newer tickets: its format is {format}, and this program knows {FORMAT}"
    )
}
