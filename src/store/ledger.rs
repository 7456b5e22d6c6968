//! The ledger: every sale, one JSON object a line, append-only.
//!
//! A line's `sum` is the XXH3-64 checksum of all that stands before it in the line, seeded with
//! the sum of the line before (0 for the first). So a flipped byte breaks its own line, and a
//! lost, swapped or foreign line breaks the line that follows it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::snapshot::MAX_STOCK;

/// The longest ledger line, with its newline, in bytes.
pub(crate) const MAX_LINE: usize = 16 * 1024;

/// `,"sum":"0123456789abcdef"}`, the end of every line.
const SUM_PREFIX: &[u8] = b",\"sum\":\"";
const SUM_TAIL: usize = SUM_PREFIX.len() + 16 + 2;

/// The checksum of a line, chained to the line before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Sum(u64);

impl Sum {
    /// The sum as a number.
    pub(crate) fn number(self) -> u64 {
        self.0
    }

    fn of(body: &[u8], previous: Sum) -> Self {
        Self(xxh3_64_with_seed(body, previous.0))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What a ledger line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Op {
    /// Opens the event with a stock.
    Open,
    /// Sells some of it.
    Sell,
    /// Gives a sale, or a part of it, back.
    Cancel,
    /// Adds stock or takes it away.
    Adjust,
}

/// The end of the ledger that this one took the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replaced {
    /// The last line that `tickets.json` counted.
    pub(crate) seq: u64,
    /// Where that line ended, in bytes.
    pub(crate) bytes: u64,
    /// The sum of its opening line: which ledger it was.
    pub(crate) opened: String,
    /// Up to where it was synced, in bytes.
    pub(crate) end: u64,
}

/// A text of a ledger line, borrowed from the line where that is possible. (`serde` borrows a bare
/// `Cow`, but not one inside an `Option`.)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

/// One ledger line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record<'a> {
    /// The line's number, from 1, without gaps. The order of the ledger; never the clock's.
    pub(crate) seq: u64,
    /// When it was written, RFC 3339 in UTC. For people only.
    #[serde(borrow)]
    pub(crate) at: Text<'a>,
    /// What it does.
    pub(crate) op: Op,
    /// The sale's id.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Text<'a>>,
    /// Who bought.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) buyer: Option<Text<'a>>,
    /// The id of the sale that is cancelled.
    #[serde(
        borrow,
        default,
        rename = "ref",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) reference: Option<Text<'a>>,
    /// How many: opened with, sold, given back, or (signed) adjusted by.
    pub(crate) quantity: i64,
    /// How many are left after this line.
    pub(crate) left: u64,
    /// The idempotency key.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<Text<'a>>,
    /// The rush that bought, for sales that are not real.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) rush: Option<Text<'a>>,
    /// Why.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Text<'a>>,
    /// Of an opening line: the ledger before a reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<Replaced>,
}

impl Record<'_> {
    /// A line, with no more than every line has, written now.
    pub(crate) fn new(op: Op, seq: u64, quantity: i64, left: u64) -> Self {
        Self {
            seq,
            at: Text(Cow::Owned(now())),
            op,
            id: None,
            buyer: None,
            reference: None,
            quantity,
            left,
            key: None,
            rush: None,
            reason: None,
            replaces: None,
        }
    }

    /// A line that opens an event.
    pub(crate) fn open(stock: u64, replaces: Option<Replaced>) -> Self {
        Self {
            replaces,
            ..Self::new(Op::Open, 1, stock.cast_signed(), stock)
        }
    }

    /// Whether it says all that a line of its kind says. The error says what is missing.
    pub(crate) fn complete(&self) -> Result<(), String> {
        let missing = |what: &str| Err(format!("its {what} is missing"));
        match self.op {
            Op::Sell if self.buyer.is_none() => missing("buyer"),
            Op::Sell => match self.id.as_deref().and_then(|id| id.split_once('-')) {
                Some((seq, _)) if seq.parse() == Ok(self.seq) => Ok(()),
                Some(_) => Err("its id is that of another line".to_owned()),
                None => missing("id"),
            },
            Op::Cancel if self.reference.is_none() => missing("ref"),
            Op::Open | Op::Cancel | Op::Adjust => Ok(()),
        }
    }

    /// The line's bytes with its newline, and its sum. `None`: longer than [`MAX_LINE`].
    pub(crate) fn encode(&self, previous: Sum) -> Option<(Vec<u8>, Sum)> {
        known_bad!(KeyForgotten => if self.key.is_some() { return Record { key: None, ..self.clone() }.encode(previous) });
        let mut line = serde_json::to_vec(self).ok()?;
        line.pop();
        let sum = Sum::of(&line, previous);
        line.extend_from_slice(SUM_PREFIX);
        line.extend_from_slice(sum.to_string().as_bytes());
        line.extend_from_slice(b"\"}\n");
        (line.len() <= MAX_LINE).then_some((line, sum))
    }
}

