//! Signals: the first SIGTERM or Ctrl-C drains, a second one ends the process at once.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::drain::Drain;
use super::failure;
use super::systemd;
use crate::error::Result;

/// Takes the signals over, for the rest of the process's life. Ctrl-C is left alone where the parent process wants it
/// to be ignored, as a script's background job.
pub(super) fn obey(drain: &Drain, ignores_interrupt: bool) -> Result<()> {
    let kinds = [SignalKind::terminate(), SignalKind::interrupt()];
    let wanted = if ignores_interrupt { 1 } else { kinds.len() };
    for kind in kinds.into_iter().take(wanted) {
        let signals = signal(kind).map_err(|error| failure::io("watch for signals", &error))?;
        tokio::spawn(each(signals, kind, drain.clone()));
    }
    Ok(())
}

async fn each(mut signals: Signal, kind: SignalKind, drain: Drain) {
    while signals.recv().await.is_some() {
        if drain.has_begun() {
            // Nothing is lost: what is on the ledger stands, and what is not was not answered.
            std::process::exit(128 + kind.as_raw_value());
        }
        tracing::info!(signal = kind.as_raw_value(), "draining");
        systemd::tell(systemd::STOPPING);
        drain.begin();
    }
}
