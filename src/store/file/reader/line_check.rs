//! One line after the other, checked against those before it: its arithmetic, its key, and the sale or hold it is about.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::error::Error;
use crate::ledger::{Counted, Line, Op, Record, UNFIT, VerifiedHolds};
use crate::store::audit::{Finding, Flaw};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::ledger_summary::{LedgerSummary, Wrong};
use crate::store::file::reader::raw_lines::{RawLine, line_starting};
use crate::store::file::reader::search::locate;
use crate::store::file::reader::unfinished::Unfinished;

/// What is remembered of the lines read so far.
pub(super) struct Reader<'a> {
    pub(super) files: &'a EventFiles,
    pub(super) ledger: &'a LedgerFile,
    pub(super) counted: Option<Counted>,
    pub(super) summary: LedgerSummary,
    /// Where a key stands, by its hash.
    keys: HashMap<u64, u64>,
    hasher: RandomState,
    /// How many of a sale were cancelled, by the number of its line.
    cancelled: HashMap<u64, u64>,
    holds: VerifiedHolds,
}

impl<'a> Reader<'a> {
    pub(super) fn of(
        files: &'a EventFiles,
        ledger: &'a LedgerFile,
        counted: Option<Counted>,
    ) -> Self {
        Self {
            files,
            ledger,
            counted,
            summary: LedgerSummary::default(),
            keys: HashMap::new(),
            hasher: RandomState::new(),
            cancelled: HashMap::new(),
            holds: VerifiedHolds::default(),
        }
    }

    /// Counts one more line in, if it adds up with those before it.
    pub(super) fn one_more(&mut self, raw_line: &RawLine<'_>) -> std::result::Result<(), Wrong> {
        let before = self.summary.tally;
        let line = match Line::parse(raw_line.bytes, Some(before.sum)) {
            Ok(line) => line,
            Err(why) => return Err(beside(raw_line, before.seq).unwrap_or(why).into()),
        };
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
    pub(super) fn book(&mut self, record: &Record<'_>) {
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

    fn io(&self, error: std::io::Error) -> Wrong {
        Wrong::Io(Error::io("read", &self.files.ledger, error))
    }

    pub(super) fn finding(&mut self, kind: Flaw, line: u64, text: String, repairable: bool) {
        self.summary.findings.push(Finding {
            kind,
            file: self.files.ledger.display().to_string(),
            line,
            text,
            repairable,
            hint: None,
        });
    }
}

/// That a line which is whole stands on another one than the one before it: what a race without a lock leaves, and lines that
/// are gone.
fn beside(raw_line: &RawLine<'_>, before: u64) -> Option<String> {
    let seq = Line::parse(raw_line.bytes, None).ok()?.record.seq;
    let (first, last) = (before + 1, seq.saturating_sub(1));
    if first <= last {
        let missing = if first == last {
            format!("line {first} is missing")
        } else {
            format!("the lines {first} to {last} are missing")
        };
        return Some(format!(
            "{UNFIT}: its seq is {seq}, not {first}: {missing} before it, where nobody has changed this one"
        ));
    }
    let why = format!(
        "its seq is {seq}, not {}. A race without a lock leaves such lines, and so does a damaged file",
        before + 1
    );
    (seq <= before).then_some(why)
}
