//! Room: how many connections there may be at once, and how many of them may follow a count. Who follows keeps a
//! connection for as long as the page is open.
//!
//! Invariant: at most half of the connections follow, so that there is always room to buy.

use std::sync::Arc;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::ProblemResponse;

/// The most connections at once.
const MOST: usize = 16_384;

/// The fewest, whatever the system gives.
const LEAST: usize = 16;

/// Descriptors that are not for connections: the events' files, and what the library opens for a moment.
const OTHER_FILES: u64 = 512;

/// The place of a connection, or of a stream. Dropped, it is free again.
pub(super) type Place = OwnedSemaphorePermit;

/// The places that there are.
#[derive(Debug)]
pub(super) struct Room {
    connections: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl Room {
    /// For as many connections as the system gives descriptors for.
    pub(super) fn of_this_system() -> Self {
        let most = usize::try_from(files()).unwrap_or(usize::MAX);
        let most = most.clamp(LEAST, MOST);
        Self {
            connections: Arc::new(Semaphore::new(most)),
            streams: Arc::new(Semaphore::new(most / 2)),
        }
    }

    /// A place for a connection, as soon as there is one. `None`: never.
    pub(super) async fn connection(&self) -> Option<Place> {
        Arc::clone(&self.connections).acquire_owned().await.ok()
    }

    /// A place for a stream on a connection that is there.
    pub(super) fn stream(&self) -> Result<Place, ProblemResponse> {
        let place = Arc::clone(&self.streams).try_acquire_owned();
        place.map_err(|_| ProblemResponse::too_many_follow())
    }
}

/// How many descriptors there are for connections. As many as may be are asked for first.
fn files() -> u64 {
    let all = OTHER_FILES.saturating_add(u64::try_from(MOST).unwrap_or(u64::MAX));
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: Some(limit.maximum.map_or(all, |most| most.min(all))),
        maximum: limit.maximum,
    };
    let raised = wanted.current > limit.current && setrlimit(Resource::Nofile, wanted).is_ok();
    let files = if raised {
        wanted.current
    } else {
        limit.current
    };
    files.unwrap_or(all).saturating_sub(OTHER_FILES)
}
