//! A command whose file system is stuck: it says so in time, and ends as soon as the kernel lets it.
//!
//! A call that never comes back cannot be given up: a process that waits for a disk in the kernel does not even
//! die before. So a second thread says what is known, and ends the process. Who says anything first has the word:
//! a command that comes to its end at that moment is answered as always, or not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::bare_thread;
use super::screen::Screen;
use crate::office::{Observer, Step};
use crate::{Error, Kind, Result};

/// What is added to the time that a command may wait: it ends a wait for a lock by itself.
const GRACE: Duration = Duration::from_secs(1);

/// How far a sale has come.
#[derive(Debug, Clone, Default)]
pub(super) struct SaleProgress {
    /// Its line is written, or is being written.
    written: Arc<AtomicBool>,
}

impl SaleProgress {
    /// Of a command that does not tell.
    pub(super) fn unknown() -> Self {
        let progress = Self::default();
        progress.written.store(true, Ordering::SeqCst);
        progress
    }
}

impl Observer for SaleProgress {
    fn at(&mut self, step: Step) -> Result<()> {
        if matches!(step, Step::Write { .. }) {
            self.written.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

/// Does `work`, and ends the process if that is not done long after `wait`: with `busy` as long as nothing is
/// written, and then with an unknown outcome. `command`: its name.
pub(super) fn watched<T>(
    (command, wait): (&'static str, Duration),
    progress: &SaleProgress,
    screen: &Screen,
    work: impl FnOnce() -> T,
) -> T {
    let over = Arc::new(AtomicBool::new(false));
    let first = |over: &AtomicBool| !over.swap(true, Ordering::SeqCst);
    let (watcher, progress, is_over) = (
        screen.for_another_thread(),
        progress.clone(),
        Arc::clone(&over),
    );
    // It sleeps, and is not woken: the end of the process ends it. Waking it, or memory of its own, would cost each
    // sale a tenth more.
    let started = bare_thread::start(Box::new(move || {
        let written = || progress.written.load(Ordering::SeqCst);
        // A sale waits for its sync as long again.
        let is_late = sleep(wait + GRACE) && (!written() || sleep(wait + GRACE));
        if is_late && first(&is_over) {
            let error = stuck(wait, written());
            let screen = watcher();
            screen.error(command, &error, None);
            std::process::exit(screen.close(error.kind().exit_code()).into());
        }
    }));
    // Without a second thread it goes on without a limit.
    let result = work();
    if started && !first(&over) {
        // The other thread speaks, and ends the process.
        loop {
            thread::park();
        }
    }
    result
}

/// Whatever the clock says: see nanosleep(2).
/// `false`: it cannot sleep.
fn sleep(time: Duration) -> bool {
    use rustix::thread::{NanosleepRelativeResult, Timespec, nanosleep};
    let mut left = Timespec {
        tv_sec: time.as_secs().cast_signed(),
        tv_nsec: time.subsec_nanos().into(),
    };
    loop {
        match nanosleep(&left) {
            NanosleepRelativeResult::Ok => return true,
            NanosleepRelativeResult::Interrupted(rest) => left = rest,
            NanosleepRelativeResult::Err(_) => return false,
        }
    }
}

fn stuck(wait: Duration, written: bool) -> Error {
    let wait = humantime::format_duration(wait);
    if written {
        let message = format!(
            "its file system does not answer (--wait {wait}): it may have been done or not"
        );
        return Error::new(Kind::OutcomeUnknown, message)
            .hint("see 'tickets sales' when the disk answers; with the same --key a sale is never made twice");
    }
    let message = format!("the file system does not answer (--wait {wait}); nothing was sold");
    Error::new(Kind::Busy { holder: None }, message).hint(
        "the disk or the network behind it is stuck: 'tickets doctor' shows when it answers again",
    )
}
