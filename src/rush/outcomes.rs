//! Outcomes: what a rush left on disk, read back and judged.

use std::collections::HashMap;
use std::mem::take;
use std::time::Instant;

use super::buyer_outcome::{BuyerOutcome, BuyerReport};
use super::ledger_entry::LedgerEntry;
use crate::check::final_state::{FinalState, StateVerdict, WrittenLine, judge};
use crate::error::{Error, Result};
use crate::ledger::{CountFile, Line};
use crate::store::file::admin::prepare::Opening;
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::raw_lines::{RawLines, is_blank, line_starting};
use crate::store::file::reader::unfinished::{Fate, Unfinished, WORTH_WAITING};

/// What was read, and the judgement of it.
pub(super) struct Outcomes {
    pub(super) stock: u64,
    pub(super) judged: StateVerdict,
    /// What each buyer bought, by its name.
    bought: HashMap<String, u64>,
    /// The lines of the ledger, for the evidence.
    pub(super) entries: Vec<LedgerEntry>,
    /// What `tickets.json` says, if it can be read.
    pub(super) last: Option<CountAtEnd>,
    /// Whether the event was reset meanwhile.
    pub(super) replaced: bool,
    /// Whether the count does not show a sale whose buyer was told so: it could not be written.
    pub(super) behind: bool,
}

/// The count when all was over.
#[derive(Debug)]
pub(super) struct CountAtEnd {
    pub(super) seq: u64,
    pub(super) left: u64,
    /// The checksum of the line that it counts last, if that is one of the run.
    pub(super) sum: Option<u64>,
}

impl CountAtEnd {
    fn of(count: &CountFile, opening: &Opening, entries: &[LedgerEntry]) -> Self {
        let counted = count.counted;
        let is_last =
            |entry: &&LedgerEntry| counted.is_some_and(|counted| counted.bytes == entry.end);
        Self {
            seq: counted.map_or(opening.tally.seq, |counted| counted.seq),
            left: count.ticket,
            sum: entries.iter().find(is_last).map(|entry| entry.sum),
        }
    }
}

/// A sale that a buyer reported.
#[derive(Debug, Clone)]
pub(super) struct ReportedSale {
    pub(super) buyer: String,
    /// The version it wrote.
    pub(super) seq: u64,
    /// Whether the count showed the sale by then.
    pub(super) published: bool,
}

impl Outcomes {
    /// Reads the lines since the opening, and the count. `sales`: those that buyers reported, by their ids.
    /// `records`: whether the lines are wanted for the evidence.
    pub(super) fn read(
        files: &EventFiles,
        opening: &Opening,
        run: &str,
        sales: &HashMap<String, ReportedSale>,
        records: bool,
    ) -> Result<Self> {
        // The count first: it then counts no line that is not read below.
        let count = CountFile::read(&files.count);
        let mut reader = OutcomeReader {
            files,
            run,
            sales,
            missing: sales.clone(),
            entries: records.then(Vec::new),
        };
        let (first, second) = reader.read_both(opening, &count)?;
        let mut judged = judge(&first);
        if let Some(second) = &second {
            judged.add(judge(second));
        }
        let entries = reader.entries.unwrap_or_default();
        let last = count.map(|count| CountAtEnd::of(&count, opening, &entries));
        let last = last.ok();
        let counted = last.as_ref().map_or(0, |last| last.seq);
        let mut reported = sales.values();
        Ok(Self {
            behind: reported.any(|sale| !sale.published && sale.seq > counted),
            stock: first.stock,
            judged,
            bought: bought(
                first
                    .lines
                    .iter()
                    .chain(second.iter().flat_map(|part| &part.lines)),
            ),
            entries,
            last,
            replaced: first.replaced,
        })
    }

    /// How many tickets the ledger says that this buyer of the rush has bought.
    pub(super) fn bought_by(&self, name: &str) -> u64 {
        self.bought.get(name).copied().unwrap_or(0)
    }

    /// Why the count does not show a sale that stands on the ledger, where it is [`Outcomes::behind`].
    pub(super) fn unpublished<'a>(&self, buyers: &'a [BuyerReport]) -> Option<&'a str> {
        let counted = self.last.as_ref().map_or(0, |last| last.seq);
        let behind = |buyer: &'a BuyerReport| match &buyer.outcome {
            BuyerOutcome::Sold { seq, warning, .. } if *seq > counted => warning.as_deref(),
            _ => None,
        };
        buyers.iter().find_map(behind)
    }
}

/// How many tickets the buyers of the rush bought, by their names.
fn bought<'a>(lines: impl Iterator<Item = &'a WrittenLine>) -> HashMap<String, u64> {
    let mut bought = HashMap::new();
    for line in lines.filter(|line| line.own) {
        let sum: &mut u64 = bought.entry(line.buyer.clone()).or_insert(0);
        *sum = sum.saturating_add(line.change.unsigned_abs());
    }
    bought
}

struct OutcomeReader<'a> {
    files: &'a EventFiles,
    run: &'a str,
    sales: &'a HashMap<String, ReportedSale>,
    /// The sales that were reported and not found yet.
    missing: HashMap<String, ReportedSale>,
    /// For the evidence, where some is recorded.
    entries: Option<Vec<LedgerEntry>>,
}

impl OutcomeReader<'_> {
    /// What is to be judged. If a reset came between, the sales before it stand on the ledger that it put
    /// away, which is still open here, and those after it on the new one; each is judged by itself.
    fn read_both(
        &mut self,
        opening: &Opening,
        count: &Result<CountFile>,
    ) -> Result<(FinalState, Option<FinalState>)> {
        let snapshot = count.as_ref().ok();
        let counted = snapshot.and_then(|snapshot| snapshot.counted);
        let mut first = FinalState {
            stock: opening.tally.left,
            seq: opening.tally.seq,
            lines: Vec::new(),
            left: snapshot.map(|snapshot| snapshot.ticket),
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
            // A second reset may have put away a ledger that was never seen here: a sale that is not
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
    fn read(&mut self, ledger: &LedgerFile, from: u64, after: &mut FinalState) -> Result<()> {
        let problem = |e| Error::io("read", &self.files.ledger, e);
        let file = &ledger.file;
        let mut raw_lines = RawLines::new(file, from);
        while let Some(raw_line) = raw_lines.next().map_err(problem)? {
            let (start, end, bytes) = (raw_line.start, raw_line.end, raw_line.bytes);
            if raw_line.terminated && bytes.is_empty() {
                // Padding: all that was reported stands before it, and so does all that the count includes.
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
                    if unfinished.fate(ledger, deadline).map_err(problem)? == Fate::Left {
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
        WrittenLine::of(record, end, own, published)
    }
}

#[cfg(test)]
mod tests;
