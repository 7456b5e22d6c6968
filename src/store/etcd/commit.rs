//! A commit on a cluster: lines, their keys and the count that counts them, in one transaction.
//!
//! It is done only if the count is the one that was read, so that of two of the same at most one is done: what was sent
//! and not answered is sent again.

use super::client::Failure;
use super::deadline::Deadline;
use super::key_space::{ClusterHead, KeySpace};
use super::random::random;
use super::wire::{
    Bytes, Compare, Number, Operation, RangeRequest, Transaction, TransactionResponse,
};
use crate::error::{Error, Kind, Result};
use crate::ledger::{Nonce, Record, Sum};

/// So many lines go into one transaction: with their keys and the count these are fewer operations than the 128 that
/// etcd takes.
pub(super) const AT_ONCE: usize = 60;

/// What must hold beside the count, or instead of it.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// The count is as it was read.
    Unchanged,
    /// And this key, a lock's, was made at this revision: who holds the lock holds it still.
    Fenced(Bytes, u64),
    /// Nothing: the lines are put over whatever is there. It races.
    Nothing,
}

/// What came of it.
pub(super) enum Done {
    /// It is durable on more than half of the nodes.
    Written(ClusterHead),
    /// The condition did not hold: nothing was written.
    Conflict,
}

/// Lines that are to be written, with what they make of the head.
pub(super) struct NewLines {
    /// Each line with its number and its sum, and its idempotency key.
    pub(super) lines: Vec<NewLine>,
    pub(super) head: ClusterHead,
    /// Tells what this attempt puts there from what any other does.
    attempt: Nonce,
}

/// One of them.
pub(super) struct NewLine {
    pub(super) seq: u64,
    pub(super) sum: Sum,
    pub(super) text: Vec<u8>,
    pub(super) key: Option<String>,
}

impl NewLines {
    /// These records behind this head.
    pub(super) fn behind(head: &ClusterHead, records: &[Record<'_>]) -> Result<Self> {
        let mut new = Self {
            lines: Vec::with_capacity(records.len()),
            head: head.clone(),
            attempt: Nonce(random()),
        };
        for record in records {
            let head = &mut new.head;
            let (text, sum) = record
                .encode(head.tally.sum)
                .ok_or_else(|| Error::new(Kind::Usage, "this does not fit a ledger line"))?;
            let end = head.tally.bytes + text.len() as u64;
            let after = head.tally.apply(record, sum, end);
            let after = after.map_err(|why| Error::new(Kind::Integrity, why))?;
            head.anchor = head.anchor.after(record, &head.tally, &after);
            head.tally = after;
            new.lines.push(NewLine {
                seq: record.seq,
                sum,
                text,
                key: record.key.as_deref().map(str::to_owned),
            });
        }
        new.head.count = head.count.anchored(&new.head.tally, &new.head.anchor);
        Ok(new)
    }
}

impl KeySpace {
    /// Writes these lines behind the head that they were made for.
    pub(super) fn commit(
        &self,
        before: &ClusterHead,
        new: NewLines,
        condition: &Condition,
        deadline: Deadline,
    ) -> Result<Done> {
        let transaction = self.transaction(before, &new, condition);
        let answer: TransactionResponse = self
            .client
            .call("kv/txn", &transaction, deadline)
            .map_err(|failure| self.undone(failure))?;
        let written = |at: u64| {
            Ok(Done::Written(ClusterHead {
                modified: at,
                created: if before.created == 0 {
                    at
                } else {
                    before.created
                },
                revision: at,
                ..new.head
            }))
        };
        if answer.succeeded {
            return written(answer.header.revision.0);
        }
        let mut found = answer.responses.into_iter();
        let mut found = || {
            found
                .next()
                .and_then(|found| found.response_range.kvs.into_iter().next())
        };
        let (count, own, other) = (found(), found(), found());
        if let Some(own) = own {
            // It was sent before, done, and not answered.
            return written(own.mod_revision.0);
        }
        let is_same = count.is_some_and(|count| count.mod_revision.0 == before.modified);
        match other {
            Some(other) if is_same => Err(self.stray(&other.key)),
            _ => Ok(Done::Conflict),
        }
    }

    fn transaction(
        &self,
        before: &ClusterHead,
        new: &NewLines,
        condition: &Condition,
    ) -> Transaction {
        let (names, generation) = (&self.names, before.anchor.generation);
        let next = before.tally.seq + 1;
        let rest = names.rest(generation, next);
        let mut transaction = Transaction::default();
        let put = |key: Bytes, value: Vec<u8>| Operation::Put {
            key,
            value: Bytes(value),
        };
        let count = new.head.count.render().into_bytes();
        transaction.success.push(put(names.count(), count));
        if before.tally.seq == 0 {
            let generation = generation.to_string().into_bytes();
            transaction
                .success
                .push(put(names.generation_in_use(), generation));
        }
        for line in &new.lines {
            let name = names.line(generation, line.seq, line.sum, new.attempt);
            transaction.success.push(put(name, line.text.clone()));
            if let Some(key) = &line.key {
                let name = names.key(generation, key);
                transaction.compare.push(Compare::created(name.clone(), 0));
                let seq = line.seq.to_string().into_bytes();
                transaction.success.push(put(name, seq));
            }
        }
        match condition {
            Condition::Nothing => transaction.compare.clear(),
            Condition::Unchanged | Condition::Fenced(..) => {
                transaction
                    .compare
                    .push(Compare::modified(names.count(), before.modified));
                transaction.compare.push(Compare::nothing_in(rest.clone()));
            }
        }
        if let Condition::Fenced(lock, created) = condition {
            transaction
                .compare
                .push(Compare::created(lock.clone(), *created));
        }
        let own = new.lines.first();
        let own = own.map(|line| names.line(generation, line.seq, line.sum, new.attempt));
        let range = |key: Bytes, range_end: Option<Bytes>| {
            Operation::Range(RangeRequest {
                key,
                range_end,
                limit: Number(1),
                ..RangeRequest::default()
            })
        };
        transaction.failure.push(range(names.count(), None));
        transaction.failure.extend(own.map(|own| range(own, None)));
        transaction.failure.push(range(rest.0, Some(rest.1)));
        transaction
    }

    fn undone(&self, failure: Failure) -> Error {
        if !failure.unsure {
            return failure.error;
        }
        let message = format!(
            "whether it was done is not known: {}",
            failure.error.message()
        );
        let error = Error::new(Kind::OutcomeUnknown, message).at(self.client.place(), 0, 0);
        error.hint("say it again with its key, as with --key: what was done is answered, and not done twice")
    }

    fn stray(&self, key: &Bytes) -> Error {
        let message = "stands behind the last line that the count counts: another program put it there, or a race";
        let error = Error::new(Kind::Integrity, message).at(&self.told(key), 0, 0);
        error.hint("nothing was sold; 'tickets audit' says more")
    }
}
