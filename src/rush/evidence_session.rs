//! Evidence session: the evidence of a rush, from the first line to the judgement. The supervisor writes the
//! header, the buyers their steps, and the supervisor in the end what is left behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::buyer_outcome::BuyerOutcome;
use super::evidence_file::{EvidenceFile, now};
use super::ledger_entry::LedgerEntry;
use super::outcomes::Outcomes;
use super::recorded::Recorded;
use super::roster::Roster;
use super::settings::{Recording, Rush};
use crate::check::evidence::{
    self, EvidenceRecord, EvidenceStep, Gatherer, OperationOutcome, Whole,
};
use crate::check::judge;
use crate::error::{Error, Result};
use crate::store::file::admin::prepare::Opening;
use crate::store::file::output::Output;
use crate::store::file::output_contents::Contents;

/// The file of evidence of a running rush.
#[derive(Debug)]
pub(super) struct EvidenceSession {
    pub(super) file: Arc<EvidenceFile>,
    path: PathBuf,
    id: (u64, u64),
    /// Whether it goes away.
    fleeting: bool,
}

/// What another process needs to write to the same file: its path, its device and inode.
pub(super) type EvidenceName<'a> = (&'a Path, (u64, u64));

impl EvidenceSession {
    /// Claims the file, if one is wanted, before anything is sold; and what removes it, if it is to go away.
    pub(super) fn claim(rush: &Rush) -> Result<Option<(Output, Option<tempfile::TempPath>)>> {
        let (path, fleeting) = match &rush.recording {
            Recording::Off => return Ok(None),
            Recording::File(path) => (path.clone(), None),
            Recording::Fleeting => {
                let place = std::env::temp_dir();
                let made = tempfile::NamedTempFile::with_prefix_in("tickets-evidence-", &place);
                let made = made.map_err(|e| Error::io("make a file here", &place, e))?;
                let path = made.into_temp_path();
                (path.to_path_buf(), Some(path))
            }
        };
        let output = Output::claim_of(&rush.file, &path, Contents::EVIDENCE)?;
        Ok(Some((output, fleeting)))
    }

    /// Writes the first line.
    pub(super) fn start(
        mut output: Output,
        fleeting: bool,
        run: &str,
        opening: &Opening,
    ) -> Result<Self> {
        let (path, id) = (output.path().to_owned(), output.id()?);
        output.clear()?;
        let file = EvidenceFile::Own(output);
        file.write(&EvidenceRecord::Header {
            run: run.into(),
            stock: opening.tally.left,
            first: opening.tally.seq,
        })
        .map_err(|error| error.hint("nothing was sold"))?;
        Ok(Self {
            file: Arc::new(file),
            path,
            id: (id.device, id.inode),
            fleeting,
        })
    }

    pub(super) fn name(&self) -> EvidenceName<'_> {
        (&self.path, self.id)
    }

    /// Adds what is left behind, now that every buyer has gone, and judges it all.
    pub(super) fn finish(self, roster: &Roster, after: &Outcomes) -> Recorded {
        let file = (!self.fleeting).then(|| self.path.display().to_string());
        match self.judged(roster, after) {
            Ok(evidence) => {
                let verdict = judge(&evidence);
                Recorded::of(file, evidence, verdict)
            }
            Err(error) => Recorded::broken(file, &error),
        }
    }

    fn judged(&self, roster: &Roster, after: &Outcomes) -> Result<evidence::Evidence> {
        let EvidenceFile::Own(output) = &*self.file else {
            return Ok(evidence::Evidence::default());
        };
        let mut closing = Closing {
            file: &self.file,
            path: &self.path,
            gatherer: evidence::gather(output.reader()?, &self.path)?,
        };
        for buyer in closing.gatherer.unanswered() {
            closing.close(&buyer, roster)?;
        }
        match spoiled(after) {
            Some(why) => closing.add(&EvidenceRecord::Spoiled { why: why.into() })?,
            None => closing.left_behind(after)?,
        }
        let whole = closing.gatherer.finish();
        whole.map_err(|message| evidence::refused(&self.path, 0, message))
    }
}

