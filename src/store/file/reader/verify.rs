//! Reading the whole ledger: every line checked, and what its cancellations and keys come to.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::error::{Error, Result};
use crate::ledger::{Counted, Line, Op, Record, VerifiedHolds};
use crate::store::audit::{Finding, Flaw};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::ledger_summary::{LedgerSummary, Wrong};
use crate::store::file::reader::raw_lines::{RawLine, RawLines, is_blank, line_starting};
use crate::store::file::reader::search::locate;
use crate::store::file::reader::torn_tail::begins_with_lost_write;
use crate::store::file::reader::unfinished::Unfinished;

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
    holds: VerifiedHolds,
}

/// Reads all of it. `counted`: what the count says that it counts.
pub(crate) fn summarize_ledger(
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
        holds: VerifiedHolds::default(),
    };
    let mut raw_lines = RawLines::new(&ledger.file, 0);
    let problem = |e| Error::io("read", &files.ledger, e);
    // Where preallocation was seen.
    let mut preallocated = None;
    while let Some(raw_line) = raw_lines.next().map_err(problem)? {
        if raw_line.terminated && raw_line.bytes.is_empty() {
            preallocated.get_or_insert(raw_line.start);
            continue;
        }
        let one_more = match preallocated {
            None => reader.one_more(&raw_line),
            // Lines were written into it since.
            Some(start) if !is_blank(&ledger.file, start, start + 1).map_err(problem)? => {
                raw_lines = RawLines::new(&ledger.file, start);
                preallocated = None;
                continue;
            }
            Some(_) => Err(Wrong::Line("blank lines stand before it".to_owned())),
        };
        match one_more {
            Ok(()) => {}
            Err(Wrong::Io(error)) => return Err(error),
            Err(Wrong::Line(why)) => {
                let first = Unfinished::of(ledger, &raw_line);
                let whole = reader.is_whole(&raw_line);
                reader.behind_a_break(raw_line.bytes, raw_line.terminated);
                reader.end((first, whole), &mut raw_lines, why)?;
                break;
            }
        }
        if !raw_line.terminated {
            break;
        }
    }
    Ok(reader.summary)
}

