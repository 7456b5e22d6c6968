//! Reading the whole ledger: every line checked, and what its cancellations and keys come to.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::event::EventFiles;
use super::hole::begins_with_a_hole;
use super::ledger_file::LedgerFile;
use super::lines::{Stretch, Stretches, is_blank, line_starting};
use super::search::locate;
use super::unfinished::Unfinished;
use crate::error::{Error, Result};
use crate::ledger::Counted;
use crate::ledger::{Line, Op, Record, Tally};
use crate::store::audit::{Finding, Flaw};

/// What the whole ledger comes to.
#[derive(Debug, Default)]
pub(super) struct LedgerSummary {
    /// What it adds up to, up to the first line that does not.
    pub(super) tally: Tally,
    /// The stock that it opened with.
    pub(super) opening: Option<u64>,
    /// What it added up to where the count says that it counts to.
    pub(super) at_counted: Option<Tally>,
    /// The count of an earlier ledger that this one took the place of: its lines and bytes.
    pub(super) replaces: Option<(u64, u64)>,
    /// How many tickets of real bookings, which no rush made, are not cancelled.
    pub(super) booked: u64,
    pub(super) findings: Vec<Finding>,
    /// The last line, where it is not whole: somebody may be writing it just now.
    pub(super) unfinished: Option<Unfinished>,
}

/// What is remembered of the lines read so far.
struct Reader<'a> {
    files: &'a EventFiles,
    ledger: &'a LedgerFile,
    counted: Option<Counted>,
    summary: LedgerSummary,
    /// Where a key stands, by its hash.
    keys: HashMap<u64, u64>,
    hasher: RandomState,
    /// How many of a sale were cancelled, by the number of its line.
    cancelled: HashMap<u64, u64>,
}

/// Reads all of it. `counted`: what the count says that it counts.
pub(super) fn read_books(
    files: &EventFiles,
    ledger: &LedgerFile,
    counted: Option<Counted>,
) -> Result<LedgerSummary> {
    let mut reader = Reader {
        files,
        ledger,
        counted,
        summary: LedgerSummary::default(),
        keys: HashMap::new(),
        hasher: RandomState::new(),
        cancelled: HashMap::new(),
    };
    let mut stretches = Stretches::new(&ledger.file, 0);
    let problem = |e| Error::io("read", &files.ledger, e);
    // Where padding was seen.
    let mut padded = None;
    while let Some(stretch) = stretches.next().map_err(problem)? {
        if stretch.terminated && stretch.bytes.is_empty() {
            padded.get_or_insert(stretch.start);
            continue;
        }
        let one_more = match padded {
            None => reader.one_more(&stretch),
            // Lines were written into it since.
            Some(start) if !is_blank(&ledger.file, start, start + 1).map_err(problem)? => {
                stretches = Stretches::new(&ledger.file, start);
                padded = None;
                continue;
            }
            Some(_) => Err(Wrong::Line("blank lines stand before it".to_owned())),
        };
        match one_more {
            Ok(()) => {}
            Err(Wrong::Io(error)) => return Err(error),
            Err(Wrong::Line(why)) => {
                // Also a line whose sum fits, but which is none that we know: a newer program's.
                let whole = Line::parse(stretch.bytes, None).is_ok()
                    || Line::check(stretch.bytes, Some(reader.summary.tally.sum)).is_ok();
                let first = Unfinished::of(ledger, &stretch);
                reader.end((first, whole), &mut stretches, why)?;
                break;
            }
        }
        if !stretch.terminated {
            break;
        }
    }
    Ok(reader.summary)
}

/// Why a line cannot be counted.
enum Wrong {
    Line(String),
    Io(Error),
}

impl From<String> for Wrong {
    fn from(why: String) -> Self {
        Self::Line(why)
    }
}

