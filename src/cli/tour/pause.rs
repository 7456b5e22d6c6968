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

    /// Waits for a line, or for the end of the input, which leaves as `q` does; `asks`: says which keys there are, where another
    /// word was typed.
    pub(super) fn wait(&self, asks: impl Fn()) -> Heard {
        loop {
            match self.line() {
                Some(heard) => return heard,
                None => asks(),
            }
        }
    }

    /// What the next line asks for; `None`: it makes no sense.
    fn line(&self) -> Option<Heard> {
        if self.was_told() {
            return Some(Heard::Stop);
        }
        if !self.waits {
            return Some(Heard::GoOn);
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
                Err(_) => return Some(Heard::Leave),
                Ok(_) if self.was_told() => return Some(Heard::Stop),
                Ok(_) => break,
            }
            if self.was_told() {
                return Some(Heard::Stop);
            }
        }
        let mut line = String::new();
        match input.read_line(&mut line) {
            Ok(1..) => Heard::of(&line),
            _ => Some(Heard::Leave),
        }
    }
}

impl Heard {
    /// What a line asks for; `None`: it makes no sense.
    fn of(line: &str) -> Option<Self> {
        match line.trim().to_ascii_lowercase().as_str() {
            "" => Some(Self::GoOn),
            "q" | "quit" | "exit" | "end" => Some(Self::Leave),
            "s" | "skip" => Some(Self::Skip),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_goes_on_that_nobody_said_goes_on() {
        for (line, heard) in [
            ("\n", Some(Heard::GoOn)),
            (" S \n", Some(Heard::Skip)),
            ("skip\n", Some(Heard::Skip)),
            ("quit\n", Some(Heard::Leave)),
            ("EXIT\n", Some(Heard::Leave)),
            ("no\n", None),
            ("back\n", None),
            ("?\n", None),
        ] {
            assert_eq!(Heard::of(line), heard, "{line:?}");
        }
    }
}
