//! Reads of the ledger: few at a time, each in a thread that may block. They never lock, and never wait for a sale.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::problem::ProblemResponse;
use crate::BoxOffice;
use crate::error::Result;
use crate::office::KeyIndex;

/// How long a client waits for what is read.
pub(super) const PATIENCE: Duration = Duration::from_millis(8_500);

/// So many are read at once: each may read the whole ledger.
const AT_ONCE: usize = 4;

/// The reads of an event's ledger.
#[derive(Debug)]
pub(super) struct LookupPool {
    path: PathBuf,
    keys: KeyIndex,
    room: Arc<Semaphore>,
}

impl LookupPool {
    pub(super) fn of(path: &Path, keys: &KeyIndex) -> Self {
        Self {
            path: path.to_path_buf(),
            keys: keys.clone(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Reads with a box office of its own.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        read: impl FnOnce(&BoxOffice) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, ProblemResponse> {
        let (path, keys) = (self.path.clone(), self.keys.clone());
        let room = Arc::clone(&self.room);
        let looks = async move {
            let permit = room.acquire_owned().await;
            tokio::task::spawn_blocking(move || {
                // Room for another one only when this one is read, also where nobody waits for it.
                let _permit = permit;
                BoxOffice::with_keys(&path, &keys).and_then(|office| read(&office))
            })
            .await
        };
        match timeout(PATIENCE, looks).await {
            Ok(Ok(found)) => found.map_err(|error| ProblemResponse::of(&error)),
            _ => Err(ProblemResponse::stuck()),
        }
    }
}
