//! A lock that is tried and never waited for: the schedule says when it is tried again. Its key is as the
//! lock service makes it, but for the lease: the schedule deletes it, as the end of a lease would.

use std::fmt;
use std::time::Duration;

use super::deadline::Deadline;
use super::event_store::EtcdStore;
use super::key_space::KeySpace;
use super::lock::HeldLock;
use super::random::random;
use super::wire::{Bytes, Compare, TransactionResponse, Txn, TxnOperation};
use crate::error::Result;
use crate::ledger::LockKind;
use crate::store::file::lock::stepped::StepControl;
use crate::store::file::sys::FileId;

/// Who says when a lock is tried again.
pub(super) struct Stepping(Box<dyn StepControl>);

impl fmt::Debug for Stepping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stepping")
    }
}

impl EtcdStore {
    /// The same for a buyer of the lab under this lock.
    pub(crate) fn stepped(self, lock: LockKind, control: Box<dyn StepControl>) -> Self {
        Self {
            stepping: Some(Stepping(control)),
            ..self.for_rush(lock, Duration::ZERO)
        }
    }
}

impl KeySpace {
    /// Takes the event's lock, or is told when to try again.
    pub(super) fn lock_stepped(
        &self,
        stepping: &mut Stepping,
        deadline: Deadline,
    ) -> Result<HeldLock> {
        loop {
            if let Some(held) = self.try_lock(deadline)? {
                return Ok(held);
            }
            stepping.0.busy(FileId {
                device: 0,
                inode: 0,
            })?;
        }
    }

    /// `None`: somebody else has it.
    fn try_lock(&self, deadline: Deadline) -> Result<Option<HeldLock>> {
        let key = self.names.lock_of(u64::from(random()));
        let transaction = Txn {
            compare: vec![Compare::nothing_in(self.names.locks())],
            success: vec![TxnOperation::Put {
                key: key.clone(),
                value: Bytes::default(),
            }],
            failure: Vec::new(),
        };
        let answer: TransactionResponse = self.client.call("kv/txn", &transaction, deadline)?;
        let (created, cluster) = (answer.header.revision.0, answer.header.cluster_id.0);
        let is_ours = answer.succeeded;
        Ok(is_ours.then(|| HeldLock::of_key(key, created, cluster)))
    }
}
