//! Peer process: the second process, seen from the first.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::peer::{PEER, PeerAnswer, PeerRequest};
use super::scratch::{Scratch, stopped, wait_for};
use crate::children;
use crate::error::{Error, Kind, Result, told};

/// How long to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// No answer is longer.
const LONGEST: usize = 4096;

const ENDED: &str = "ended before it answered";

/// A running second process. It does not outlive this: it is killed and waited for.
#[derive(Debug)]
pub(super) struct PeerProcess<'a> {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
    stop: Option<BorrowedFd<'a>>,
    /// What was heard of an answer that is not complete yet.
    heard: Vec<u8>,
}

impl<'a> PeerProcess<'a> {
    /// Starts it. The caller holds no lock meanwhile: the new process would share it for a moment.
    pub(super) fn start(scratch: &Scratch<'a>) -> Result<Self> {
        let program = scratch.program;
        let problem = |error| {
            Error::io("start a second process", program, error)
                .hint("locks can only be tried with two processes")
        };
        // A group of its own: Ctrl-C is for this process, which then ends the peer.
        let mut child = Command::new(program)
            .arg(PEER)
            .arg(scratch.directory())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(problem)?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(requests), Some(answers)) => Ok(Self {
                child,
                requests,
                answers,
                stop: scratch.stop,
                heard: Vec::new(),
            }),
            _ => Err(problem(io::Error::other("it has no pipes"))),
        }
    }

    /// Sends a request and waits for its answer.
    pub(super) fn ask(&mut self, request: PeerRequest) -> Result<PeerAnswer> {
        let mut line = serde_json::to_vec(&request)
            .map_err(|error| unusable(&format!("could not be asked: {error}")))?;
        line.push(b'\n');
        self.requests.write_all(&line).map_err(|error| {
            // A process that ends early may be gone before it is asked, or after.
            if error.kind() == io::ErrorKind::BrokenPipe {
                unusable(ENDED)
            } else {
                unusable(&format!("could not be asked: {}", told(&error)))
            }
        })?;
        let line = self.hear(Instant::now() + PATIENCE)?;
        serde_json::from_slice(&line).map_err(|_| {
            let said = String::from_utf8_lossy(&line);
            unusable(&format!("gave an answer that makes no sense: {said:?}"))
        })
    }

    /// The next line of it.
    fn hear(&mut self, deadline: Instant) -> Result<Vec<u8>> {
        let problem = |error: io::Error| unusable(&format!("could not be heard: {}", told(&error)));
        loop {
            if let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') {
                return Ok(self.heard.drain(..=end).collect());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if self.heard.len() > LONGEST {
                return Err(unusable("gave an answer without an end"));
            }
            let mut watched = vec![self.answers.as_fd()];
            watched.extend(self.stop);
            let ready = wait_for(&watched, left).map_err(problem)?;
            if ready.get(1) == Some(&true) {
                return Err(stopped());
            }
            if ready.first() == Some(&true) {
                let mut part = [0; 1024];
                let length = self.answers.read(&mut part).map_err(problem)?;
                if length == 0 {
                    return Err(unusable(ENDED));
                }
                self.heard.extend(part.iter().take(length));
            } else if left.is_zero() {
                // A stop, or an answer, that came in time goes before: this process may have stood still itself.
                return Err(unusable("did not answer in time"));
            }
        }
    }

    /// Kills it, without a chance to give anything up, and waits until it is gone.
    pub(super) fn kill(&mut self) -> Result<()> {
        let killed = self.child.kill();
        let killed = killed.and_then(|()| children::wait(&mut self.child));
        killed.map_err(|error| unusable(&format!("could not be killed: {}", told(&error))))
    }
}

impl Drop for PeerProcess<'_> {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; its end of input ends it too.
        let _ = self.kill();
    }
}

fn unusable(what: &str) -> Error {
    Error::new(Kind::Io, format!("the second process {what}"))
        .hint("locks can only be tried with two processes; try again")
}
