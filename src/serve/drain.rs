//! Drain: the end of the service, as all of its parts learn of it.

use tokio_util::sync::CancellationToken;

/// Whether the service is to end.
#[derive(Debug, Clone, Default)]
pub(super) struct Drain(CancellationToken);

impl Drain {
    /// From now on no order is accepted.
    pub(super) fn begin(&self) {
        self.0.cancel();
    }

    pub(super) fn has_begun(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until it begins.
    pub(super) async fn begun(&self) {
        self.0.cancelled().await;
    }
}
