//! A scratch event: made anew for each run of the lab, and removed.

use std::path::Path;

use serde::de::IgnoredAny;

use super::beginning::{empty, first_lines};
use super::commit::WriteCondition;
use super::event_store::{EtcdStore, LOOKING};
use super::local_copy::count_by;
use super::wire::{Bytes, RangeRequest, TransactionResponse, Txn, TxnOperation};
use crate::error::Result;
use crate::ledger::CountFile;

/// The first generation of an event.
const FIRST: u64 = 1;

impl EtcdStore {
    /// The event's address, as it is shown.
    pub(crate) fn shown(&self) -> &Path {
        self.space.client.place()
    }

    /// Removes all keys of the event.
    pub(crate) fn remove(&self) -> Result<()> {
        let all = range(self.space.names.all());
        let _: IgnoredAny = self.space.client.call("kv/deleterange", &all, LOOKING)?;
        Ok(())
    }

    /// Makes the event anew, whatever was there.
    pub(crate) fn begin_scratch(&self, stock: u64) -> Result<()> {
        self.remove()?;
        let lines = first_lines(stock, None)?;
        let before = empty(CountFile::fresh(stock), FIRST, None);
        let condition = WriteCondition::Nothing;
        self.space.commit(&before, &lines, &condition, LOOKING)?;
        Ok(())
    }

    /// Takes the lock from its holder, as the cluster does when a lease ends.
    pub(crate) fn end_lease(&self) -> Result<()> {
        let locks = range(self.space.names.locks());
        let _: IgnoredAny = self.space.client.call("kv/deleterange", &locks, LOOKING)?;
        Ok(())
    }

    /// The ledger, its lines in the order in which they were put there, and the count, which says where the last line
    /// that it counts ends in that.
    pub(crate) fn left_behind(&self) -> Result<(Vec<u8>, Result<CountFile>)> {
        let names = &self.space.names;
        let count = RangeRequest {
            key: names.count(),
            ..RangeRequest::default()
        };
        let both = Txn {
            success: vec![
                TxnOperation::Range(count),
                TxnOperation::Range(range(names.ledger(FIRST))),
            ],
            ..Txn::default()
        };
        let answer: TransactionResponse = self.space.client.call("kv/txn", &both, LOOKING)?;
        let revision = answer.header.revision.0;
        let mut found = answer.responses.into_iter();
        let mut found = || found.next().map(|found| found.response_range.kvs);
        let count = found().and_then(|kvs| kvs.into_iter().next());
        let mut lines = found().unwrap_or_default();
        lines.sort_by_key(|line| line.create_revision.0);
        let head = match count {
            Some(count) => self.space.head_of(&count, revision),
            None => self.space.head(LOOKING),
        };
        let count = head.map(|head| count_by(&head, &lines));
        let ledger = lines.into_iter().flat_map(|line| line.value.0).collect();
        Ok((ledger, count))
    }
}

fn range((key, end): (Bytes, Bytes)) -> RangeRequest {
    RangeRequest {
        key,
        range_end: Some(end),
        ..RangeRequest::default()
    }
}
