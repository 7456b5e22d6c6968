//! A nursery: a process that loads the program once and forks a share of a rush's buyers.
//!
//! It is the buyers' parent: it waits for each, and tells the rush of those that did not end well.
//! Its standard input and output are the gun and the voice of all of them; in a rush whose buyers
//! read together, its standard error is the gate, the only other stream that a process can be
//! given without unsafe code.

use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::process::{WaitOptions, wait};
use serde::{Deserialize, Serialize};

use super::Rush;
use super::buyer::{self, Assignment, Body, Message, Says};
use super::fork::{Alone, Forked};
use super::gun::Lifeline;
use super::tape::Tape;

/// What a nursery is to do. It gets it as JSON in its one argument.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Share {
    /// The whole rush, but for its file, which is an argument of its own: a path need not be text.
    pub(super) rush: Rush,
    pub(super) run: String,
    /// The numbers of its buyers.
    pub(super) buyers: Range<u32>,
    /// Which file is to be recorded on, by device and inode; its path is another argument.
    pub(super) tape: Option<(u64, u64)>,
}

/// Runs a nursery to its end; returns its exit code.
pub(super) fn run(share: &Share, tape: Option<PathBuf>) -> u8 {
    let fails = |error: &dyn std::fmt::Display| {
        let error = error.to_string();
        tell(share.buyers.start, Says::NotStarted { error });
        1
    };
    let tape = match share.tape.zip(tape) {
        Some((id, path)) => match Tape::again(&path, id) {
            Ok(tape) => Some(Arc::new(tape)),
            Err(error) => return fails(&error),
        },
        None => None,
    };
    let (buyers, run) = (share.buyers.clone(), &share.run);
    let assignments = assignments(&share.rush, run, buyers, tape.as_ref());
    let alone = match Alone::prove() {
        Ok(alone) => alone,
        Err(error) => return fails(&error),
    };
    let mut living = HashMap::with_capacity(assignments.len());
    for assignment in &assignments {
        match alone.fork() {
            Ok(Forked::Child) => {
                be(assignment);
                // Not by returning: freeing what the nursery owns would first copy it, page by page.
                std::process::exit(0)
            }
            Ok(Forked::Parent(child)) => {
                living.insert(child, assignment.number);
            }
            Err(error) => {
                tell(
                    assignment.number,
                    Says::NotStarted {
                        error: error.to_string(),
                    },
                );
                break;
            }
        }
    }
    while !living.is_empty() {
        match wait(WaitOptions::empty()) {
            Ok(Some((child, status))) => {
                let number = living.remove(&child.as_raw_nonzero().get().unsigned_abs());
                // One that ended by itself has told its outcome.
                if let (Some(number), Some(cause)) = (number, cause(status)) {
                    tell(number, Says::Gone { cause });
                }
            }
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return 1,
        }
    }
    0
}

/// What the buyers of a rush are to do.
pub(super) fn assignments(
    rush: &Rush,
    run: &str,
    buyers: Range<u32>,
    tape: Option<&Arc<Tape>>,
) -> Vec<Assignment> {
    let times = rush.think.times(rush.seed, rush.users);
    (1..)
        .zip(times)
        .filter(|(number, _)| buyers.contains(number))
        .map(|(number, think)| Assignment {
            number,
            name: format!("user-{number}"),
            file: PathBuf::clone(&rush.file),
            run: run.to_owned(),
            lock: rush.lock,
            quantity: rush.quantity,
            think,
            wait: rush.wait,
            together: rush.together,
            tape: tape.cloned(),
        })
        .collect()
}

/// The life of a forked buyer.
fn be(assignment: &Assignment) {
    let (stdin, stderr) = (io::stdin(), io::stderr());
    let gate = assignment.together.then(|| Lifeline(stderr.as_fd()));
    buyer::run(
        assignment,
        Lifeline(stdin.as_fd()),
        gate,
        Body::Process,
        &mut io::stdout(),
    );
}

/// Why a process has ended; `None`: by itself.
fn cause(status: rustix::process::WaitStatus) -> Option<String> {
    match (status.terminating_signal(), status.exit_status()) {
        (Some(signal), _) => Some(format!("killed by signal {signal}")),
        (None, Some(0)) => None,
        (None, code) => Some(format!("ended with exit code {}", code.unwrap_or(-1))),
    }
}

fn tell(buyer: u32, says: Says) {
    // When nobody listens any more, there is nobody to tell.
    if let Ok(line) = (Message { buyer, says }).line() {
        let _ = io::stdout().write_all(&line);
    }
}
