//! How far a search is.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use super::super::screen::{FAINT, Screen};
use super::super::signals::Stop;
use tickets::{Error, Kind, Result};

/// How often it is told.
const OFTEN: Duration = Duration::from_millis(200);

/// Shows how far a search is, and stops it when the process is asked to end.
pub(super) struct Progress<'s> {
    stop: Stop,
    shown: bool,
    began: Instant,
    last: Instant,
    screen: &'s Screen,
    /// The command's name in JSON.
    command: &'static str,
}

impl<'s> Progress<'s> {
    pub(super) fn new(command: &'static str, screen: &'s Screen) -> Result<Self> {
        let stop = Stop::on_signals();
        Ok(Self {
            stop: stop
                .map_err(|e| Error::new(Kind::Io, format!("could not watch for signals: {e}")))?,
            shown: io::stderr().is_terminal() && !screen.quiet && !screen.json,
            began: Instant::now(),
            last: Instant::now(),
            screen,
            command,
        })
    }

    /// Whether to go on, after so many schedules.
    pub(super) fn tell(&mut self, schedules: u64) -> bool {
        if self.stop.was_told() {
            return false;
        }
        if self.shown && self.last.elapsed() > OFTEN {
            self.last = Instant::now();
            let mut err = anstream::stderr().lock();
            let rate = schedules as f64 / self.began.elapsed().as_secs_f64();
            let _ = write!(
                err,
                "\r\x1b[K{FAINT}{schedules} schedules, {rate:.0} a second; Ctrl-C stops{FAINT:#}"
            );
        }
        true
    }

    /// The result, or the exit code of a process that was asked to end.
    pub(super) fn done<T>(&self, result: Result<T>) -> Result<std::result::Result<T, u8>> {
        if self.shown {
            let _ = write!(anstream::stderr().lock(), "\r\x1b[K");
        }
        match result {
            Err(error) if error.kind() == Kind::Interrupted => {
                self.screen.error(self.command, &error, None);
                Ok(Err(self.stop.exit_code()))
            }
            result => result.map(Ok),
        }
    }
}
