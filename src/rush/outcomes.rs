//! Outcomes: what a rush left on disk, read back and judged.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::buyer_outcome::{BuyerOutcome, BuyerReport};
use super::ledger_entry::LedgerEntry;
use super::outcome_reader::{OutcomeReader, ReportedSale};
use crate::check::Anomaly;
use crate::check::final_state::{StateVerdict, WrittenLine, judge};
use crate::error::Result;
use crate::ledger::{CountFile, LineEnds};
use crate::store::file::admin::prepare::Opening;
use crate::store::file::backoff::outlast;
use crate::store::file::event::EventFiles;

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
    /// Whether the event is for real, and nothing kept the buyers from ruining it.
    pub(super) endangered: bool,
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

/// How long a reset may take from the new ledger to the new count: a sync of a directory and of a file.
const RESET: Duration = Duration::from_secs(2);
const NAP: Duration = Duration::from_millis(5);

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
        let deadline = Instant::now() + RESET;
        let look = &mut || CountFile::read(&files.count);
        loop {
            let outcomes = Self::read_once(files, opening, run, sales, records, look)?;
            if !outcomes.may_be_mixed() || Instant::now() >= deadline {
                return Ok(outcomes);
            }
            outlast(NAP);
        }
    }

    /// Whether the count and the ledger may be of two events: a reset gives the new ledger its name, then the new
    /// count, and both were read one after the other meanwhile.
    fn may_be_mixed(&self) -> bool {
        let mut findings = self.judged.findings.iter();
        self.replaced && findings.any(|found| found.kind != Anomaly::TornWrite)
    }

    fn read_once(
        files: &EventFiles,
        opening: &Opening,
        run: &str,
        sales: &HashMap<String, ReportedSale>,
        records: bool,
        look: &mut dyn FnMut() -> Result<CountFile>,
    ) -> Result<Self> {
        // The count first: it then counts no line that is not read below.
        let count = look();
        let mut reader = OutcomeReader {
            files,
            run,
            sales,
            missing: sales.clone(),
            entries: records.then(Vec::new),
            ends: LineEnds::default(),
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
            endangered: opening.endangered,
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

#[cfg(test)]
mod tests;
