//! Idempotency keys that are looked up together with the count: of many orders, in one request.

use std::collections::HashMap;

use super::client::Failure;
use super::compaction::at_one_revision;
use super::deadline::Deadline;
use super::key_space::{ClusterHead, KeySpace};
use super::wire::{
    Bytes, KeyValue, RangeRequest, TransactionResponse, Txn, TxnOperation, WireNumber,
};
use crate::error::Result;

/// So many keys are read by one transaction: etcd takes 128 operations. One with others within it would be written down by all
/// nodes, though it only reads.
const AT_ONCE: usize = 120;

/// What the index says of some keys, as of the head that was read with them.
#[derive(Debug, Default)]
pub(super) struct KnownKeys(HashMap<Bytes, Option<Bytes>>);

impl KnownKeys {
    /// That none of these is there.
    pub(super) fn absent(names: impl Iterator<Item = Bytes>) -> Self {
        Self(names.map(|name| (name, None)).collect())
    }

    /// Which were looked up.
    pub(super) fn names(&self) -> impl Iterator<Item = &Bytes> {
        self.0.keys()
    }

    /// Whether none of them is there.
    pub(super) fn are_absent(&self) -> bool {
        self.0.values().all(Option::is_none)
    }

    /// What stands at this key, if anything; `None`: it was not looked up.
    pub(super) fn looked_up(&self, name: &Bytes) -> Option<&Option<Bytes>> {
        self.0.get(name)
    }
}

impl KeySpace {
    /// The head as of now, and what the index says by then of these idempotency keys, if the ledger is of this generation.
    pub(super) fn head_with_keys(
        &self,
        (generation, keys): (u64, &[String]),
        deadline: Deadline,
    ) -> Result<(ClusterHead, KnownKeys)> {
        let mut names: Vec<Bytes> = keys
            .iter()
            .map(|key| self.names.key(generation, key))
            .collect();
        names.sort();
        names.dedup();
        let (values, head) = at_one_revision(|| self.values(generation, &names, deadline))?;
        Ok((head, KnownKeys(names.into_iter().zip(values).collect())))
    }

    /// The values of these keys as of the head, which is given too; none of them where the ledger is of another generation.
    fn values(
        &self,
        generation: u64,
        names: &[Bytes],
        deadline: Deadline,
    ) -> Result<(Vec<Option<Bytes>>, ClusterHead)> {
        let count = self.names.count();
        let (first, rest) = names.split_at(names.len().min(AT_ONCE - 1));
        let first = std::iter::once(&count).chain(first);
        let (found, revision) = self.read_all(first, 0, deadline)?;
        let mut found = found.into_iter();
        let head = match found.next().flatten() {
            Some(count) => self.head_of(&count, revision)?,
            None => self.head(deadline)?,
        };
        // Of another ledger nothing was asked.
        if head.anchor.generation != generation {
            return Ok((Vec::new(), head));
        }
        let mut values: Vec<_> = found.collect();
        for names in rest.chunks(AT_ONCE) {
            values.extend(self.read_all(names.iter(), revision, deadline)?.0);
        }
        let values = values.into_iter();
        let values = values.map(|found| found.map(|found| found.value));
        Ok((values.collect(), head))
    }

    /// Reads these keys as of one revision, in one request; 0: as of now. Returns which it was.
    fn read_all<'k>(
        &self,
        names: impl Iterator<Item = &'k Bytes>,
        revision: u64,
        deadline: Deadline,
    ) -> Result<(Vec<Option<KeyValue>>, u64)> {
        let range = |key: &Bytes| {
            TxnOperation::Range(RangeRequest {
                key: key.clone(),
                revision: WireNumber(revision),
                ..RangeRequest::default()
            })
        };
        let transaction = Txn {
            success: names.map(range).collect(),
            ..Txn::default()
        };
        let answer: TransactionResponse = self
            .client
            .call("kv/txn", &transaction, deadline)
            .map_err(Failure::of_a_look)?;
        let found = answer.responses.into_iter();
        let found = found.map(|found| found.response_range.kvs.into_iter().next());
        Ok((found.collect(), answer.header.revision.0))
    }
}
