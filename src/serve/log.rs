//! The log, on standard error: written by a thread of its own. A reader that is slow loses lines, and stops no sale.

use std::io::{self, BufWriter, Write};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::set_global_default;
use tracing_subscriber::fmt::MakeWriter;

use super::failure;
use super::settings::LogFormat;
use crate::error::Result;

/// How many lines may wait for a slow reader.
const WAITING: usize = 8_192;

/// How long the end of the service waits for a reader that takes none.
const PATIENCE: Duration = Duration::from_secs(1);

/// The log: dropped, it writes what it still has.
#[derive(Debug)]
pub(super) struct Log {
    lines: Lines,
    ended: Receiver<()>,
}

/// Where the lines go that wait to be written.
#[derive(Debug, Clone)]
struct Lines(Sender<Entry>);

/// A line; or that there is none behind it.
#[derive(Debug)]
enum Entry {
    Line(Box<[u8]>),
    End,
}

impl Log {
    /// Writes what this process logs from now on.
    pub(super) fn begin(format: LogFormat) -> Result<Self> {
        let (sender, waiting) = bounded(WAITING);
        let (end, ended) = bounded(1);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                // What standard error does not take is lost.
                let _ = write(&waiting, BufWriter::new(io::stderr()));
                let _ = end.send(());
            })
            .map_err(|error| failure::part("begin the log", &error))?;
        let lines = Lines(sender);
        let log = tracing_subscriber::fmt()
            .with_writer(lines.clone())
            .with_max_level(LevelFilter::INFO)
            .with_target(false)
            .with_ansi(false);
        let set = match format {
            LogFormat::Human => set_global_default(log.finish()),
            LogFormat::Json => set_global_default(log.json().flatten_event(true).finish()),
        };
        set.map_err(|error| failure::part("begin the log", &error))?;
        Ok(Self { lines, ended })
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if self.lines.0.send_timeout(Entry::End, PATIENCE).is_ok() {
            let _ = self.ended.recv_timeout(PATIENCE);
        }
    }
}

/// Lines that wait are written by one call; it is flushed when none waits.
fn write(waiting: &Receiver<Entry>, mut out: impl Write) -> io::Result<()> {
    while let Ok(entry) = waiting.recv() {
        let mut next = Some(entry);
        while let Some(entry) = next {
            match entry {
                Entry::Line(line) => out.write_all(&line)?,
                Entry::End => return out.flush(),
            }
            next = waiting.try_recv().ok();
        }
        out.flush()?;
    }
    Ok(())
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// One call is one line.
impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Full, or gone: the line is lost, and no sale waits for it.
        let _ = self.0.try_send(Entry::Line(line.into()));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
