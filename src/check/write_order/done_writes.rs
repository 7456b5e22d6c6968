//! Writes by when they are known to be done.

/// A write: by when it was done, and when it began; of those of a ledger, its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct DoneWrite {
    pub(super) done: u64,
    pub(super) began: u64,
    pub(super) line: Option<u32>,
}

/// All writes, the first to be done first: each with the latest that it or one before it began, and their last line.
#[derive(Debug, Default)]
pub(super) struct DoneWrites(Vec<DoneWrite>);

impl DoneWrites {
    pub(super) fn of(mut all: Vec<DoneWrite>) -> Self {
        all.sort_by_key(|write| write.done);
        let (mut began, mut line) = (0, None);
        for write in &mut all {
            (began, line) = (write.began.max(began), write.line.max(line));
            (write.began, write.line) = (began, line);
        }
        Self(all)
    }

    /// The latest beginning, and the last line, of those that were done before a time.
    pub(super) fn by(&self, time: u64) -> Option<&DoneWrite> {
        let done = self.0.partition_point(|write| write.done < time);
        self.0.get(done.checked_sub(1)?)
    }
}
