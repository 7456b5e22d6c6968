//! Idempotency keys that are looked up together with the count: of many orders, in one request.

use std::collections::HashMap;

use super::commit::in_groups;
use super::deadline::Deadline;
use super::key_space::{ClusterHead, KeySpace};
use super::wire::{Bytes, Operation, OperationResponse, RangeRequest, RangeResponse};
use super::wire::{Transaction, TransactionResponse};
use crate::error::Result;

/// What the index says of some keys, as of the head that was read with them.
#[derive(Debug, Default)]
pub(super) struct KnownKeys(HashMap<Bytes, Option<Bytes>>);

impl KnownKeys {
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
        let range = |key: &Bytes| {
            Operation::Range(RangeRequest {
                key: key.clone(),
                ..RangeRequest::default()
            })
        };
        let count = self.names.count();
        let reads = std::iter::once(&count).chain(&names).map(range).collect();
        let transaction = Transaction {
            success: in_groups(reads),
            ..Transaction::default()
        };
        let answer: TransactionResponse = self.client.call("kv/txn", &transaction, deadline)?;
        let mut found = Vec::with_capacity(names.len() + 1);
        flatten(answer.responses, &mut found);
        let mut found = found.into_iter().map(|found| found.kvs.into_iter().next());
        let head = match found.next().flatten() {
            Some(count) => self.head_of(&count, answer.header.revision.0)?,
            None => self.head(deadline)?,
        };
        // Of another ledger nothing was asked.
        if head.anchor.generation != generation || found.len() != names.len() {
            return Ok((head, KnownKeys::default()));
        }
        let values = found.map(|found| found.map(|found| found.value));
        Ok((head, KnownKeys(names.into_iter().zip(values).collect())))
    }
}

/// What was read, in the order in which it was asked.
fn flatten(responses: Vec<OperationResponse>, found: &mut Vec<RangeResponse>) {
    for response in responses {
        match response.response_txn {
            Some(within) => flatten(within.responses, found),
            None => found.push(response.response_range),
        }
    }
}
