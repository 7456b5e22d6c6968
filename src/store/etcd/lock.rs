//! The lock service of etcd: a lock belongs to a lease, which a thread keeps alive as long as this process runs.
//!
//! Who is stopped for longer than the lease lives has lost the lock, and does not know it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::client::{Client, Failure};
#[cfg(feature = "known-bad")]
use super::commit::Done;
use super::deadline::Deadline;
#[cfg(feature = "known-bad")]
use super::key_space::ClusterHead;
use super::key_space::KeySpace;
use super::wire::{Bytes, Header, RangeRequest, WireNumber};
#[cfg(feature = "known-bad")]
use super::wire::{TransactionResponse, Txn, TxnOperation};
use crate::error::{Error, Kind, Result};
use crate::store::LockId;
use crate::store::file::backoff::outlast;

/// How long one request for the lock waits: between two of them it is asked whether the lock is wanted still.
const PIECE: Duration = Duration::from_millis(500);

/// How long a release takes at most: a lease that was not given back ends by itself.
const RELEASE: Duration = Duration::from_secs(2);

/// A pause of the thread that keeps a lease alive is taken in such pieces, so that it ends soon.
const NAP: Duration = Duration::from_millis(20);

#[derive(Serialize)]
struct Grant {
    #[serde(rename = "TTL")]
    seconds: WireNumber,
}

#[derive(Debug, Serialize, Deserialize, Clone, Copy)]
struct Lease {
    #[serde(rename = "ID")]
    id: WireNumber,
}

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

/// The thread that keeps a lease alive until this goes.
#[derive(Debug)]
struct KeptAlive(Arc<AtomicBool>);

impl Drop for KeptAlive {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
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
            let grant = Grant {
                seconds: WireNumber(time_to_live.as_secs().max(1)),
            };
            let lease: Lease = self.client.call("lease/grant", &grant, end)?;
            let kept = keep_alive(self.client.again()?, lease, time_to_live / 3)?;
            match self.locked(lease, end, still_wanted) {
                // The lease ended meanwhile.
                Ok(None) => {}
                Ok(Some((key, created, cluster))) => {
                    return Ok(HeldLock {
                        lease: Some(lease),
                        key,
                        created,
                        cluster,
                        _kept: Some(kept),
                    });
                }
                Err(error) => {
                    self.give_back(lease);
                    return Err(error);
                }
            }
        }
    }

    /// The lock's key, when it was made, and which cluster it is.
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
        loop {
            if !still_wanted() {
                return Err(Error::interrupted("the lock is not wanted any more"));
            }
            if end.is_over() {
                let message =
                    "the lock was not had in time: another process of the cluster holds it";
                let error =
                    Error::new(Kind::Busy { holder: None }, message).at(self.client.place(), 0, 0);
                return Err(error.hint("nothing was changed; wait longer with --wait 2m"));
            }
            let piece = Deadline::At(Instant::now() + PIECE);
            let locked: Locked = match self.client.call("lock/lock", &wanted, piece) {
                Ok(locked) => locked,
                // Compaction, too, ends the server's own wait for the key before ours: it has given ours up.
                Err(
                    Failure { unsure: true, .. }
                    | Failure {
                        compacted: true, ..
                    },
                ) => continue,
                Err(failure) if failure.error.message().contains("lease not found") => {
                    return Ok(None);
                }
                Err(failure) => return Err(failure.into()),
            };
            let found = self.one(locked.key.clone(), 0, end)?;
            let cluster = locked.header.cluster_id.0;
            return Ok(found.map(|found| (locked.key, found.create_revision.0, cluster)));
        }
    }

    /// Gives the lock back. One that is not given back ends with its lease.
    pub(super) fn unlock(&self, held: &HeldLock) {
        if let Some(lease) = held.lease {
            return self.give_back(lease);
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
        let grant = Grant {
            seconds: WireNumber(1),
        };
        let lease: Lease = self.client.call("lease/grant", &grant, deadline)?;
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

    fn give_back(&self, lease: Lease) {
        let soon = Deadline::At(Instant::now() + RELEASE);
        let _ = self.client.call::<IgnoredAny>("lease/revoke", &lease, soon);
    }
}

fn keep_alive(client: Client, lease: Lease, every: Duration) -> Result<KeptAlive> {
    let over = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&over);
    let keeping = move || {
        loop {
            let start = Instant::now();
            while start.elapsed() < every {
                if seen.load(Ordering::Relaxed) {
                    return;
                }
                outlast(NAP);
            }
            let soon = Deadline::At(Instant::now() + every);
            let _ = client.call::<IgnoredAny>("lease/keepalive", &lease, soon);
        }
    };
    let started = thread::Builder::new().stack_size(256 * 1024).spawn(keeping);
    started.map_err(|e| {
        Error::new(
            Kind::Io,
            format!("no thread can be started to keep the lock: {e}"),
        )
    })?;
    Ok(KeptAlive(over))
}
