//! Commit delay: how long a sync waits for others to append.

use std::time::Duration;

/// Who else is selling, as far as the ledger tells.
///
/// Those who were released together come back together: a process that syncs at once covers the first of them
/// only, and the others wait for the next sync. So the syncer gives as many lines as came since its own
/// last one the time of a sync to come again. (Known from databases as a commit delay.)
#[derive(Debug, Default)]
pub(crate) struct CommitDelay {
    /// The last line that was counted when this process was last answered.
    seq: u64,
    /// How many lines others wrote that were counted between its last two answers.
    lines: u64,
    /// How many it has written itself since it was last answered.
    own: u64,
    /// How long the last sync took.
    sync: Duration,
}

impl CommitDelay {
    /// The most time that others are given.
    const LIMIT: Duration = Duration::from_millis(1);

    /// Notes that this process wrote so many lines.
    pub(crate) fn wrote(&mut self, lines: u64) {
        self.own = self.own.saturating_add(lines);
    }

    pub(crate) fn answered(&mut self, seq: u64) {
        let own = std::mem::take(&mut self.own);
        self.lines = match self.seq {
            0 => 0,
            before => seq.saturating_sub(before).saturating_sub(own),
        };
        self.seq = seq;
    }

    /// Notes how long a sync took.
    pub(crate) fn took(&mut self, sync: Duration) {
        self.sync = sync;
    }

    /// Whether to wait for more than these many lines, its own among them, so long after the first look.
    pub(crate) fn goes_on(&self, lines: u64, waited: Duration) -> bool {
        lines.saturating_sub(self.own) < self.lines && waited < self.sync.min(Self::LIMIT)
    }
}
