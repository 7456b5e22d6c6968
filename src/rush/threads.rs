//! Buyers as threads of this process.

use std::io;
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::assignment::{Assignment, assignments};
use super::buyer::{self, RunsAs};
use super::evidence_file::EvidenceFile;
use super::report_pipe::{ReportWriter, Status};
use super::server_process::BuyerPipes;
use super::settings::Rush;
use super::start_barrier::ParentPipe;
use crate::store::file::recycled::RecycledVersions;

/// A thread buyer needs little: no recursion, small buffers.
pub(super) const STACK: usize = 256 * 1024;

/// How many old versions of the count the threads keep, to be written again.
const RECYCLED: usize = 8;

/// What the threads share.
struct Shared {
    // In this order: the recycled versions are gone before the end of the pipe tells that all buyers have gone.
    recycled: RecycledVersions,
    mutex: Arc<Mutex<()>>,
    pipes: BuyerPipes,
    ready: AtomicU32,
    users: u32,
}

/// Starts a thread for each buyer. They are not joined: the end of the report pipe tells that every buyer has
/// gone. What is left of its thread then is a stack to be given back, which each does best by itself.
pub(super) fn start_threads(
    rush: &Rush,
    run: &str,
    pipes: BuyerPipes,
    evidence: Option<&Arc<EvidenceFile>>,
) -> io::Result<()> {
    let recycled = RecycledVersions::default();
    recycled.widen(RECYCLED);
    let shared = Arc::new(Shared {
        recycled,
        mutex: Arc::default(),
        pipes,
        ready: AtomicU32::new(0),
        users: rush.users,
    });
    for assignment in assignments(rush, run, 1..rush.users + 1, evidence) {
        let shared = Arc::clone(&shared);
        let thread = thread::Builder::new().stack_size(STACK);
        thread.spawn(move || run_buyer(&assignment, &shared))?;
    }
    Ok(())
}

/// The life of a buyer's thread.
fn run_buyer(assignment: &Assignment, shared: &Shared) {
    let pipes = &shared.pipes;
    let report = |buyer, status| {
        let out = &mut &pipes.report;
        // When nobody listens any more, there is nobody to tell.
        let _ = ReportWriter { buyer, out }.send(status);
    };
    if shared.ready.fetch_add(1, Ordering::Relaxed) + 1 == shared.users {
        report(0, Status::AllReady);
    }
    let read_barrier = pipes.read_barrier.as_ref();
    let buy = || {
        buyer::run(
            assignment,
            ParentPipe(pipes.start_barrier.as_fd()),
            read_barrier.map(|barrier| ParentPipe(barrier.as_fd())),
            RunsAs::Thread(&shared.recycled, &shared.mutex),
            &mut &pipes.report,
        );
    };
    if catch_unwind(AssertUnwindSafe(buy)).is_err() {
        let cause = "its thread panicked".to_owned();
        report(assignment.number, Status::Gone { cause });
    }
}
