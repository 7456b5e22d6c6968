//! Does everything add up: every line, its key, the index of idempotency keys, and the count, at one revision.

use std::collections::HashMap;

use super::compaction::at_one_revision;
use super::deadline::Deadline;
use super::key_space::{AsOf, KeySpace};
use super::keys::KeyNames;
use super::local_copy::LocalCopy;
use super::wire::{Bytes, KeyValue};
use crate::error::{Error, Result};
use crate::ledger::CountFile;
use crate::store::audit::{Audit, Finding, Flaw};
use crate::store::file::admin::drift::drift;
use crate::store::file::reader::ledger_summary::LedgerSummary;
use crate::store::file::reader::verify::summarize_ledger;

/// An audit, and what a repair goes by.
pub(super) struct Examined {
    pub(super) audit: Audit,
    pub(super) copy: LocalCopy,
    /// The count as it stands, and what it says, if it is one.
    pub(super) found: Option<KeyValue>,
    pub(super) count: Option<CountFile>,
    /// What the index of idempotency keys says otherwise than the lines: with the line's number, or none.
    pub(super) index: Vec<(Bytes, Option<u64>)>,
    pub(super) revision: u64,
}

impl KeySpace {
    /// Verifies everything as of one revision.
    pub(super) fn examine(&self, deadline: Deadline) -> Result<Examined> {
        at_one_revision(|| self.examine_once(deadline))
    }

    fn examine_once(&self, deadline: Deadline) -> Result<Examined> {
        let (found, revision) = self.count(deadline)?;
        let parsed = found
            .as_ref()
            .map(|found| CountFile::of_bytes(&found.value.0, &self.told(&found.key)));
        let generation = self.generation(parsed.as_ref(), revision, deadline)?;
        let count = parsed
            .as_ref()
            .and_then(|parsed| parsed.as_ref().ok().cloned());
        let counted = count.as_ref().and_then(|count| count.counted);
        let copy = self.copy(generation, revision, None, deadline)?;
        let summary = summarize_ledger(&copy.files, &copy.ledger, counted)
            .map_err(|error| self.not_of_the_copy(&copy.files, generation, error))?;
        let mut findings = copy.odd.clone();
        findings.extend(self.of_the_lines(generation, &summary));
        let sound = findings.is_empty() && summary.tally.seq > 0;
        findings.extend(self.of_the_count(parsed.as_ref(), &copy, &summary, sound));
        let index = self.index(generation, revision, &copy, deadline)?;
        findings.extend(
            index
                .iter()
                .map(|(key, seq)| self.of_the_index(key, *seq, sound)),
        );
        let tally = summary.tally;
        let audit = Audit {
            capacity: tally.capacity(),
            sold: tally.sold,
            held: tally.held,
            left: tally.left,
            due: 0,
            records: tally.seq,
            findings,
            notes: Vec::new(),
            repaired: Vec::new(),
            given_up: None,
            for_real: summary.made_for_real || summary.booked > 0,
        };
        Ok(Examined {
            audit,
            copy,
            found,
            count,
            index,
            revision,
        })
    }

    /// Which ledger is the event's: the count says it, else what stands beside it, else it is the newest.
    fn generation(
        &self,
        count: Option<&Result<CountFile>>,
        revision: u64,
        deadline: Deadline,
    ) -> Result<u64> {
        if let Some(Ok(count)) = count
            && let Ok((_, anchor)) = count.anchor()
        {
            return Ok(anchor.generation);
        }
        let beside = self.one(self.names.generation_in_use(), revision, deadline)?;
        let beside =
            beside.and_then(|beside| std::str::from_utf8(&beside.value.0).ok()?.parse().ok());
        if let Some(generation) = beside {
            return Ok(generation);
        }
        match self.newest_generation(deadline)? {
            Some(generation) => Ok(generation),
            // There is no such event, or none that could be audited.
            None => Err(self.head(deadline).err().unwrap_or_else(|| self.nothing())),
        }
    }

    fn nothing(&self) -> Error {
        Error::new(crate::error::Kind::Integrity, "has no ledger").at(self.client.place(), 0, 0)
    }

