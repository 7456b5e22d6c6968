//! Peer: one of the two that try to exclude each other, this process or the peer process.
//!
//! Both do the same on the same requests. Those of the peer process come as JSON lines on its standard
//! input, one at a time: each is answered, in a line, before the next is sent.

use std::ffi::OsString;
use std::io::{self, BufRead, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::scratch::{COUNT, LOCK, is_readable};
use super::watch::{ReadCounts, watch};
use crate::error::{Kind, Result};
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::lock::flock;

/// The hidden first argument of the peer process.
pub(crate) const PEER: &str = "__peer";

/// What a peer is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PeerRequest {
    /// Try to get the lock, without waiting for it.
    Lock,
    /// Give it up.
    Unlock,
    /// Read the file that is locked, and append to it, without its lock.
    Use,
    /// Read the count again and again, until the next request. Only for the peer process.
    Watch,
    /// Tell what was read. Only for the peer process.
    Tell,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PeerAnswer {
    Locked,
    /// The other one holds the lock.
    Held,
    Unlocked,
    Used,
    Watching,
    Watched(ReadCounts),
    Failed(String),
}

/// One that can hold the lock.
#[derive(Debug)]
pub(super) struct Peer {
    path: PathBuf,
    file: std::fs::File,
}

impl Peer {
    /// One that locks through a handle that may be for reading only.
    pub(super) fn with(path: PathBuf, access: Access<'_>) -> Result<Self> {
        let file = open_regular(&path, access)?;
        Ok(Self { path, file })
    }

    pub(super) fn handle(&self, request: PeerRequest) -> PeerAnswer {
        let done = match request {
            PeerRequest::Lock => flock::try_lock(&self.file).map(|locked| {
                if locked {
                    PeerAnswer::Locked
                } else {
                    PeerAnswer::Held
                }
            }),
            PeerRequest::Unlock => flock::unlock(&self.file).map(|()| PeerAnswer::Unlocked),
            PeerRequest::Use => self.make_use().map(|()| PeerAnswer::Used),
            PeerRequest::Watch | PeerRequest::Tell => {
                Err(io::Error::other("only the peer process watches"))
            }
        };
        done.unwrap_or_else(|error| PeerAnswer::Failed(error.to_string()))
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

/// What the peer process does with the arguments that follow: the one is a directory. It gets requests
/// on its standard input, answers on its standard output, and ends with its input. Returns the exit
/// code.
#[must_use]
pub(crate) fn serve_peer(mut arguments: impl Iterator<Item = OsString>) -> u8 {
    match (arguments.next(), arguments.next()) {
        (Some(directory), None) => serve(Path::new(&directory)),
        _ => Kind::Usage.exit_code(),
    }
}

fn serve(directory: &Path) -> u8 {
    let Ok(peer) = Peer::with(directory.join(LOCK), Access::ReadWrite) else {
        return Kind::Io.exit_code();
    };
    let mut requests = io::stdin().lock();
    let mut seen = ReadCounts::default();
    let mut line = String::new();
    loop {
        line.clear();
        // The end of the input is the end of the process that sends the requests.
        if !requests.read_line(&mut line).is_ok_and(|length| length > 0) {
            return 0;
        }
        let answer = match serde_json::from_str(&line) {
            Ok(PeerRequest::Watch) => PeerAnswer::Watching,
            Ok(PeerRequest::Tell) => PeerAnswer::Watched(std::mem::take(&mut seen)),
            Ok(request) => peer.handle(request),
            Err(_) => return Kind::Usage.exit_code(),
        };
        if say(&answer).is_err() {
            return Kind::Io.exit_code();
        }
        if answer == PeerAnswer::Watching {
            // No request is buffered: the next one is sent after this one was answered.
            let stdin = io::stdin();
            seen = watch(&directory.join(COUNT), || !is_readable(stdin.as_fd()));
        }
    }
}

fn say(answer: &PeerAnswer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    let mut out = io::stdout();
    out.write_all(&line)?;
    out.flush()
}