/// Why the evidence cannot be judged: it knows of sales only.
fn spoiled(after: &Outcomes) -> Option<String> {
    if after.replaced {
        return Some("the event was reset during the run".to_owned());
    }
    let odd = |entry: &&LedgerEntry| !entry.is_sale || u32::try_from(entry.quantity).is_err();
    let odd = after.entries.iter().find(odd)?;
    Some(format!(
        "during the run somebody else changed the stock, otherwise than by a sale that can be recorded: version {}",
        odd.seq
    ))
}

/// The last lines, written and gathered at once.
struct Closing<'a> {
    file: &'a EvidenceFile,
    path: &'a Path,
    gatherer: Gatherer,
}

impl Closing<'_> {
    fn add(&mut self, record: &EvidenceRecord<'_>) -> Result<()> {
        self.file.write(record)?;
        let taken = self.gatherer.take(record);
        taken.map_err(|message| evidence::refused(self.path, 0, message))
    }

    /// How the operation of a buyer ended that did not write it down itself.
    fn close(&mut self, buyer: &str, roster: &Roster) -> Result<()> {
        let (outcome, left) = match roster.outcome(buyer) {
            Some(BuyerOutcome::Sold { left, .. }) => (Some(OperationOutcome::Sold), Some(*left)),
            Some(BuyerOutcome::Refused { left }) => (Some(OperationOutcome::SoldOut), Some(*left)),
            Some(BuyerOutcome::Failed { code, .. }) if code == "outcome_unknown" => {
                (Some(OperationOutcome::Unknown), None)
            }
            Some(BuyerOutcome::Failed { .. }) => (Some(OperationOutcome::Failed), None),
            None => (None, None),
        };
        let step = match outcome {
            Some(outcome) => EvidenceStep::Return { outcome, left },
            None => EvidenceStep::Killed,
        };
        self.add(&EvidenceRecord::Step {
            buyer: buyer.into(),
            pid: 0,
            at: now(),
            step,
        })
    }

    /// The ledger's lines, and the count. Of a sale that was none of this rush nobody here knows when it was
    /// made: at any time.
    fn left_behind(&mut self, after: &Outcomes) -> Result<()> {
        for entry in after.entries.iter().filter(|entry| !entry.own) {
            self.add(&EvidenceRecord::Whole(Whole {
                buyer: stranger(&entry.buyer).into(),
                pid: 0,
                quantity: u32::try_from(entry.quantity).unwrap_or(u32::MAX),
                invoke: 0,
                returned: None,
                read: Some(entry.seq.saturating_sub(1)),
                read_at: None,
                seen: None,
                sum: None,
                torn: false,
                write: Some(entry.seq),
                left: None,
                nonce: entry.nonce,
                intend: None,
                wrote: None,
                outcome: OperationOutcome::Open,
                lock: None,
            }))?;
        }
        for entry in &after.entries {
            let buyer = if entry.own {
                entry.buyer.clone()
            } else {
                stranger(&entry.buyer)
            };
            self.add(&EvidenceRecord::Committed {
                seq: entry.seq,
                nonce: entry.nonce,
                left: entry.left,
                buyer: buyer.into(),
                quantity: u32::try_from(entry.quantity).unwrap_or(u32::MAX),
                sum: Some(entry.sum),
            })?;
        }
        // A count that could not be written says nothing of the run.
        let Some(last) = after.last.as_ref().filter(|_| !after.behind) else {
            return Ok(());
        };
        self.add(&EvidenceRecord::Final {
            seq: last.seq,
            left: last.left,
            committed: Some(after.entries.len() as u64),
            sum: last.sum,
        })
    }
}

/// The name of a buyer of somebody else's, which may be that of one of ours.
fn stranger(name: &str) -> String {
    let room = evidence::MAX_NAME - evidence::STRANGER.len();
    let ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends.take_while(|end| *end <= room).last();
    let apart = evidence::STRANGER;
    format!(
        "{}{apart}",
        name.get(..end.unwrap_or(0)).unwrap_or_default()
    )
}
