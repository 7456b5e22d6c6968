//! One of the two who try to exclude each other: this process, or the witness.
//!
//! Both do the same on the same orders. The witness's come as JSON lines on its standard input, one
//! at a time: each is answered, in a line, before the next is sent.

use std::io::{self, BufRead, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ground::{COUNT, LOCK, is_readable};
use super::replace::{Tally, watch};
use crate::error::{Kind, Result};
use crate::store::file::files::{Access, open_regular};
use crate::store::file::lock;

/// What a party is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Order {
    /// Try to get the lock, without waiting for it.
    Lock,
    /// Give it up.
    Unlock,
    /// Read the file that is locked, and append to it, without its lock.
    Use,
    /// Read the count again and again, until the next order. Only for the witness.
    Watch,
    /// Tell what was read. Only for the witness.
    Tell,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer {
    Locked,
    /// Somebody else holds the lock.
    Held,
    Unlocked,
    Used,
    Watching,
    Watched(Tally),
    Failed(String),
}

/// Who can hold the lock.
#[derive(Debug)]
pub(super) struct Party {
    path: PathBuf,
    file: std::fs::File,
}

impl Party {
    /// One that locks through a handle that may be for reading only.
    pub(super) fn with(path: PathBuf, access: Access<'_>) -> Result<Self> {
        let file = open_regular(&path, access)?;
        Ok(Self { path, file })
    }

    pub(super) fn obey(&self, order: Order) -> Answer {
        let done = match order {
            Order::Lock => lock::try_lock(&self.file)
                .map(|locked| if locked { Answer::Locked } else { Answer::Held }),
            Order::Unlock => lock::unlock(&self.file).map(|()| Answer::Unlocked),
            Order::Use => self.make_use().map(|()| Answer::Used),
            Order::Watch | Order::Tell => Err(io::Error::other("only the witness watches")),
        };
        done.unwrap_or_else(|error| Answer::Failed(error.to_string()))
    }

    fn make_use(&self) -> io::Result<()> {
        let mut file = std::fs::File::options()
            .read(true)
            .append(true)
            .open(&self.path)?;
        file.read_exact(&mut [0])?;
        file.write_all(b"x\n")
    }
}

/// The life of the witness, which returns its exit code.
pub(super) fn serve(directory: &Path) -> u8 {
    let Ok(party) = Party::with(directory.join(LOCK), Access::ReadWrite) else {
        return Kind::Io.exit_code();
    };
    let mut orders = io::stdin().lock();
    let mut seen = Tally::default();
    let mut line = String::new();
    loop {
        line.clear();
        // The end of the input is the end of whoever gives the orders.
        if !orders.read_line(&mut line).is_ok_and(|length| length > 0) {
            return 0;
        }
        let answer = match serde_json::from_str(&line) {
            Ok(Order::Watch) => Answer::Watching,
            Ok(Order::Tell) => Answer::Watched(std::mem::take(&mut seen)),
            Ok(order) => party.obey(order),
            Err(_) => return Kind::Usage.exit_code(),
        };
        if say(&answer).is_err() {
            return Kind::Io.exit_code();
        }
        if answer == Answer::Watching {
            // No order is buffered: the next one is sent after this one was answered.
            let stdin = io::stdin();
            seen = watch(&directory.join(COUNT), || !is_readable(stdin.as_fd()));
        }
    }
}

fn say(answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    let mut out = io::stdout();
    out.write_all(&line)?;
    out.flush()
}
