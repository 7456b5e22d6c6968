//! Between two steps of the walk: until somebody presses Enter.

use std::io::{self, IsTerminal as _};

use rustix::event::{PollFd, PollFlags, poll};

use super::super::process::Stop;

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    GoOn,
    /// What comes next is to be left out.
    Skip,
    /// The walk is to be left.
    Leave,
    /// The process is to end.
    Stop,
}

/// Waits for Enter where people are at a terminal; else for nobody.
pub(super) struct EnterPause<'s> {
    stop: &'s Stop,
    waits: bool,
}

impl<'s> EnterPause<'s> {
    pub(super) fn new(stop: &'s Stop, goes_on: bool) -> Self {
        let people = io::stdin().is_terminal() && io::stdout().is_terminal();
        Self {
            stop,
            waits: people && !goes_on,
        }
    }

    /// Whether it waits for somebody.
    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    /// Whether the process was asked to end.
    pub(super) fn was_told(&self) -> bool {
        self.stop.was_told()
    }

    /// Waits for a line, or for the end of the input, which leaves as `q` does.
    pub(super) fn wait(&self) -> Heard {
        if self.was_told() {
            return Heard::Stop;
        }
        if !self.waits {
            return Heard::GoOn;
        }
        let (input, told) = (io::stdin(), self.stop.fd());
        loop {
            let mut ready = [
                PollFd::new(&input, PollFlags::IN),
                PollFd::new(&told, PollFlags::IN),
            ];
            match poll(&mut ready, None) {
                // A signal came, and has been noted.
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return Heard::Leave,
                Ok(_) if self.was_told() => return Heard::Stop,
                Ok(_) => break,
            }
            if self.was_told() {
                return Heard::Stop;
            }
        }
        let mut line = String::new();
        match input.read_line(&mut line) {
            Ok(1..) => Heard::of(&line),
            _ => Heard::Leave,
        }
    }
}

impl Heard {
    /// What a line asks for: whatever is no key goes on, as an empty one does.
    fn of(line: &str) -> Self {
        match line.trim().to_ascii_lowercase().as_str() {
            "q" => Self::Leave,
            "s" => Self::Skip,
            _ => Self::GoOn,
        }
    }
}
