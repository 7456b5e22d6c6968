//! A command that is stopped at a system call.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::event::Prepared;
use crate::program::Run;
use crate::strace::{Point, command, injection};
use crate::task::Task;
use crate::test_event::{TestEvent, eventually, memory};

/// It stands there, or was at its end before it could be stopped.
pub(crate) struct StoppedCommand {
    /// strace, which runs it.
    pub(crate) tracer: Child,
    /// The process that does the task.
    pub(crate) pid: u32,
    is_stopped: bool,
    trace: NamedTempFile,
}

impl StoppedCommand {
    /// Starts a task, and waits until it is stopped.
    pub(crate) fn start(prepared: &Prepared, task: Task, event: &TestEvent, point: &Point) -> Self {
        let trace = NamedTempFile::new_in(memory()).unwrap();
        let fault = injection(&point.call, &format!("signal=SIGSTOP:when={}", point.n));
        let mut tracer = command(prepared, task, event, &fault, trace.path());
        let tracer = tracer.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let tracer = tracer.unwrap();
        let mut is_stopped = false;
        // Who is stopped as it ends may be gone before anybody sees it.
        let pid = eventually("it is stopped, or at its end", || {
            let text = fs::read_to_string(trace.path()).unwrap();
            let line = text
                .lines()
                .find(|line| line.contains("stopped by SIGSTOP") || line.contains("+++"))?;
            is_stopped = line.contains("stopped");
            line.split(' ').next()?.parse().ok()
        });
        Self {
            tracer,
            pid,
            is_stopped,
            trace,
        }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Whether it ended and never came to that point.
    pub(crate) fn was_missed(&self, point: &Point) -> bool {
        !self.is_stopped && point.was_missed(&fs::read_to_string(self.trace.path()).unwrap())
    }

    /// Waits for one that was not stopped.
    pub(crate) fn end(self) {
        self.tracer.wait_with_output().unwrap();
    }

    /// Lets it go on, to its end. Each of its threads may come to the call that stops it.
    pub(crate) fn resume(self) -> Run {
        let mut tracer = self.tracer;
        while tracer.try_wait().unwrap().is_none() {
            if self.is_stopped {
                go_on(self.pid);
            }
            thread::sleep(Duration::from_millis(2));
        }
        Run::of(tracer.wait_with_output().unwrap())
    }
}

/// Lets a process that was stopped go on.
pub(crate) fn go_on(pid: u32) {
    let mut kill = Command::new("kill");
    let kill = kill.args(["-s", "CONT", &pid.to_string()]);
    // It may have ended just now.
    let _ = kill.stderr(Stdio::null()).status();
}
