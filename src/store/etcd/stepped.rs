//! A lock that is tried and never waited for: whoever steps through a schedule says when it is tried again, and when its lease
//! ends. Its key is as the lock service makes it.

use std::fmt;
use std::time::Duration;

use super::deadline::Deadline;
use super::event_store::EtcdStore;
use super::key_space::KeySpace;
use super::lock::{Grant, HeldLock, Lease};
use super::wire::{Bytes, Compare, TransactionResponse, Txn, TxnOperation, WireNumber};
use crate::error::Result;
use crate::ledger::LockKind;
use crate::store::file::lock::stepped::StepControl;
use crate::store::file::sys::FileId;

/// How long a lease lives that nobody ends: longer than a run.
const LONG: u64 = 600;

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
            ..self.for_rush(lock, Duration::from_secs(LONG))
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
        let grant = Grant {
            seconds: WireNumber(LONG),
        };
        let lease: Lease = self.client.call("lease/grant", &grant, deadline)?;
        loop {
            let tried = self.try_lock(lease, deadline);
            let waited = match tried {
                Ok(Some(held)) => return Ok(held),
                Ok(None) => stepping.0.busy(FileId {
                    device: 0,
                    inode: 0,
                }),
                Err(error) => Err(error),
            };
            if let Err(error) = waited {
                self.give_back(lease);
                return Err(error);
            }
        }
    }

    /// `None`: somebody else has it.
    fn try_lock(&self, lease: Lease, deadline: Deadline) -> Result<Option<HeldLock>> {
        let key = self.names.lock_of(lease.id.0);
        let transaction = Txn {
            compare: vec![Compare::nothing_in(self.names.locks())],
            success: vec![TxnOperation::PutLeased {
                key: key.clone(),
                value: Bytes::default(),
                lease: lease.id,
            }],
            failure: Vec::new(),
        };
        let answer: TransactionResponse = self.client.call("kv/txn", &transaction, deadline)?;
        Ok(answer.succeeded.then(|| HeldLock {
            lease: lease.id,
            key,
            created: answer.header.revision.0,
            cluster: answer.header.cluster_id.0,
            _kept: None,
        }))
    }
}
