//! A ledger line as it stands: a record and its checksum.

use serde_json::value::RawValue;

use super::op::Op;
use super::record::Record;
use super::sum::{SUM_PREFIX, SUM_TAIL, Sum};
use crate::json_words;

/// The byte order mark, which some editors put before the first line.
pub(crate) const MARK: &[u8] = b"\xef\xbb\xbf";

const NO_BREAK_SPACE: &[u8] = "\u{a0}".as_bytes();

/// A line as it stands, its sum not yet compared with the line before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line<'a> {
    pub(crate) record: Record<'a>,
    pub(crate) sum: Sum,
    /// All of it, without its newline.
    bytes: &'a [u8],
}

/// What is wrong with a line whose checksum is that of other bytes, or of another place.
pub(crate) const UNFIT: &str = "its checksum does not fit the line and the one before";

impl<'a> Line<'a> {
    /// Parses a line without its newline. The error says what is wrong with it.
    ///
    /// `previous`: the sum of the line before; `None` leaves the sum unchecked.
    pub(crate) fn parse(bytes: &'a [u8], previous: Option<Sum>) -> Result<Self, String> {
        let sum = Self::check(bytes, previous)?;
        let record = serde_json::from_slice(bytes).map_err(|e| {
            format!(
                "it is not a ledger line: {} (column {})",
                json_words::in_words(&e),
                e.column()
            )
        })?;
        Ok(Self { record, sum, bytes })
    }

    /// The bytes of a line as this program wrote them, where an editor has put a byte order mark or blanks before them, or
    /// a carriage return or blanks behind them: no line has any of these. A no-break space is a blank, too.
    pub(crate) fn as_written(bytes: &[u8]) -> &[u8] {
        let mut bytes = bytes.strip_prefix(MARK).unwrap_or(bytes).trim_ascii();
        while let Some(rest) = bytes.strip_prefix(NO_BREAK_SPACE) {
            bytes = rest.trim_ascii_start();
        }
        while let Some(rest) = bytes.strip_suffix(NO_BREAK_SPACE) {
            bytes = rest.trim_ascii_end();
        }
        bytes
    }

    /// Whether it was written upon the line with this sum.
    pub(crate) fn follows(&self, previous: Sum) -> bool {
        Self::check(self.bytes, Some(previous)).is_ok()
    }

    /// The line as it stands, its checksum included.
    pub(crate) fn text(&self) -> Option<Box<RawValue>> {
        let text = std::str::from_utf8(self.bytes).ok()?;
        RawValue::from_string(text.to_owned()).ok()
    }

    /// What a line does, as far as its beginning tells, which is always written in the same way:
    /// `{"seq":2,"at":"2026-05-01T18:00:00.000Z","op":"sell",…`. `None`: it is to be parsed.
    pub(crate) fn op(bytes: &[u8]) -> Option<Op> {
        const TIME: usize = "2026-05-01T18:00:00.000Z".len();
        let rest = bytes.strip_prefix(b"{\"seq\":")?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let rest = rest.get(digits..)?.strip_prefix(b",\"at\":\"")?;
        let rest = rest.get(TIME..)?.strip_prefix(b"\",\"op\":\"")?;
        let end = rest.iter().take(16).position(|&byte| byte == b'"')?;
        Op::named(rest.get(..end)?)
    }

    /// The sum of a line, compared with its bytes; the rest of it is not looked at.
    pub(crate) fn check(bytes: &[u8], previous: Option<Sum>) -> Result<Sum, String> {
        if bytes.starts_with(MARK) {
            return Err("it begins with a byte order mark, as some editors save a text".into());
        }
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
            .ok_or(if bytes.ends_with(b"\r") {
                "it ends in CR LF, as some editors save lines, and not in a checksum"
            } else {
                "it does not end in a checksum"
            })?;
        let sum = Sum(digits);
        known_bad!(SumUnchecked => return Ok(sum));
        if let Some(previous) = previous
            && Sum::of(body, previous) != sum
        {
            return Err(UNFIT.into());
        }
        Ok(sum)
    }
}
