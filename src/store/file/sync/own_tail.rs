//! Own tail: the end of a ledger that this process wrote itself.

/// The end of the ledger that one process wrote itself, without a gap, since its last sync.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OwnTail {
    from: u64,
    to: u64,
}

impl OwnTail {
    /// Notes that this process wrote the bytes from `from` to `to`.
    pub(crate) fn wrote(&mut self, from: u64, to: u64) {
        if self.to != from {
            self.from = from;
        }
        self.to = to;
    }

    pub(crate) fn covers(self, from: u64, to: u64) -> bool {
        self.from <= from && to <= self.to
    }
}
