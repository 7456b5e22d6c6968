//! Following many lines without parsing each.
//!
//! A process that sells beside 31 others reads 31 lines of theirs for each of its own. Their checksums and
//! chain tell that they stand there as they were written, under the lock, by somebody who had checked the
//! line before. So sales and cancellations in a row are followed by sums alone, and only its last
//! line is parsed: it says its number and how many are left, and the capacity has not changed.

use crate::ledger::{Line, Sum, Tally};
use crate::store::file::reader::raw_lines::RawLine;

/// A raw line of lines that were fast-forwarded.
#[derive(Debug, Default)]
pub(crate) struct FastForward {
    lines: u64,
    last: Vec<u8>,
    /// The sum of the last line.
    sum: Sum,
    /// What stands before the last line, as far as its sum.
    before: Tally,
    /// Where the last line ends.
    end: u64,
}

impl FastForward {
    /// Whether no line was taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines == 0
    }

    /// Takes one more line, if it is a whole one that keeps the capacity. `from`: what the ledger adds up
    /// to before the first line that was taken.
    pub(crate) fn takes(&mut self, from: &Tally, raw_line: &RawLine<'_>) -> bool {
        if !raw_line.terminated || !keeps_capacity(raw_line.bytes) {
            return false;
        }
        let before = match self.lines {
            0 => *from,
            _ => Tally {
                sum: self.sum,
                bytes: self.end,
                ..*from
            },
        };
        let Ok(sum) = Line::check(raw_line.bytes, Some(before.sum)) else {
            return false;
        };
        self.sum = sum;
        self.before = before;
        self.lines += 1;
        self.end = raw_line.end;
        self.last.clear();
        self.last.extend_from_slice(raw_line.bytes);
        true
    }

    /// What the ledger adds up to at the last line that was taken. The error says what does not.
    pub(crate) fn land(&mut self, from: &Tally) -> Result<Tally, String> {
        let lines = std::mem::take(&mut self.lines);
        if lines == 0 {
            return Ok(*from);
        }
        let line = Line::parse(&self.last, Some(self.before.sum))?;
        if lines == 1 {
            return from.after(&line, self.end);
        }
        let record = &line.record;
        if Some(record.seq) != from.seq.checked_add(lines) {
            let (is, should) = (record.seq, u128::from(from.seq) + u128::from(lines));
            return Err(format!("its seq is {is}, not {should}"));
        }
        let capacity = from.left.saturating_add(from.sold);
        let Some(sold) = capacity.checked_sub(record.left) else {
            return Err(format!("it says {} left of {capacity} in all", record.left));
        };
        Ok(Tally {
            seq: record.seq,
            bytes: self.end,
            left: record.left,
            sold,
            sum: line.sum,
            ..*from
        })
    }
}

/// Whether a line is a sale or a cancellation, as far as its beginning tells, which is always written in
/// the same way: `{"seq":2,"at":"2026-05-01T18:00:00.000Z","op":"sell",…`. Any other line is parsed.
fn keeps_capacity(line: &[u8]) -> bool {
    const TIME: usize = "2026-05-01T18:00:00.000Z".len();
    let Some(rest) = line.strip_prefix(b"{\"seq\":") else {
        return false;
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = rest.get(digits..).unwrap_or_default();
    let Some(rest) = rest.strip_prefix(b",\"at\":\"") else {
        return false;
    };
    let rest = rest.get(TIME..).unwrap_or_default();
    rest.starts_with(b"\",\"op\":\"sell\"") || rest.starts_with(b"\",\"op\":\"cancel\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Op, Record};

    /// A ledger of these operations, each with its quantity, and what it adds up to.
    fn ledger(ops: &[(Op, i64)]) -> (Vec<Vec<u8>>, Vec<Tally>) {
        let mut tally = Tally::default();
        let (mut lines, mut tallies) = (Vec::new(), Vec::new());
        for &(op, quantity) in ops {
            let left = match op {
                Op::Sell => tally.left - quantity.unsigned_abs(),
                _ => tally.left.saturating_add_signed(quantity),
            };
            let record = Record {
                id: Some("x".into()),
                ..Record::new(op, tally.seq + 1, quantity, left)
            };
            let (mut line, sum) = record.encode(tally.sum).unwrap();
            tally = tally
                .apply(&record, sum, tally.bytes + line.len() as u64)
                .unwrap();
            line.pop();
            lines.push(line);
            tallies.push(tally);
        }
        (lines, tallies)
    }

    fn forward(lines: &[Vec<u8>], from: Tally) -> (usize, Result<Tally, String>) {
        let (mut forward, mut end, mut taken) = (FastForward::default(), from.bytes, 0);
        for line in lines {
            let raw_line = RawLine {
                start: end,
                end: end + line.len() as u64 + 1,
                bytes: line,
                terminated: true,
            };
            if !forward.takes(&from, &raw_line) {
                break;
            }
            (end, taken) = (raw_line.end, taken + 1);
        }
        (taken, forward.land(&from))
    }

    #[test]
    fn fast_forward_comes_to_the_same_as_reading() {
        let ops = [
            (Op::Open, 9),
            (Op::Sell, 2),
            (Op::Sell, 3),
            (Op::Cancel, 1),
            (Op::Sell, 4),
            (Op::Adjust, 5),
            (Op::Sell, 1),
        ];
        let (lines, tallies) = ledger(&ops);
        for to in 1..5 {
            let (taken, landed) = forward(&lines[1..=to], tallies[0]);
            assert_eq!((taken, landed), (to, Ok(tallies[to])));
        }
        // Neither the opening line nor an adjustment is fast-forwarded.
        assert_eq!(forward(&lines, Tally::default()).0, 0);
        assert_eq!(forward(&lines[5..], tallies[4]), (0, Ok(tallies[4])));
    }

    #[test]
    fn a_flipped_byte_a_lost_and_a_swapped_line_end_it() {
        let (lines, tallies) =
            ledger(&[(Op::Open, 9), (Op::Sell, 1), (Op::Sell, 1), (Op::Sell, 1)]);
        let mut flipped = lines.clone();
        flipped[2][40] ^= 1;
        assert_eq!(forward(&flipped[1..], tallies[0]).0, 1);
        let lost = [lines[1].clone(), lines[3].clone()];
        assert_eq!(forward(&lost, tallies[0]).0, 1);
        let swapped = [lines[2].clone(), lines[1].clone()];
        assert_eq!(forward(&swapped, tallies[0]).0, 0);
    }
}
