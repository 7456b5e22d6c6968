//! Report pipe: every buyer, and every fork server, writes one JSON line for each step to the supervisor.

use std::io::{self, PipeReader, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};

use serde::{Deserialize, Serialize};

use super::start_error::start_error;
use crate::error::Result;

/// What the supervisor is told: one JSON line each.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) buyer: u32,
    pub(super) status: Status,
}

/// A buyer's step or outcome, or what its fork server reports of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// Waits at the start barrier.
    Ready,
    /// The same of every buyer of the rush.
    AllReady,
    /// Queried.
    Queried { left: u64 },
    /// Read, and waits until all have.
    Read,
    /// Has read, holds its lock if it takes one, and waits to be let go on.
    Holds { pid: u32 },
    /// Bought.
    Sold {
        id: String,
        quantity: u64,
        left: u64,
        seq: u64,
        warning: Option<String>,
    },
    /// Found too few left.
    Refused { left: u64 },
    /// Could not.
    Failed { code: String, message: String },
    /// Its process has ended.
    Gone { cause: String },
    /// Its process could not be started.
    NotStarted { error: String },
}

/// The buyer's end of the report pipe.
pub(super) struct ReportWriter<'a> {
    pub(super) buyer: u32,
    pub(super) out: &'a mut dyn Write,
}

impl ReportWriter<'_> {
    /// Writes a message in one call. Its line is far below the 4,096 bytes that a pipe takes in one piece, so
    /// that the lines of many buyers never mix.
    pub(super) fn send(&mut self, status: Status) -> io::Result<()> {
        let buyer = self.buyer;
        let mut line = serde_json::to_vec(&Message { buyer, status })?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()
    }
}

/// The supervisor's end of the report pipe.
#[derive(Debug)]
pub(super) struct ReportReader {
    pipe: PipeReader,
    /// What was read of a line that is not complete yet.
    partial: Vec<u8>,
}

impl ReportReader {
    pub(super) fn new(pipe: PipeReader) -> Self {
        Self {
            pipe,
            partial: Vec::new(),
        }
    }

    /// The messages since the last call; `None`: the last buyer has gone.
    pub(super) fn read(&mut self) -> Result<Option<Vec<Message>>> {
        let mut chunk = vec![0; 64 * 1024];
        let length = loop {
            match self.pipe.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map_err(|e| start_error("listen to the buyers", &e))?,
            }
        };
        if length == 0 {
            return Ok(None);
        }
        let read = chunk.get(..length).unwrap_or_default();
        self.partial.extend_from_slice(read);
        let end = self.partial.iter().rposition(|&byte| byte == b'\n');
        let lines: Vec<u8> = self.partial.drain(..end.map_or(0, |at| at + 1)).collect();
        let messages = lines
            .split(|&byte| byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect();
        Ok(Some(messages))
    }
}

impl AsFd for ReportReader {
    /// Becomes readable when a buyer reports something.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}
