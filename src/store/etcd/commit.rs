//! A commit on a cluster: lines, their keys and the count that counts them, in one transaction.
//!
//! It is done only if the count is the one that was read, so that of two of the same at most one is done: what was sent
//! and not answered is sent again.

use super::client::Failure;
use super::deadline::Deadline;
use super::groups::{KEYS_COMPARED, OTHERS, in_groups};
use super::key_space::{ClusterHead, KeySpace};
use super::prepared::{PreparedPart, pieces};
use super::wire::{
    Bytes, Compare, KeyValue, RangeRequest, TransactionResponse, Txn, TxnOperation, WireNumber,
};
use crate::error::{Error, Kind, Result};
use crate::ledger::NewLines;

/// What must hold beside the count, or instead of it.
#[derive(Debug, Clone)]
pub(super) enum WriteCondition {
    /// The count is as it was read.
    Unchanged,
    /// And it was not read for this: what was assumed of it holds, and these keys are not there.
    Assumed(Vec<Bytes>),
    /// And this key, a lock's, was made at this revision: who holds the lock holds it still.
    Fenced(Bytes, u64),
    /// Nothing: the lines are put over whatever is there. It races.
    Nothing,
}

/// What came of it.
pub(super) enum Done {
    /// It is durable on more than half of the nodes.
    Written(Box<ClusterHead>),
    /// The condition did not hold: nothing was written. With the count that others wrote meanwhile, and as of when.
    Conflict(Option<(KeyValue, u64)>),
}

impl KeySpace {
    /// Writes these lines behind the head that they were made for, all or none of them.
    ///
    /// # Errors
    /// [`Kind::OutcomeUnknown`], too: they are more than one transaction takes, the first of them are written, and others
    /// changed the event before the rest was, or the cluster was lost.
    pub(super) fn commit(
        &self,
        before: &ClusterHead,
        lines: &NewLines<'_>,
        condition: &WriteCondition,
        deadline: Deadline,
    ) -> Result<Done> {
        let mut head = None;
        for piece in pieces(before, lines, self.attempts.another()) {
            let behind = head.as_deref().unwrap_or(before);
            // What was assumed holds once the first is written.
            let condition = match condition {
                WriteCondition::Assumed(_) if head.is_some() => &WriteCondition::Unchanged,
                condition => condition,
            };
            let done = self.commit_piece(behind, piece, condition, deadline);
            // That nothing was changed is said of all pieces, not of the last.
            let done = if head.is_some() {
                done.map_err(|error| self.unfinished(&error))?
            } else {
                done?
            };
            match done {
                Done::Written(written) => head = Some(written),
                conflict @ Done::Conflict(_) if head.is_none() => return Ok(conflict),
                Done::Conflict(_) => return Err(self.in_part()),
            }
        }
        Ok(Done::Written(
            head.unwrap_or_else(|| Box::new(before.clone())),
        ))
    }

    fn commit_piece(
        &self,
        before: &ClusterHead,
        new: PreparedPart<'_>,
        condition: &WriteCondition,
        deadline: Deadline,
    ) -> Result<Done> {
        let transaction = self.transaction(before, &new, condition);
        known_bad!(HoldLeased => if new.holds() { return self.put_leased(transaction, new.head, deadline) });
        let answer: TransactionResponse = self
            .client
            .call("kv/txn", &transaction, deadline)
            .map_err(|failure| self.undone(failure))?;
        let written = |at: u64| {
            Ok(Done::Written(Box::new(ClusterHead {
                modified: at,
                created: if before.created == 0 {
                    at
                } else {
                    before.created
                },
                revision: at,
                ..new.head
            })))
        };
        if answer.succeeded {
            return written(answer.header.revision.0);
        }
        let revision = answer.header.revision.0;
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
        let is_same = |count: &KeyValue| count.mod_revision.0 == before.modified;
        match other {
            Some(other) if count.as_ref().is_some_and(is_same) => Err(self.stray(&other.key)),
            _ => {
                let changed = count.filter(|count| !is_same(count));
                Ok(Done::Conflict(changed.map(|count| (count, revision))))
            }
        }
    }

    fn transaction(
        &self,
        before: &ClusterHead,
        new: &PreparedPart<'_>,
        condition: &WriteCondition,
    ) -> Txn {
        let (names, generation) = (&self.names, before.anchor.generation);
        let next = before.tally.seq + 1;
        let rest = names.rest(generation, next);
        let mut transaction = Txn::default();
        let (puts, mut keys) = new.puts(names, before.tally.seq == 0);
        if let WriteCondition::Assumed(others) = condition {
            keys.extend_from_slice(others);
            keys.sort();
            keys.dedup();
        }
        // The count has changed with whatever this program wrote since; these tell what another one did.
        if keys.len() <= KEYS_COMPARED {
            let absent = keys.into_iter().map(Compare::absent);
            transaction.compare.extend(absent);
        }
        transaction.success = in_groups(puts, transaction.compare.len() + OTHERS);
        match condition {
            WriteCondition::Nothing => transaction.compare.clear(),
            WriteCondition::Unchanged | WriteCondition::Assumed(_) | WriteCondition::Fenced(..) => {
                transaction
                    .compare
                    .push(Compare::modified(names.count(), before.modified));
                transaction.compare.push(Compare::nothing_in(rest.clone()));
            }
        }
        if let WriteCondition::Fenced(lock, created) = condition {
            transaction
                .compare
                .push(Compare::created(lock.clone(), *created));
        }
        let own = new.first_key(names);
        let range = |key: Bytes, range_end: Option<Bytes>| {
            TxnOperation::Range(RangeRequest {
                key,
                range_end,
                limit: WireNumber(1),
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
            return *failure.error;
        }
        known_bad!(UnknownFailed => return *failure.error);
        let message = format!(
            "whether it was done is not known: {}",
            failure.error.message()
        );
        let error = Error::new(Kind::OutcomeUnknown, message).at(self.client.place(), 0, 0);
        error.hint("say it again with its key, as with --key: what was done is answered, and not done twice")
    }

    /// The error that a part was written, and what came of the rest.
    fn unfinished(&self, error: &Error) -> Error {
        let message = format!("a part of it was written, and then: {}", error.message());
        let error = Error::new(Kind::OutcomeUnknown, message).at(self.client.place(), 0, 0);
        error.hint("say it again with the same keys: what was done is answered, and not done twice")
    }

    /// The error that a part was written, and then others changed the event.
    fn in_part(&self) -> Error {
        let message = "a part of it was written, and then others changed the event";
        let error = Error::new(Kind::OutcomeUnknown, message).at(self.client.place(), 0, 0);
        error.hint("say it again with the same keys: what was done is answered, and not done twice")
    }

    fn stray(&self, key: &Bytes) -> Error {
        let message = "stands behind the last line that the count counts: another program put it there, or a race";
        let error = Error::new(Kind::Integrity, message).at(&self.told(key), 0, 0);
        error.hint("nothing more was sold; 'tickets audit' says more")
    }
}
