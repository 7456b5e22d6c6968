//! The ledger: every sale, one JSON object a line, append-only.
//!
//! A line's `sum` is the XXH3-64 checksum of all that stands before it in the line, seeded with
//! the sum of the line before (0 for the first). So a flipped byte breaks its own line, and a
//! lost, swapped or foreign line breaks the line that follows it.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::snapshot::MAX_STOCK;

/// The longest ledger line, with its newline, in bytes.
pub(crate) const MAX_LINE: usize = 16 * 1024;

/// `,"sum":"0123456789abcdef"}`, the end of every line.
const SUM_PREFIX: &[u8] = b",\"sum\":\"";
const SUM_TAIL: usize = SUM_PREFIX.len() + 16 + 2;

/// The checksum of a line, chained to the line before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sum(u64);

impl Sum {
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

/// One ledger line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The line's number, from 1, without gaps. The order of the ledger; never the clock's.
    pub(crate) seq: u64,
    /// When it was written, RFC 3339 in UTC. For people only.
    pub(crate) at: String,
    /// What it does.
    pub(crate) op: Op,
    /// The sale's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// Who bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) buyer: Option<String>,
    /// The id of the sale that is cancelled.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// How many: opened with, sold, given back, or (signed) adjusted by.
    pub(crate) quantity: i64,
    /// How many are left after this line.
    pub(crate) left: u64,
    /// The idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// The rush that bought, for sales that are not real.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rush: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Of an opening line: the ledger before a reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<Replaced>,
}

impl Record {
    /// A line that opens an event.
    pub(crate) fn open(stock: u64, replaces: Option<Replaced>) -> Self {
        Self {
            seq: 1,
            at: now(),
            op: Op::Open,
            id: None,
            buyer: None,
            reference: None,
            quantity: stock.cast_signed(),
            left: stock,
            key: None,
            rush: None,
            reason: None,
            replaces,
        }
    }

    /// The line's bytes with its newline, and its sum. `None`: longer than [`MAX_LINE`].
    pub(crate) fn encode(&self, previous: Sum) -> Option<(Vec<u8>, Sum)> {
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
pub(crate) struct Line {
    pub(crate) record: Record,
    pub(crate) sum: Sum,
}

impl Line {
    /// Parses a line without its newline. The error says what is wrong with it.
    ///
    /// `previous`: the sum of the line before; `None` leaves the sum unchecked.
    pub(crate) fn parse(bytes: &[u8], previous: Option<Sum>) -> Result<Self, String> {
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
        if let Some(previous) = previous
            && Sum::of(body, previous) != sum
        {
            return Err("its checksum does not fit the line and the one before".into());
        }
        let record: Record =
            serde_json::from_slice(bytes).map_err(|e| format!("it is not a ledger line: {e}"))?;
        Ok(Self { record, sum })
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
    pub(crate) fn after(&self, line: &Line, bytes: u64) -> Result<Self, String> {
        let record = &line.record;
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
                    sum: line.sum,
                })
            }
            (Some(left), Some(_)) => Err(format!("it says {} left where {left} are", record.left)),
            _ => Err(format!("it takes {quantity} where there are fewer")),
        }
    }
}

/// A stretch of the ledger between two newlines.
pub(crate) struct Stretch {
    /// Where it begins, in bytes.
    pub(crate) start: u64,
    /// Where it ends, its newline included if there is one.
    pub(crate) end: u64,
    /// Its bytes without the newline, at most [`MAX_LINE`] of them.
    pub(crate) bytes: Vec<u8>,
    /// Whether a newline ends it.
    pub(crate) terminated: bool,
}

/// Reads a ledger line by line, from an offset, in constant memory.
pub(crate) struct Stretches<'a> {
    file: &'a File,
    buffer: Vec<u8>,
    /// The part of `buffer` not yet handed out.
    from: usize,
    at: u64,
    chunk: usize,
    /// In the middle of a line that is too long.
    passing_over: bool,
}

/// How much is read at first: the tail of a ledger is mostly a few lines, and memory that a short
/// process touches costs it more than a second read. It doubles up to [`LARGE_CHUNK`].
const CHUNK: usize = 2 * 1024;
const LARGE_CHUNK: usize = 64 * 1024;

impl<'a> Stretches<'a> {
    pub(crate) fn new(file: &'a File, at: u64) -> Self {
        Self {
            file,
            buffer: Vec::new(),
            from: 0,
            at,
            chunk: CHUNK,
            passing_over: false,
        }
    }

    /// The next stretch; `None` at the end of the file. Of a line longer than [`MAX_LINE`] the
    /// beginning is handed out, as not terminated; the rest of it is passed over.
    pub(crate) fn next(&mut self) -> io::Result<Option<Stretch>> {
        loop {
            let pending = self.buffer.get(self.from..).unwrap_or_default();
            let newline = pending
                .iter()
                .take(MAX_LINE)
                .position(|&byte| byte == b'\n');
            let length = newline.unwrap_or(pending.len());
            if newline.is_none() && length < MAX_LINE && self.fill()? {
                continue;
            }
            if length == 0 && newline.is_none() {
                return Ok(None);
            }
            let passed_over = self.passing_over;
            self.passing_over = newline.is_none();
            let stretch = self.take(length.min(MAX_LINE), newline.is_some());
            if !passed_over {
                return Ok(Some(stretch));
            }
        }
    }

    fn take(&mut self, length: usize, terminated: bool) -> Stretch {
        let pending = self.buffer.get(self.from..).unwrap_or_default();
        let bytes = pending.get(..length).unwrap_or_default().to_vec();
        let start = self.at;
        let used = length + usize::from(terminated);
        self.from += used;
        self.at += used as u64;
        Stretch {
            start,
            end: self.at,
            bytes,
            terminated,
        }
    }

    /// Reads on; `false` at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.from);
        self.from = 0;
        let old = self.buffer.len();
        self.buffer.resize(old + self.chunk, 0);
        self.chunk = (2 * self.chunk).min(LARGE_CHUNK);
        let offset = self.at + old as u64;
        let read = loop {
            let free = self.buffer.get_mut(old..).unwrap_or_default();
            match self.file.read_at(free, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.buffer.truncate(old + read);
        Ok(read > 0)
    }
}

/// The line that ends just before `end`: its bytes without the newline. `None`: no line ends there.
pub(crate) fn line_before(file: &File, end: u64) -> io::Result<Option<Vec<u8>>> {
    // Most lines are short; one that is not is read again.
    for longest in [512, MAX_LINE as u64 + 1] {
        let length = end.min(longest);
        let mut window = vec![0; length as usize];
        file.read_exact_at(&mut window, end - length)?;
        if window.pop() != Some(b'\n') {
            return Ok(None);
        }
        if let Some(newline) = window.iter().rposition(|&byte| byte == b'\n') {
            return Ok(Some(window.split_off(newline + 1)));
        }
        if length == end {
            return Ok(Some(window));
        }
    }
    Ok(None)
}
