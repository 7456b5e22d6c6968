//! A record: what one ledger line says, one JSON object.

use std::borrow::Cow;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::event_settings::EventSettings;
use super::limits::FORMAT;
use super::op::Op;
use super::sum::{MAX_LINE, SUM_PREFIX, Sum};

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
    /// Of an opening line: the format of the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<u64>,
    /// The sale's id.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Text<'a>>,
    /// Who bought.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) buyer: Option<Text<'a>>,
    /// The id of the sale or the hold that this line is about.
    #[serde(
        borrow,
        default,
        rename = "ref",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) reference: Option<Text<'a>>,
    /// How many: opened with, sold, held, given back, or (signed) adjusted by. A line that moves none has none.
    #[serde(default)]
    pub(crate) quantity: i64,
    /// Until when a hold is kept, RFC 3339 in UTC.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Text<'a>>,
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
    /// What the seller noted.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<Text<'a>>,
    /// Who did it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<Text<'a>>,
    /// Of an opening line: the ledger before a reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<Replaced>,
    /// Of a `set` line: what the event is sold by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<Box<EventSettings>>,
}

/// A line that moves no tickets.
#[derive(Serialize)]
struct QuietLine<'a> {
    seq: u64,
    at: &'a Text<'a>,
    op: Op,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'a Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer: Option<&'a Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a EventSettings>,
    left: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a Text<'a>>,
}

impl Record<'_> {
    /// A line, with no more than every line has, written now.
    pub(crate) fn new(op: Op, seq: u64, quantity: i64, left: u64) -> Self {
        Self {
            seq,
            at: Text(Cow::Owned(now())),
            op,
            format: None,
            id: None,
            buyer: None,
            reference: None,
            quantity,
            left,
            key: None,
            rush: None,
            reason: None,
            until: None,
            note: None,
            by: None,
            replaces: None,
            event: None,
        }
    }

    /// A line that opens an event.
    pub(crate) fn open(stock: u64, replaces: Option<Replaced>) -> Self {
        Self {
            replaces,
            ..Self::new(Op::Open, 1, stock.cast_signed(), stock)
        }
    }

    /// The line behind it of an event that is made for real.
    pub(crate) fn set(seq: u64, left: u64, settings: EventSettings) -> Self {
        Self {
            event: Some(Box::new(settings)),
            ..Self::new(Op::Set, seq, 0, left)
        }
    }

    /// The same opening line of a ledger that has lines of the newest format.
    pub(crate) fn of_newest_format(self) -> Self {
        Self {
            format: Some(FORMAT),
            ..self
        }
    }

    /// Whether it says all that a line of its kind says. The error says what is missing.
    pub(crate) fn complete(&self) -> Result<(), String> {
        let missing = |what: &str| Err(format!("its {what} is missing"));
        match self.op {
            Op::Sell | Op::Hold | Op::Rename if self.buyer.is_none() => missing("buyer"),
            Op::Hold if self.until.is_none() => missing("until"),
            Op::Sell | Op::Hold => match self.id.as_deref().and_then(|id| id.split_once('-')) {
                Some((seq, _)) if seq.parse() == Ok(self.seq) => Ok(()),
                Some(_) => Err("its id is that of another line".to_owned()),
                None => missing("id"),
            },
            op if op.refers() && self.reference.is_none() => missing("ref"),
            Op::Set if self.event.is_none() => missing("event"),
            _ => Ok(()),
        }
    }

    /// The line's bytes with its newline, and its sum. `None`: longer than [`MAX_LINE`].
    pub(crate) fn encode(&self, previous: Sum) -> Option<(Vec<u8>, Sum)> {
        known_bad!(KeyForgotten => if self.key.is_some() { return Record { key: None, ..self.clone() }.encode(previous) });
        let mut line = self.body()?;
        let sum = Sum::of(&line, previous);
        line.extend_from_slice(SUM_PREFIX);
        line.extend_from_slice(sum.to_string().as_bytes());
        line.extend_from_slice(b"\"}\n");
        (line.len() <= MAX_LINE).then_some((line, sum))
    }

    /// The line's bytes before its sum.
    fn body(&self) -> Option<Vec<u8>> {
        let line = if self.op.moves() {
            serde_json::to_vec(self)
        } else {
            serde_json::to_vec(&QuietLine {
                seq: self.seq,
                at: &self.at,
                op: self.op,
                reference: self.reference.as_ref(),
                buyer: self.buyer.as_ref(),
                event: self.event.as_deref(),
                left: self.left,
                key: self.key.as_ref(),
                reason: self.reason.as_ref(),
                by: self.by.as_ref(),
            })
        };
        let mut line = line.ok()?;
        line.pop();
        Some(line)
    }
}

/// The time now, as ledger lines carry it.
pub(crate) fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}
