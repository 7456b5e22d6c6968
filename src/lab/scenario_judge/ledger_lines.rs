//! The ledger of a run: its lines, the books at each of them, and who wrote which.

use super::super::protocol::Point;
use super::super::run::Move;
use crate::check::books::{Books, LineFault};
use crate::ledger::{Line, Op, Record, Sum, number};

/// A line.
#[derive(Debug)]
pub(super) struct EnteredLine {
    pub(super) seq: u64,
    pub(super) op: Op,
    /// The sale or the hold that it is, or is about.
    pub(super) id: String,
    /// The process that wrote it; `None`: it was there before.
    pub(super) writer: Option<usize>,
    /// What is wrong with it.
    pub(super) wrong: Vec<LineFault>,
}

impl EnteredLine {
    fn of(record: &Record<'_>, wrong: Vec<LineFault>) -> Self {
        let own = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            seq: record.seq,
            op: record.op,
            id: own(record.id.as_deref().or(record.reference.as_deref())),
            writer: None,
            wrong,
        }
    }

    /// What it does, whatever its random part.
    pub(super) fn told(&self) -> String {
        let about = number(&self.id).map_or_else(String::new, |line| format!(" {line}"));
        let writer = self.writer.map_or(0, |process| process + 1);
        format!("{} {:?}{about}, by {writer}", self.seq, self.op)
    }
}

/// The ledger.
#[derive(Debug, Default)]
pub(super) struct LedgerLines {
    pub(super) lines: Vec<EnteredLine>,
    /// The books before the first line, and after each.
    pub(super) books: Vec<Books>,
    /// Bytes that are no line.
    pub(super) torn: usize,
}

impl LedgerLines {
    /// Reads them, and sees who wrote those behind the first so many.
    pub(super) fn read(ledger: &[u8], begun: usize, moves: &[Move]) -> Self {
        let mut read = Self {
            books: vec![Books::default()],
            ..Self::default()
        };
        let (mut books, mut sum) = (Books::default(), Sum::default());
        for bytes in ledger.split_inclusive(|&byte| byte == b'\n') {
            let line = bytes
                .strip_suffix(b"\n")
                .map(|line| Line::parse(line, None));
            let Some(Ok(line)) = line else {
                read.torn += bytes.len();
                continue;
            };
            let mut wrong = books.enter(&line.record);
            let chained = bytes
                .strip_suffix(b"\n")
                .map(|line| Line::check(line, Some(sum)));
            if wrong.is_empty() && !matches!(chained, Some(Ok(_))) {
                let text =
                    "does not follow on the line before it: its checksum is another's".to_owned();
                wrong.push((crate::check::Anomaly::Phantom, text));
            }
            sum = line.sum;
            read.lines.push(EnteredLine::of(&line.record, wrong));
            read.books.push(books.clone());
        }
        read.find_writers(begun, moves);
        read
    }

    /// Each write says up to which line the ledger goes with it.
    fn find_writers(&mut self, begun: usize, moves: &[Move]) {
        let mut from = begun;
        for step in moves {
            let to = standing(step).unwrap_or(from);
            for line in self.lines.iter_mut().take(to).skip(from) {
                line.writer = Some(step.buyer);
            }
            from = from.max(to);
        }
    }

    /// The books of each moment from the first step of a process to its last: numbers of lines that stood then.
    pub(super) fn period(&self, begun: usize, moves: &[Move], process: usize) -> (usize, usize) {
        let own = |step: &Move| step.buyer == process;
        let stood = |moves: &[Move]| {
            let written = moves.iter().filter_map(standing).max();
            written.unwrap_or(begun).min(self.lines.len())
        };
        let first = moves.iter().position(own).unwrap_or(0);
        let last = moves.iter().rposition(own).map_or(0, |last| last + 1);
        (
            stood(moves.get(..first).unwrap_or_default()),
            stood(moves.get(..last).unwrap_or_default()),
        )
    }
}

/// How many lines stand after a step that writes.
fn standing(step: &Move) -> Option<usize> {
    let seen = step.seen.filter(|_| step.point == Point::Write)?;
    usize::try_from(seen.seq).ok()
}