impl Reader<'_> {
    fn one_more(&mut self, raw_line: &RawLine<'_>) -> std::result::Result<(), Wrong> {
        let before = self.summary.tally;
        let line = Line::parse(raw_line.bytes, Some(before.sum))?;
        let tally = before.after(&line, raw_line.end)?;
        line.record.complete()?;
        match line.record.op {
            Op::Open => self.opens(&line.record),
            Op::Sell => self.book(&line.record),
            Op::Cancel => self.cancels(&line.record, before.bytes)?,
            Op::Hold => {
                self.book(&line.record);
                self.holds.note(&line.record)?;
            }
            Op::Confirm => self.holds.note(&line.record)?,
            Op::Release | Op::Expire => {
                self.holds.note(&line.record)?;
                self.unbook(line.record.quantity.unsigned_abs());
            }
            Op::Rename => self.renames(&line.record, before.bytes)?,
            Op::Set => self.summary.made_for_real = true,
            Op::Adjust | Op::Close | Op::Reopen => {}
        }
        self.takes_key(&line.record, raw_line.start)?;
        self.summary.tally = tally;
        // The count counts a line with its newline.
        let with_newline = tally.bytes + u64::from(!raw_line.terminated);
        let counted = self.counted.map(|counted| counted.bytes);
        if counted == Some(tally.bytes) || counted == Some(with_newline) {
            self.summary.at_counted = Some(tally);
        }
        if !raw_line.terminated {
            let text = "its last line has no newline: an editor took it away";
            self.finding(Flaw::Newline, tally.seq, text.to_owned(), true);
            self.summary.unfinished = Some(Unfinished::of(self.ledger, raw_line));
        }
        Ok(())
    }

    fn opens(&mut self, record: &Record<'_>) {
        self.summary.opening = Some(record.left);
        let replaces = record.replaces.as_ref();
        self.summary.replaces = replaces.map(|replaced| (replaced.seq, replaced.bytes));
    }

    /// What is sold or held for somebody real is booked.
    fn book(&mut self, record: &Record<'_>) {
        if record.rush.is_none() {
            let booked = self.summary.booked;
            self.summary.booked = booked.saturating_add(record.quantity.unsigned_abs());
        }
    }

    fn unbook(&mut self, quantity: u64) {
        self.summary.booked = self.summary.booked.saturating_sub(quantity);
    }

    fn renames(&self, record: &Record<'_>, end: u64) -> std::result::Result<(), Wrong> {
        let id = record.reference.as_deref().unwrap_or_default();
        match self.sale(id, end)? {
            Some(_) => Ok(()),
            None => Err(format!("it renames {id:?}, which is no sale before it").into()),
        }
    }

    /// A key stands on one line only.
    fn takes_key(&mut self, record: &Record<'_>, start: u64) -> std::result::Result<(), Wrong> {
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
        let is_sold = |(seq, ..): &(u64, u64, bool)| !self.holds.is_open(*seq);
        let Some((seq, quantity, real)) = sale.filter(is_sold) else {
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
            self.unbook(record.quantity.unsigned_abs());
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
        let is_it = |line: &Line<'_>| {
            let is_sale = match line.record.op {
                Op::Sell => true,
                // A sale, if it was confirmed, and somebody's until it has ended.
                Op::Hold => self.holds.is_sale(seq) || self.holds.is_open(seq),
                _ => false,
            };
            is_sale && line.record.id.as_deref() == Some(id)
        };
        let sale = line.filter(is_it);
        Ok(sale.map(|line| {
            let record = line.record;
            (seq, record.quantity.unsigned_abs(), record.rush.is_none())
        }))
    }

    /// A line that does not add up, or stands behind one: what it books counts, to be on the safe side. Whether it is a
    /// line at all; of an event that is for real one that is none may have been a booking.
    fn behind_a_break(&mut self, bytes: &[u8], terminated: bool) -> bool {
        let Ok(line) = Line::parse(bytes, None) else {
            let made_for_real = self.summary.made_for_real;
            let is_lost = made_for_real && terminated && !bytes.iter().all(|byte| *byte == 0);
            self.summary.unread += u64::from(is_lost);
            return false;
        };
        let record = line.record;
        if matches!(record.op, Op::Sell | Op::Hold) {
            self.book(&record);
        }
        true
    }

    fn io(&self, error: std::io::Error) -> Wrong {
        Wrong::Io(Error::io("read", &self.files.ledger, error))
    }

    /// Notes why the ledger does not add up any further: the torn end of it, or a break.
    fn end(
        &mut self,
        (first, first_whole): (Unfinished, bool),
        raw_lines: &mut RawLines<'_>,
        why: String,
    ) -> Result<()> {
        let start = first.start();
        let problem = |e| Error::io("read", &self.files.ledger, e);
        let mut whole = first_whole;
        let (mut end, mut lines) = (start, 0_u64);
        while let Some(raw_line) = raw_lines.next().map_err(problem)? {
            whole |= self.behind_a_break(raw_line.bytes, raw_line.terminated);
            (end, lines) = (raw_line.end, lines + 1);
        }
        let line = self.summary.tally.seq + 1;
        if whole && !self.is_lost_write(first_whole).map_err(problem)? {
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

    /// Whether a power cut lost a write behind the lines that the count includes.
    fn is_lost_write(&self, first_whole: bool) -> std::io::Result<bool> {
        let end = self.summary.tally.bytes;
        let uncounted = self.counted.is_none_or(|counted| counted.bytes <= end);
        let blank = is_blank(&self.ledger.file, end, end + 1)?;
        Ok(uncounted
            && (blank || !first_whole)
            && begins_with_lost_write(&self.ledger.file, &self.summary.tally)?)
    }

    /// Whether a line is whole: also one whose sum fits, but which is none that we know: a newer program's.
    fn is_whole(&self, raw_line: &RawLine<'_>) -> bool {
        Line::parse(raw_line.bytes, None).is_ok()
            || Line::check(raw_line.bytes, Some(self.summary.tally.sum)).is_ok()
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
