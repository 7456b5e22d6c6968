//! The lock service of etcd: a lock belongs to a lease, which a thread keeps alive as long as this process runs.
//!
//! Who is stopped for longer than the lease lives has lost the lock, and does not know it.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

#[cfg(feature = "known-bad")]
use super::commit::Done;
use super::deadline::Deadline;
use super::failure::Failure;
#[cfg(feature = "known-bad")]
use super::key_space::ClusterHead;
use super::key_space::KeySpace;
use super::lease::{KeptAlive, Lease, RELEASE, keep_alive, started};
use super::wire::{Bytes, Header, RangeRequest, WireNumber};
#[cfg(feature = "known-bad")]
use super::wire::{TransactionResponse, Txn, TxnOperation};
use crate::error::{Error, Kind, Result};
use crate::store::LockId;

/// How long one request for the lock waits. A node lets go of our place in the queue when a request ends, so short ones would
/// have all who wait queue again and again; one that is cut off from the others says nothing for ever.
const ONE_REQUEST: Duration = Duration::from_secs(10);

/// How often it is asked whether the lock is wanted still.
const PIECE: Duration = Duration::from_millis(100);

#[derive(Serialize)]
struct Wanted {
    name: Bytes,
    lease: WireNumber,
}

#[derive(Deserialize)]
struct Locked {
    header: Header,
    key: Bytes,
}

/// A lock that was had, and is held unless its lease has ended.
#[derive(Debug)]
pub(super) struct HeldLock {
    /// `None`: its key goes only when it is deleted.
    lease: Option<Lease>,
    /// The key that says so, and when it was made: a fencing token.
    pub(super) key: Bytes,
    pub(super) created: u64,
    cluster: u64,
    _kept: Option<KeptAlive>,
}

impl HeldLock {
    /// One without a lease.
    pub(super) fn of_key(key: Bytes, created: u64, cluster: u64) -> Self {
        Self {
            lease: None,
            key,
            created,
            cluster,
            _kept: None,
        }
    }

    /// Which lock it is: the cluster, and the revision at which its key was made.
    pub(super) fn id(&self) -> LockId {
        LockId {
            device: self.cluster,
            inode: self.created,
        }
    }
}

impl KeySpace {
    /// Takes the event's lock, which a lease of this length holds.
    pub(super) fn lock(
        &self,
        time_to_live: Duration,
        end: Deadline,
        still_wanted: &mut dyn FnMut() -> bool,
    ) -> Result<HeldLock> {
        loop {
            let lease = Lease::granted(&self.client, time_to_live, end)?;
            let kept = keep_alive(self.client.again()?, lease, time_to_live / 3)?;
            match self.locked(lease, end, still_wanted) {
                Ok(Some((key, created, cluster))) => {
                    return Ok(HeldLock {
                        lease: Some(lease),
                        key,
                        created,
                        cluster,
                        _kept: Some(kept),
                    });
                }
                // Of two requests with one lease the end of the first would take the lock from the second.
                Ok(None) => {
                    lease.give_back(&self.client);
                    if end.is_over() {
                        return Err(self.busy());
                    }
                }
                Err(error) => {
                    lease.give_back(&self.client);
                    return Err(error);
                }
            }
        }
    }

    /// The lock's key, when it was made, and which cluster it is; `None`: this lease will not have it.
    fn locked(
        &self,
        lease: Lease,
        end: Deadline,
        still_wanted: &mut dyn FnMut() -> bool,
    ) -> Result<Option<(Bytes, u64, u64)>> {
        let wanted = Wanted {
            name: self.names.lock(),
            lease: lease.id,
        };
        let client = self.client.patient(ONE_REQUEST);
        let (tells, told) = channel();
        let until = Deadline::At((Instant::now() + ONE_REQUEST).min(end.of_this_request()));
        started("get the lock", move || {
            // Nobody listens where the lock is not wanted any more.
            let _ = tells.send(client.call("lock/lock", &wanted, until));
        })?;
        let locked: std::result::Result<Locked, Failure> = loop {
            if !still_wanted() {
                return Err(Error::interrupted("the lock is not wanted any more"));
            }
            if end.is_over() {
                return Err(self.busy());
            }
            match told.recv_timeout(PIECE) {
                Ok(locked) => break locked,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        };
        let locked = match locked {
            Ok(locked) => locked,
            // A node that has said nothing for so long may be cut off from the others, or know nothing of the lock any more.
            Err(Failure { unsure: true, .. }) => {
                self.client.turn_away();
                return Ok(None);
            }
            // Compaction, too, ends the server's own wait for the key before ours: it has given ours up.
            Err(Failure {
                compacted: true, ..
            }) => return Ok(None),
            Err(failure) if has_ended(failure.error.message()) => return Ok(None),
            Err(failure) => return Err(failure.into()),
        };
        let found = self.one(locked.key.clone(), 0, end)?;
        let cluster = locked.header.cluster_id.0;
        Ok(found.map(|found| (locked.key, found.create_revision.0, cluster)))
    }

    fn busy(&self) -> Error {
        let message = "the lock was not had in time: another process of the cluster holds it";
        let error = Error::new(Kind::Busy { holder: None }, message).at(self.client.place(), 0, 0);
        error.hint("nothing was changed; wait longer with --wait 2m")
    }

    /// Gives the lock back. One that is not given back ends with its lease.
    pub(super) fn unlock(&self, held: &HeldLock) {
        if let Some(lease) = held.lease {
            return lease.give_back(&self.client);
        }
        let soon = Deadline::At(Instant::now() + RELEASE);
        let request = RangeRequest {
            key: held.key.clone(),
            ..RangeRequest::default()
        };
        let _ = self
            .client
            .call::<IgnoredAny>("kv/deleterange", &request, soon);
    }

    /// Writes what this transaction does, with a lease on all that it puts.
    #[cfg(feature = "known-bad")]
    pub(super) fn put_leased(
        &self,
        mut transaction: Txn,
        head: ClusterHead,
        deadline: Deadline,
    ) -> Result<Done> {
        let lease = Lease::granted(&self.client, Duration::from_secs(1), deadline)?;
        for operation in &mut transaction.success {
            if let TxnOperation::Put { key, value } = operation
                && *key != self.names.count()
            {
                let (key, value, lease) = (key.clone(), value.clone(), lease.id);
                *operation = TxnOperation::PutLeased { key, value, lease };
            }
        }
        let answer: TransactionResponse = self.client.call("kv/txn", &transaction, deadline)?;
        let modified = answer.header.revision.0;
        let head = ClusterHead { modified, ..head };
        Ok(if answer.succeeded {
            Done::Written(Box::new(head))
        } else {
            Done::Conflict(None)
        })
    }
}

/// Whether a lease has ended, or the wait for who has the lock, by what is said of a request for it.
fn has_ended(message: &str) -> bool {
    ["lease not found", "session is expired", "lost watcher"]
        .iter()
        .any(|part| message.contains(part))
}
