//! The log, on standard error: written by a thread of its own. A reader that is slow loses lines, and stops no sale.

use std::io::{self, BufWriter};

use tracing::level_filters::LevelFilter;
use tracing::subscriber::set_global_default;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};

use super::failure;
use super::settings::LogFormat;
use crate::error::Result;

/// How many lines may wait for a slow reader.
const WAITING: usize = 8_192;

/// The log: dropped, it writes what it still has.
#[derive(Debug)]
pub(super) struct Log {
    _writer: WorkerGuard,
}

impl Log {
    /// Writes what this process logs from now on.
    pub(super) fn begin(format: LogFormat) -> Result<Self> {
        // Lines that wait are written by one call; it is flushed when none waits.
        let (writer, guard) = NonBlockingBuilder::default()
            .lossy(true)
            .buffered_lines_limit(WAITING)
            .finish(BufWriter::new(io::stderr()));
        let lines = tracing_subscriber::fmt()
            .with_writer(writer)
            .with_max_level(LevelFilter::INFO)
            .with_target(false)
            .with_ansi(false);
        let set = match format {
            LogFormat::Human => set_global_default(lines.finish()),
            LogFormat::Json => set_global_default(lines.json().flatten_event(true).finish()),
        };
        set.map_err(|error| failure::part("begin the log", &error))?;
        Ok(Self { _writer: guard })
    }
}