/// The time now, as ledger lines carry it.
pub(crate) fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

/// A line as it stands, its sum not yet compared with the line before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line<'a> {
    pub(crate) record: Record<'a>,
    pub(crate) sum: Sum,
}

impl<'a> Line<'a> {
    /// Parses a line without its newline. The error says what is wrong with it.
    ///
    /// `previous`: the sum of the line before; `None` leaves the sum unchecked.
    pub(crate) fn parse(bytes: &'a [u8], previous: Option<Sum>) -> Result<Self, String> {
        let sum = Self::check(bytes, previous)?;
        let record =
            serde_json::from_slice(bytes).map_err(|e| format!("it is not a ledger line: {e}"))?;
        Ok(Self { record, sum })
    }

    /// The sum of a line, compared with its bytes; the rest of it is not looked at.
    pub(crate) fn check(bytes: &[u8], previous: Option<Sum>) -> Result<Sum, String> {
        let body_length = bytes.len().checked_sub(SUM_TAIL).ok_or("it is cut short")?;
        let (body, tail) = bytes.split_at(body_length);
        let digits = tail
            .strip_prefix(SUM_PREFIX)
            .and_then(|rest| rest.strip_suffix(b"\"}"))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| {
                digits
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            })
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .ok_or("it does not end in a checksum")?;
        let sum = Sum(digits);
        known_bad!(SumUnchecked => return Ok(sum));
        if let Some(previous) = previous
            && Sum::of(body, previous) != sum
        {
            return Err("its checksum does not fit the line and the one before".into());
        }
        Ok(sum)
    }
}

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
    /// The sum of that line.
    pub(crate) sum: Sum,
}

impl Tally {
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
        let takes = |from: u64| from.checked_sub(quantity);
        let gains = |from: u64| from.checked_add(quantity);
        let opens = record.op == Op::Open;
        if opens != (record.seq == 1) {
            return Err("the first line, and no other, opens the event".into());
        }
        let (left, sold) = match (record.op, record.quantity) {
            (Op::Open, 0..) => (Some(quantity), Some(0)),
            (Op::Sell, 1..) => (takes(self.left), gains(self.sold)),
            (Op::Cancel, 1..) => (gains(self.left), takes(self.sold)),
            (Op::Adjust, 1..) => (gains(self.left), Some(self.sold)),
            (Op::Adjust, ..=-1) => (takes(self.left), Some(self.sold)),
            (op, quantity) => return Err(format!("{op:?} of {quantity} cannot stand here")),
        };
        match (left, sold) {
            (Some(left), Some(sold))
                if left == record.left && left.saturating_add(sold) <= MAX_STOCK =>
            {
                Ok(Self {
                    seq: record.seq,
                    bytes,
                    left,
                    sold,
                    sum,
                })
            }
            (Some(left), Some(_)) if left != record.left => {
                Err(format!("it says {} left where {left} are", record.left))
            }
            (Some(_), Some(_)) => Err(format!("with it there are more than {MAX_STOCK}")),
            _ => Err(format!("it takes {quantity} where there are fewer")),
        }
    }
}
