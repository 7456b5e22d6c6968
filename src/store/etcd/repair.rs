//! Repair: what can be proven by the lines is put right, the index of idempotency keys and the count.

use super::audit::Examined;
use super::deadline::Deadline;
use super::key_space::KeySpace;
use super::keys::KeyNames;
use super::wire::{Bytes, Compare, TransactionResponse, Txn, TxnOperation};
use crate::error::{Error, Kind, Result};
use crate::ledger::CountFile;
use crate::plural;
use crate::store::audit::{Audit, Flaw};
use crate::store::results::{CountGivenUp, GivenUp};

/// So many entries of the index are put right by one transaction: etcd takes 128 operations.
const AT_ONCE: usize = 120;

impl KeySpace {
    /// Audits and repairs what can be proven. `forced`: a count that includes lines which the ledger lacks is written
    /// anew too, and kept beside.
    pub(super) fn repair(&self, deadline: Deadline, forced: bool) -> Result<Audit> {
        let before = self.examine(deadline)?;
        let audit = &before.audit;
        if audit.findings.is_empty()
            || !(audit.is_repairable() || forced && audit.is_repairable_by_force())
        {
            return Ok(before.audit);
        }
        let done = [
            self.write_index(&before, deadline)?,
            self.write_count(&before, deadline)?,
        ];
        let repaired = done.into_iter().flatten().collect();
        let given_up = self.lost(&before);
        let after = self.examine(deadline)?;
        Ok(Audit {
            repaired,
            given_up,
            ..after.audit
        })
    }

    /// What the count includes and the ledger lacks.
    fn lost(&self, before: &Examined) -> Option<GivenUp> {
        let count = CountGivenUp::of(before.count.as_ref()?)?;
        let lost = count.line.saturating_sub(before.audit.records);
        let kept = self.told(&self.names.kept(before.revision));
        (lost > 0).then(|| GivenUp {
            lost,
            count: Some(count),
            file: Some(kept.display().to_string()),
            ..GivenUp::default()
        })
    }

    fn write_index(&self, before: &Examined, deadline: Deadline) -> Result<Option<String>> {
        if before.index.is_empty() {
            return Ok(None);
        }
        for entries in before.index.chunks(AT_ONCE) {
            let operations = entries.iter().map(|(key, seq)| match seq {
                Some(seq) => TxnOperation::Put {
                    key: key.clone(),
                    value: KeyNames::entry(*seq),
                },
                None => TxnOperation::Delete { key: key.clone() },
            });
            self.put_right(before, operations.collect(), deadline)?;
        }
        let keys = plural::count(before.index.len() as u64, "key");
        Ok(Some(format!(
            "{keys} put right in the index, by the ledger"
        )))
    }

    fn write_count(&self, before: &Examined, deadline: Deadline) -> Result<Option<String>> {
        let (tally, anchor) = (&before.copy.tally, &before.copy.anchor);
        let fresh = CountFile::fresh(tally.left);
        let count = before
            .count
            .as_ref()
            .unwrap_or(&fresh)
            .anchored(tally, anchor);
        let text = count.render().into_bytes();
        if before
            .found
            .as_ref()
            .is_some_and(|found| found.value.0 == text)
        {
            return Ok(None);
        }
        let name = self.names.count();
        let place = self.told(&name);
        let mut operations = vec![
            TxnOperation::Put {
                key: name,
                value: Bytes(text),
            },
            TxnOperation::Put {
                key: self.names.generation_in_use(),
                value: KeyNames::entry(anchor.generation),
            },
        ];
        let lost = |flaw: Flaw| before.audit.findings.iter().any(|found| found.kind == flaw);
        let mut kept = String::new();
        if let Some(found) = before
            .found
            .as_ref()
            .filter(|_| lost(Flaw::Count) || lost(Flaw::Short))
        {
            let key = self.names.kept(before.revision);
            kept = format!(
                "; what stood in it is kept as {}",
                self.told(&key).display()
            );
            operations.push(TxnOperation::Put {
                key,
                value: found.value.clone(),
            });
        }
        self.put_right(before, operations, deadline)?;
        Ok(Some(format!(
            "{} was written anew from the ledger: {} left, {} sold{kept}",
            place.display(),
            tally.left,
            tally.sold
        )))
    }

    /// Does this if the count is as it was when all was read.
    fn put_right(
        &self,
        before: &Examined,
        success: Vec<TxnOperation>,
        deadline: Deadline,
    ) -> Result<()> {
        let modified = before
            .found
            .as_ref()
            .map_or(0, |found| found.mod_revision.0);
        let transaction = Txn {
            compare: vec![Compare::modified(self.names.count(), modified)],
            success,
            failure: Vec::new(),
        };
        let answer: TransactionResponse = self.client.call("kv/txn", &transaction, deadline)?;
        if answer.succeeded {
            return Ok(());
        }
        let error = Error::new(
            Kind::Busy { holder: None },
            "others changed the event meanwhile",
        );
        Err(error
            .at(self.client.place(), 0, 0)
            .hint("say it again when less is sold"))
    }
}