impl Reader<'_> {
    fn one_more(&mut self, stretch: &Stretch<'_>) -> std::result::Result<(), Wrong> {
        let before = self.summary.tally;
        let line = Line::parse(stretch.bytes, Some(before.sum))?;
        let tally = before.after(&line, stretch.end)?;
        line.record.complete()?;
        match line.record.op {
            Op::Open => self.opens(&line.record),
            Op::Sell => self.sells(&line.record, stretch.start)?,
            Op::Cancel => self.cancels(&line.record, before.bytes)?,
            Op::Adjust | Op::Set => {}
        }
        self.summary.tally = tally;
        // The count counts a line with its newline.
        let with_newline = tally.bytes + u64::from(!stretch.terminated);
        let counted = self.counted.map(|counted| counted.bytes);
        if counted == Some(tally.bytes) || counted == Some(with_newline) {
            self.summary.at_counted = Some(tally);
        }
        if !stretch.terminated {
            let text = "its last line has no newline: an editor took it away";
            self.finding(Flaw::Newline, tally.seq, text.to_owned(), true);
            self.summary.unfinished = Some(Unfinished::of(self.ledger, stretch));
        }
        Ok(())
    }

    fn opens(&mut self, record: &Record<'_>) {
        self.summary.opening = Some(record.left);
        let replaces = record.replaces.as_ref();
        self.summary.replaces = replaces.map(|replaced| (replaced.seq, replaced.bytes));
    }

    fn sells(&mut self, record: &Record<'_>, start: u64) -> std::result::Result<(), Wrong> {
        if record.rush.is_none() {
            self.summary.booked = self
                .summary
                .booked
                .saturating_add(record.quantity.unsigned_abs());
        }
        let Some(key) = record.key.as_deref() else {
            return Ok(());
        };
        let earlier = self.keys.insert(self.hasher.hash_one(key), start);
        let Some(earlier) = earlier else {
            return Ok(());
        };
        // Two keys may share a hash.
        let bytes = line_starting(&self.ledger.file, earlier).map_err(|e| self.io(e))?;
        match Line::parse(&bytes, None) {
            Ok(line) if line.record.key.as_deref() == Some(key) => Err(Wrong::Line(format!(
                "its key {key:?} is that of line {} too",
                line.record.seq
            ))),
            _ => Ok(()),
        }
    }

    fn cancels(&mut self, record: &Record<'_>, end: u64) -> std::result::Result<(), Wrong> {
        let id = record.reference.as_deref().unwrap_or_default();
        let sale = self.sale(id, end)?;
        let Some((seq, quantity, real)) = sale else {
            return Err(format!("it cancels {id:?}, which is no sale before it").into());
        };
        let cancelled = self.cancelled.entry(seq).or_insert(0);
        *cancelled += record.quantity.unsigned_abs();
        if *cancelled > quantity {
            return Err(
                format!("with it {cancelled} of sale {id} are cancelled, of {quantity}").into(),
            );
        }
        if real {
            let booked = self
                .summary
                .booked
                .checked_sub(record.quantity.unsigned_abs());
            self.summary.booked = booked.unwrap_or_default();
        }
        Ok(())
    }

    /// The number of a sale's line, its quantity, and whether it is a real one.
    fn sale(&self, id: &str, end: u64) -> std::result::Result<Option<(u64, u64, bool)>, Wrong> {
        let Some(seq) = id.split_once('-').and_then(|(seq, _)| seq.parse().ok()) else {
            return Ok(None);
        };
        let mark = locate(self.files, self.ledger, seq, end).map_err(Wrong::Io)?;
        let Some(mark) = mark else { return Ok(None) };
        let bytes = line_starting(&self.ledger.file, mark.bytes).map_err(|e| self.io(e))?;
        let line = Line::parse(&bytes, None).ok();
        let is_it =
            |line: &Line<'_>| line.record.op == Op::Sell && line.record.id.as_deref() == Some(id);
        let sale = line.filter(is_it);
        Ok(sale.map(|line| {
            let record = line.record;
            (seq, record.quantity.unsigned_abs(), record.rush.is_none())
        }))
    }

    fn io(&self, error: std::io::Error) -> Wrong {
        Wrong::Io(Error::io("read", &self.files.ledger, error))
    }

    /// Notes why the ledger does not add up any further: the torn end of it, or a break.
    fn end(
        &mut self,
        (first, first_whole): (Unfinished, bool),
        stretches: &mut Stretches<'_>,
        why: String,
    ) -> Result<()> {
        let start = first.start();
        let problem = |e| Error::io("read", &self.files.ledger, e);
        let mut whole = first_whole;
        let (mut end, mut lines) = (start, 0_u64);
        while let Some(stretch) = stretches.next().map_err(problem)? {
            if let Ok(line) = Line::parse(stretch.bytes, None) {
                whole = true;
                // What was booked behind a break counts, to be on the safe side.
                let record = line.record;
                if record.op == Op::Sell && record.rush.is_none() {
                    let booked = self.summary.booked;
                    self.summary.booked = booked.saturating_add(record.quantity.unsigned_abs());
                }
            }
            (end, lines) = (stretch.end, lines + 1);
        }
        let line = self.summary.tally.seq + 1;
        if whole && !self.is_hole(first_whole).map_err(problem)? {
            let text = match lines {
                0 => why,
                1 => format!("{why}; the line behind it is not verified"),
                lines => format!("{why}; the {lines} lines behind it are not verified"),
            };
            self.finding(Flaw::Ledger, line, text, false);
        } else {
            let bytes = end.max(start) - start;
            let text = match bytes {
                0 => format!("the end of it, from byte {start} on, is no line: {why}"),
                _ => format!("from byte {start} on there is no whole line: {why}"),
            };
            self.finding(Flaw::TornTail, line, text, true);
            self.summary.unfinished = Some(first);
        }
        Ok(())
    }

    /// Whether a power cut left a hole behind the lines that the count includes.
    fn is_hole(&self, first_whole: bool) -> std::io::Result<bool> {
        let end = self.summary.tally.bytes;
        let uncounted = self.counted.is_none_or(|counted| counted.bytes <= end);
        let blank = is_blank(&self.ledger.file, end, end + 1)?;
        Ok(uncounted
            && (blank || !first_whole)
            && begins_with_a_hole(&self.ledger.file, &self.summary.tally)?)
    }

    fn finding(&mut self, kind: Flaw, line: u64, text: String, repairable: bool) {
        self.summary.findings.push(Finding {
            kind,
            file: self.files.ledger.display().to_string(),
            line,
            text,
            repairable,
        });
    }
}
