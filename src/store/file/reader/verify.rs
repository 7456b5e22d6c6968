//! Reading the whole ledger: every line checked, and what stands behind the first that does not add up.

use crate::error::{Error, Result};
use crate::ledger::{Counted, Line, Op};
use crate::store::audit::Flaw;
use crate::store::file::event::EventFiles;
use crate::store::file::reader::by_hand::{BY_HAND, is_by_hand, without_them};
use crate::store::file::reader::changed_line::{bring_back, changed};
use crate::store::file::reader::edited::edited;
use crate::store::file::reader::kept_beside::ledger_and_copy;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::ledger_summary::{LedgerSummary, Wrong};
use crate::store::file::reader::line_check::Reader;
use crate::store::file::reader::raw_lines::{RawLine, RawLines, is_blank};
use crate::store::file::reader::saved_line::{as_before, is_spread};
use crate::store::file::reader::torn_tail::begins_with_lost_write;
use crate::store::file::reader::unfinished::Unfinished;

/// Reads all of it. `counted`: what the count says that it counts.
pub(crate) fn summarize_ledger(
    files: &EventFiles,
    ledger: &LedgerFile,
    counted: Option<Counted>,
) -> Result<LedgerSummary> {
    let mut reader = Reader::of(files, ledger, counted);
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
                let ahead = reader.is_ahead(&raw_line);
                let line = reader.summary.tally.seq + 1;
                let changed = changed(files, ledger, line, &why);
                let why = match &changed {
                    Some(changed) => changed.told.clone(),
                    None if !whole && is_by_hand(raw_line.bytes, raw_line.start) => {
                        BY_HAND.to_owned()
                    }
                    None => why,
                };
                reader.behind_a_break(raw_line.bytes, raw_line.terminated);
                reader.end((first, whole, ahead), &mut raw_lines, why)?;
                if let Some(changed) = changed {
                    reader.advise(|files| changed.undo(files));
                } else if ahead && whole {
                    reader.advise(bring_back);
                }
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
    /// A line that does not add up, or stands behind one: what it books counts, to be on the safe side. Whether it is a
    /// line at all; of an event that is for real one that is none may have been a booking.
    fn behind_a_break(&mut self, bytes: &[u8], terminated: bool) -> bool {
        let Ok(line) = Line::parse(Line::as_written(bytes), None) else {
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

    /// Whether a whole line has a number that is too high here: lines before it are lost, or stand behind it.
    fn is_ahead(&self, raw_line: &RawLine<'_>) -> bool {
        let next = self.summary.tally.seq + 1;
        Line::parse(raw_line.bytes, None).is_ok_and(|line| line.record.seq > next)
    }

    /// Notes why the ledger does not add up any further: the torn end of it, or a break.
    fn end(
        &mut self,
        (first, first_whole, first_ahead): (Unfinished, bool, bool),
        raw_lines: &mut RawLines<'_>,
        why: String,
    ) -> Result<()> {
        let start = first.start();
        let problem = |e| Error::io("read", &self.files.ledger, e);
        let mut by_hand = why == BY_HAND;
        let mut whole = first_whole;
        let (mut end, mut lines) = (start, 0_u64);
        // The line that should stand here, where it stands further down.
        let mut misplaced = None;
        while let Some(raw_line) = raw_lines.next().map_err(problem)? {
            if first_ahead && Line::check(raw_line.bytes, Some(self.summary.tally.sum)).is_ok() {
                misplaced.get_or_insert(lines + 1);
            }
            by_hand |= !whole && is_by_hand(raw_line.bytes, raw_line.start);
            whole |= self.behind_a_break(raw_line.bytes, raw_line.terminated);
            (end, lines) = (raw_line.end, lines + 1);
        }
        let line = self.summary.tally.seq + 1;
        let why = if by_hand { BY_HAND.to_owned() } else { why };
        let refused = by_hand || self.ledger.is_utf16();
        if refused || whole && !self.is_lost_write(first_whole).map_err(problem)? {
            let edited = edited(self.files, self.ledger).filter(|edited| edited.line == line);
            let why = match &edited {
                Some(edited) if !by_hand => edited.what(),
                _ => why,
            };
            let text = match lines {
                0 => why,
                1 => format!("{why}; the line behind it is not verified"),
                lines => format!("{why}; the {lines} lines behind it are not verified"),
            };
            self.finding(Flaw::Ledger, line, text, false);
            let way_out = match misplaced {
                _ if by_hand => Some(without_them(self.files)),
                Some(further) => Some(in_order(self.files, line, line + further)),
                None => edited.map(|edited| edited.way_out(self.files)),
            };
            if let Some(found) = self.summary.findings.last_mut() {
                found.hint = way_out;
            }
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

    /// Says what to do about a line that was changed or is gone, unless that is told already, or it was only a rush.
    fn advise(&mut self, way_out: impl FnOnce(&EventFiles) -> String) {
        let is_somebodys = self.summary.made_for_real || self.summary.booked > 0;
        let mut findings = self.summary.findings.iter_mut();
        let broken = findings.find(|it| it.kind == Flaw::Ledger && it.hint.is_none());
        if let Some(broken) = broken.filter(|_| is_somebodys) {
            broken.hint = Some(way_out(self.files));
        }
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

    /// Whether a line is whole: also one whose sum fits, however it is saved, but which is none that we know: a newer program's.
    fn is_whole(&self, raw_line: &RawLine<'_>) -> bool {
        Line::parse(Line::as_written(raw_line.bytes), None).is_ok()
            || as_before(raw_line.bytes, self.summary.tally.sum).is_some()
            || is_spread(raw_line.bytes)
    }
}

/// How lines that have changed places are put in order again, by people: nothing but their places is to be changed.
fn in_order(files: &EventFiles, line: u64, stands: u64) -> String {
    let [ledger, kept] = ledger_and_copy(files);
    format!(
        "line {line} stands as line {stands}: lines have changed places, and none need be lost. Keep the ledger as it is, \
         and put its lines in the order of their numbers: cp -p {ledger} {kept} && \
         LC_ALL=C sort -t : -k 2,2n {kept} | grep . > {ledger}; then audit again"
    )
}
