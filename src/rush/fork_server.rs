//! Fork server: a process that loads the program once and forks a share of a rush's buyers.
//!
//! It is the buyers' parent: it waits for each, and reports to the supervisor those that did not end well.
//! Its standard input and output are the start barrier and the report pipe of all of them; in a rush whose
//! buyers wait behind their reads, its standard error is the read barrier, the only other stream that a process can be
//! given without unsafe code.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt::Display;
use std::io;
use std::ops::Range;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Signal, WaitOptions, WaitStatus, kill_current_process_group, wait};
use serde::{Deserialize, Serialize};

use super::assignment::{Assignment, assignments};
use super::buyer::{self, RunsAs};
use super::evidence_file::EvidenceFile;
use super::fork::{Alone, Forked};
use super::report_pipe::{ReportWriter, Status};
use super::settings::Rush;
use super::start_barrier::ParentPipe;
use crate::error::Kind;

/// The hidden first argument of a fork server.
pub(crate) const FORK_SERVER: &str = "__buyers";

/// How often a process that watches its parent pipe looks at it without being told.
const LOOK: Duration = Duration::from_secs(3600);

/// What a fork server is to do. It gets it as JSON in its one argument.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ForkServerTask {
    /// The whole rush, but for its file, which is an argument of its own: a path need not be text.
    pub(super) rush: Rush,
    pub(super) run: String,
    /// The numbers of its buyers.
    pub(super) buyers: Range<u32>,
    /// Which file is to be recorded on, by device and inode; its path is another argument.
    pub(super) evidence: Option<(u64, u64)>,
}

/// What a fork server does with the arguments that follow. Its standard input is the start barrier and the
/// parent pipe of its buyers, its standard output their report pipe. Returns the exit code, of this process
/// and of each buyer.
#[must_use]
pub(crate) fn start_buyers(mut arguments: impl Iterator<Item = OsString>) -> u8 {
    let task = arguments
        .next()
        .and_then(|text| serde_json::from_str::<ForkServerTask>(text.to_str()?).ok());
    match (task, arguments.next()) {
        (Some(mut task), Some(file)) => {
            task.rush.file = file.into();
            run(&task, arguments.next().map(PathBuf::from))
        }
        _ => Kind::Usage.exit_code(),
    }
}

/// Runs a fork server to its end; returns its exit code.
fn run(task: &ForkServerTask, evidence: Option<PathBuf>) -> u8 {
    let fails = |error: &dyn Display| {
        let error = error.to_string();
        report(task.buyers.start, Status::NotStarted { error });
        1
    };
    let evidence = match task.evidence.zip(evidence) {
        Some((id, path)) => match EvidenceFile::reopen(&path, id) {
            Ok(file) => Some(Arc::new(file)),
            Err(error) => return fails(&error),
        },
        None => None,
    };
    let (buyers, run) = (task.buyers.clone(), &task.run);
    let assignments = assignments(&task.rush, run, buyers, evidence.as_ref());
    detect_cpu_features();
    match Alone::prove() {
        Ok(alone) => wait_for_all(fork_all(&alone, &assignments)),
        Err(error) => fails(&error),
    }
}

/// Lets the standard library find out what the processor can do, which it does once a process: with instructions that
/// leave a virtual machine, a tenth of what a buyer costs there. Each buyer inherits the answer.
fn detect_cpu_features() {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    std::hint::black_box(std::is_x86_feature_detected!("avx2"));
}

/// Forks the buyers, up to the first that cannot be; returns their processes and numbers.
fn fork_all(alone: &Alone, assignments: &[Assignment]) -> HashMap<u32, u32> {
    let mut living = HashMap::with_capacity(assignments.len());
    for assignment in assignments {
        match alone.fork() {
            Ok(Forked::Child) => {
                run_buyer(assignment);
                // Not by returning: freeing what the fork server owns would first copy it, page by page.
                std::process::exit(0)
            }
            Ok(Forked::Parent(child)) => {
                living.insert(child, assignment.number);
            }
            Err(error) => {
                let error = error.to_string();
                report(assignment.number, Status::NotStarted { error });
                break;
            }
        }
    }
    living
}

/// Waits for every buyer, and reports those that did not end by themselves; returns the exit code.
fn wait_for_all(mut living: HashMap<u32, u32>) -> u8 {
    let mut is_watched = false;
    while !living.is_empty() {
        match wait(WaitOptions::UNTRACED) {
            Ok(Some((_, status))) if status.stopped() => {
                if !std::mem::replace(&mut is_watched, true) {
                    wake_when_the_rush_is_gone();
                }
            }
            Ok(Some((child, status))) => {
                let number = living.remove(&child.as_raw_nonzero().get().unsigned_abs());
                // One that ended by itself has reported its outcome.
                if let (Some(number), Some(cause)) = (number, cause(status)) {
                    report(number, Status::Gone { cause });
                }
            }
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return 1,
        }
    }
    0
}

/// Lets a buyer that is stopped go on once its supervisor is gone, which would have done that: it then finds that out, and
/// ends.
fn wake_when_the_rush_is_gone() {
    let watching = || {
        let stdin = io::stdin();
        let parent = ParentPipe(stdin.as_fd());
        while parent.stays_open_for(LOOK) {}
        // No number of a process that may be another's by then: all are in this one's group.
        let _ = kill_current_process_group(Signal::CONT);
    };
    // Without it a killed supervisor leaves a process that is stopped.
    let _ = std::thread::Builder::new().spawn(watching);
}

/// The life of a forked buyer.
fn run_buyer(assignment: &Assignment) {
    let (stdin, stderr) = (io::stdin(), io::stderr());
    let waits = assignment.together || assignment.pauses;
    let read_barrier = waits.then(|| ParentPipe(stderr.as_fd()));
    buyer::run(
        assignment,
        ParentPipe(stdin.as_fd()),
        read_barrier,
        RunsAs::Process,
        &mut io::stdout(),
    );
}

/// Why a process has ended; `None`: by itself.
fn cause(status: WaitStatus) -> Option<String> {
    match (status.terminating_signal(), status.exit_status()) {
        (Some(signal), _) => Some(format!("killed by signal {signal}")),
        (None, Some(0)) => None,
        (None, code) => Some(format!("ended with exit code {}", code.unwrap_or(-1))),
    }
}

fn report(buyer: u32, status: Status) {
    let out = &mut io::stdout();
    // When nobody listens any more, there is nobody to tell.
    let _ = ReportWriter { buyer, out }.send(status);
}
