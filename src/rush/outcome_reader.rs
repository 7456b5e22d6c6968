//! Reads the lines that a rush left on the ledger, and what the count says of them.

use std::collections::HashMap;
use std::mem::take;
use std::time::Instant;

use super::ledger_entry::LedgerEntry;
use crate::check::final_state::{FinalState, WrittenLine};
use crate::error::{Error, Result};
use crate::ledger::{CountFile, Line, LineEnds};
use crate::store::file::admin::prepare::Opening;
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::raw_lines::{RawLines, is_blank, line_starting};
use crate::store::file::reader::unfinished::{LineFate, Unfinished, WORTH_WAITING};

/// A sale that a buyer reported.
#[derive(Debug, Clone)]
pub(super) struct ReportedSale {
    pub(super) buyer: String,
    /// The version it wrote.
    pub(super) seq: u64,
    /// Whether the count showed the sale by then.
    pub(super) published: bool,
}

pub(super) struct OutcomeReader<'a> {
    pub(super) files: &'a EventFiles,
    pub(super) run: &'a str,
    pub(super) sales: &'a HashMap<String, ReportedSale>,
    /// The sales that were reported and not found yet.
    pub(super) missing: HashMap<String, ReportedSale>,
    /// For the evidence, where some is recorded.
    pub(super) entries: Option<Vec<LedgerEntry>>,
    /// The lines so far.
    pub(super) ends: LineEnds,
}

impl OutcomeReader<'_> {
    /// What is to be judged. If a reset came between, the sales before it stand on the ledger that it archived, which is still open here, and those after it on the new one; each is judged by itself.
    pub(super) fn read_both(
        &mut self,
        opening: &Opening,
        count: &Result<CountFile>,
    ) -> Result<(FinalState, Option<FinalState>)> {
        let count_file = count.as_ref().ok();
        let counted = count_file.and_then(|count_file| count_file.counted);
        let mut first = FinalState {
            stock: opening.tally.left,
            seq: opening.tally.seq,
            lines: Vec::new(),
            left: count_file.map(|count_file| count_file.ticket),
            counted: counted.map_or(0, |counted| counted.bytes),
            before: Some(opening.counted),
            torn: 0,
            lost: Vec::new(),
            unreadable: count.as_ref().err().map(ToString::to_string),
            replaced: false,
        };
        self.read(&opening.ledger, opening.end, &mut first)?;
        match open_ledger(self.files, Access::Read)? {
            Some(now) if now.id == opening.ledger.id => {
                let lost = take(&mut self.missing).into_values();
                first.lost = lost.map(|sale| sale.buyer).collect();
                Ok((first, None))
            }
            // A second reset may have archived a ledger that was never seen here: a sale that is not
            // found is not judged.
            Some(now) => {
                let mut second = FinalState {
                    seq: 0,
                    stock: 0,
                    before: None,
                    lines: Vec::new(),
                    torn: 0,
                    ..first.clone()
                };
                first.replaced = true;
                self.read(&now, 0, &mut second)?;
                Ok((first, Some(second)))
            }
            None => {
                first.replaced = true;
                Ok((first, None))
            }
        }
    }

    /// Reads the lines of one ledger.
    pub(super) fn read(
        &mut self,
        ledger: &LedgerFile,
        from: u64,
        after: &mut FinalState,
    ) -> Result<()> {
        let problem = |e| Error::io("read", &self.files.ledger, e);
        let file = &ledger.file;
        let mut raw_lines = RawLines::new(file, from);
        while let Some(raw_line) = raw_lines.next().map_err(problem)? {
            let (start, end, bytes) = (raw_line.start, raw_line.end, raw_line.bytes);
            if raw_line.terminated && bytes.is_empty() {
                // Preallocation: all that was reported stands before it, and so does all that the count includes.
                if is_blank(file, start, u64::MAX).map_err(problem)?
                    || !line_starting(file, start).map_err(problem)?.is_empty()
                {
                    return Ok(());
                }
                continue;
            }
            match Line::parse(bytes, None) {
                Ok(line) if raw_line.terminated => after.lines.push(self.take(&line, end)),
                // The last one, which may just be written, behind all that was reported.
                _ if is_blank(file, end, u64::MAX).map_err(problem)? => {
                    let unfinished = Unfinished::of(ledger, &raw_line);
                    let deadline = Instant::now() + WORTH_WAITING;
                    if unfinished.fate(ledger, deadline).map_err(problem)? == LineFate::Left {
                        after.torn += end - start;
                    }
                    return Ok(());
                }
                // What follows was written since.
                _ if line_starting(file, start).map_err(problem)? != bytes => return Ok(()),
                _ => after.torn += end - start,
            }
        }
        Ok(())
    }

    /// Takes note of a line that ends there.
    fn take(&mut self, line: &Line<'_>, end: u64) -> WrittenLine {
        let record = &line.record;
        let published = record.id.as_deref().is_some_and(|id| {
            self.missing.remove(id);
            self.sales.get(id).is_some_and(|sale| sale.published)
        });
        let own = Some(self.run);
        if let Some(entries) = &mut self.entries {
            entries.push(LedgerEntry::of(line, end, record.rush.as_deref() == own));
        }
        WrittenLine {
            upon: self.ends.upon(line, end),
            ..WrittenLine::of(record, end, own, published)
        }
    }
}
