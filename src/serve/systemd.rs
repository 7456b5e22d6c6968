//! What the service manager is told, where there is one.

use sd_notify::NotifyState;

pub(super) const READY: NotifyState<'_> = NotifyState::Ready;
pub(super) const STOPPING: NotifyState<'_> = NotifyState::Stopping;

/// Tells it that; that it cannot be told is no reason to end.
pub(super) fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(false, &[state]) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}