    /// What the file reader found, told of keys. Nothing is written to a cluster in part: what is no line there is no
    /// crash's doing.
    fn of_the_lines(&self, generation: u64, summary: &LedgerSummary) -> Vec<Finding> {
        let place = self.ledger_place(generation).display().to_string();
        let findings = summary.findings.iter().map(|finding| Finding {
            kind: Flaw::Ledger,
            file: place.clone(),
            repairable: false,
            hint: None,
            ..finding.clone()
        });
        findings.collect()
    }

    /// What the count says otherwise than the ledger.
    fn of_the_count(
        &self,
        count: Option<&Result<CountFile>>,
        copy: &LocalCopy,
        summary: &LedgerSummary,
        sound: bool,
    ) -> Option<Finding> {
        let (kind, text, repairable) = match count {
            None => (Flaw::Count, "is missing".to_owned(), sound),
            Some(Err(error)) => (Flaw::Count, error.message().to_owned(), sound),
            Some(Ok(count)) => match drift(&copy.files, count, summary, sound) {
                Some(found) => (found.kind, found.text, found.repairable),
                None => Self::of_the_anchor(count, copy, sound)?,
            },
        };
        Some(Finding {
            kind,
            file: self.told(&self.names.count()).display().to_string(),
            line: 0,
            text,
            repairable,
            hint: None,
        })
    }

    fn of_the_anchor(
        count: &CountFile,
        copy: &LocalCopy,
        sound: bool,
    ) -> Option<(Flaw, String, bool)> {
        match count.anchor() {
            Err(why) => Some((Flaw::Count, why, sound)),
            Ok((counted, _)) if sound && counted.seq < copy.tally.seq => {
                let text = format!(
                    "counts {} lines, and behind them stand {} more: another program put them there, or a race",
                    counted.seq,
                    copy.tally.seq - counted.seq
                );
                Some((Flaw::Drift, text, sound))
            }
            Ok(found) if sound && found != (copy.tally, copy.anchor) => {
                let text = "its \"cluster\" is not what the ledger says".to_owned();
                Some((Flaw::Drift, text, sound))
            }
            Ok(_) => None,
        }
    }

    /// What of the index is wrong: each key with the number that belongs there, or with none.
    fn index(
        &self,
        generation: u64,
        revision: u64,
        copy: &LocalCopy,
        deadline: Deadline,
    ) -> Result<Vec<(Bytes, Option<u64>)>> {
        let mut expected: HashMap<&[u8], u64> = copy
            .keys
            .iter()
            .map(|(key, seq)| (key.as_slice(), *seq))
            .collect();
        let mut wrong = Vec::new();
        self.walk(
            self.names.keys(generation),
            AsOf::Exactly(revision),
            deadline,
            &mut |found| {
                let (key, seq) = self.names.index_entry(generation, &found);
                let right = expected.remove(key);
                if seq.is_none() || right != seq {
                    wrong.push((found.key.clone(), right));
                }
                Ok(true)
            },
        )?;
        let missing = expected.into_iter().map(|(key, seq)| {
            let key = String::from_utf8_lossy(key).into_owned();
            (self.names.key(generation, &key), Some(seq))
        });
        wrong.extend(missing);
        wrong.sort();
        Ok(wrong)
    }

    fn of_the_index(&self, key: &Bytes, seq: Option<u64>, sound: bool) -> Finding {
        let text = match seq {
            Some(seq) => format!(
                "does not say that line {seq} has this key: an order with it could be sold twice"
            ),
            None => "no line has this key: another program put it there".to_owned(),
        };
        Finding {
            kind: Flaw::Key,
            file: self.told(key).display().to_string(),
            line: seq.unwrap_or_default(),
            text,
            repairable: sound,
            hint: None,
        }
    }
}

impl KeyNames {
    /// The text of an entry of the index.
    pub(super) fn entry(seq: u64) -> Bytes {
        Bytes(seq.to_string().into_bytes())
    }
}

impl KeyNames {
    /// The numbers of the keys that stand in the index, as they are told to people, by key.
    fn index_entry<'f>(&self, generation: u64, found: &'f KeyValue) -> (&'f [u8], Option<u64>) {
        let key = self.key_of(generation, &found.key).unwrap_or_default();
        let seq = std::str::from_utf8(&found.value.0).ok();
        (key, seq.and_then(|text| text.parse().ok()))
    }
}
