//! The program under test.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The variable that tells a build with the feature `known-bad` which mistake to make.
pub(crate) const KNOWN_BAD: &str = "TICKETS_KNOWN_BAD";

/// The program under test.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    sound: bool,
}

impl Program {
    /// The program at this path.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            sound: false,
        }
    }

    /// The same without its mistakes: what an event is prepared with.
    pub(crate) fn sound(&self) -> Self {
        Self {
            sound: true,
            ..self.clone()
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// It, ready to be run on an event, by way of these words where there are some.
    pub(crate) fn through<S: AsRef<OsStr>>(&self, before: &[S], event: &Path) -> Command {
        let mut command = match before.split_first() {
            None => Command::new(&self.path),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(&self.path);
                command
            }
        };
        if self.sound {
            command.env_remove(KNOWN_BAD);
        }
        command
            .env_remove("TICKETS_FILE")
            .arg("-f")
            .arg(event)
            .stdin(Stdio::null());
        command
    }
}

/// What a command came to.
#[derive(Debug)]
pub struct Run {
    /// Its exit code; without one it was killed.
    pub code: Option<i32>,
    /// What it said on stdout.
    pub stdout: String,
    /// What it said on stderr.
    pub stderr: String,
}

impl Run {
    /// Of what it left. Only one that was killed may have been cut off within a letter.
    #[must_use]
    pub fn of(output: Output) -> Self {
        let code = output.status.code();
        let text = |bytes: Vec<u8>| match code {
            Some(_) => String::from_utf8(bytes).expect("it says what is no text"),
            None => String::from_utf8_lossy(&bytes).into_owned(),
        };
        Self {
            code,
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The exit code, and the one JSON document on stdout.
    #[track_caller]
    #[must_use]
    pub fn document(self) -> (i32, Value) {
        let document = serde_json::from_str(&self.stdout);
        let document = document.unwrap_or_else(|e| panic!("not one JSON document: {e}\n{self:?}"));
        (self.code.expect("killed by a signal"), document)
    }
}
