//! Evidence file: one for a rush, to which each of its buyers appends its lines, each line in one call.

use crate::store::file::sys::FileId;
use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::time::{ClockId, clock_gettime};

use crate::check::evidence::EvidenceRecord;
use crate::error::Result;
use crate::store::file::output::{Output, append, open_again};

/// A file of evidence that is being written, shared by those who write it.
#[derive(Debug)]
pub(super) enum EvidenceFile {
    /// Claimed by this process.
    Own(Output),
    /// Claimed by the supervisor.
    Another(File, PathBuf),
}

impl EvidenceFile {
    /// The file that the supervisor has claimed, opened again by a process that it has started.
    pub(super) fn reopen(path: &Path, (device, inode): (u64, u64)) -> Result<Self> {
        let file = open_again(path, FileId { device, inode })?;
        Ok(Self::Another(file, path.to_owned()))
    }

    /// Appends a line.
    pub(super) fn write(&self, record: &EvidenceRecord<'_>) -> Result<()> {
        let mut line = Vec::with_capacity(200);
        record.write_to(&mut line);
        match self {
            Self::Own(output) => output.append(&line),
            Self::Another(file, path) => append(file, path, &line),
        }
    }
}

/// The time, in nanoseconds of the clock that all processes of a host share.
pub(super) fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()
}
