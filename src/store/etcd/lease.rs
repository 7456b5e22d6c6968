//! Leases: whatever one holds goes when it ends, and it ends unless it is kept alive.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::deadline::Deadline;
use super::failure::Failure;
use super::wire::WireNumber;
use crate::error::{Error, Kind, Result};
use crate::store::file::backoff::outlast;

/// How long a release takes at most: a lease that was not given back ends by itself.
pub(super) const RELEASE: Duration = Duration::from_secs(2);

/// A pause of the thread that keeps a lease alive is taken in such pieces, so that it ends soon.
const NAP: Duration = Duration::from_millis(20);

#[derive(Serialize)]
struct Grant {
    #[serde(rename = "TTL")]
    seconds: WireNumber,
}

#[derive(Debug, Serialize, Deserialize, Clone, Copy)]
pub(super) struct Lease {
    #[serde(rename = "ID")]
    pub(super) id: WireNumber,
}

/// The thread that keeps a lease alive until this goes.
#[derive(Debug)]
pub(super) struct KeptAlive(Arc<AtomicBool>);

impl Drop for KeptAlive {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Lease {
    /// One that lives so long.
    pub(super) fn granted(
        client: &Client,
        time_to_live: Duration,
        deadline: Deadline,
    ) -> std::result::Result<Self, Failure> {
        let grant = Grant {
            seconds: WireNumber(time_to_live.as_secs().max(1)),
        };
        client.call("lease/grant", &grant, deadline)
    }

    /// Ends it, with all that it holds.
    pub(super) fn give_back(self, client: &Client) {
        let soon = Deadline::At(Instant::now() + RELEASE);
        let _ = client.call::<IgnoredAny>("lease/revoke", &self, soon);
    }
}

pub(super) fn keep_alive(client: Client, lease: Lease, every: Duration) -> Result<KeptAlive> {
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
    started("keep the lock", keeping)?;
    Ok(KeptAlive(over))
}

/// A thread that nobody waits for.
pub(super) fn started(what: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = thread::Builder::new().stack_size(256 * 1024).spawn(run);
    thread
        .map(drop)
        .map_err(|e| Error::new(Kind::Io, format!("no thread can be started to {what}: {e}")))
}
