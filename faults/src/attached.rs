//! strace(1), attached to all threads of a process that runs: each thread's calls are counted from then on.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::strace::Point;
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent, eventually, memory, signal};

/// How often it is looked whether strace has ended.
const ENDS: usize = 1000;

/// A process under strace. Dropped, it goes on without.
pub(crate) struct Attached {
    strace: Child,
    trace: NamedTempFile,
}

impl Attached {
    /// Why strace cannot be attached here, if so.
    pub(crate) fn missing() -> Option<String> {
        let mut sleeper = Command::new("sleep").arg("60").spawn().ok()?;
        let tried = Self::attach(sleeper.id(), &[]);
        let _ = sleeper.kill();
        let _ = sleeper.wait();
        tried
            .err()
            .map(|error| format!("strace cannot be attached: {error}"))
    }

    /// From now on all of its threads are traced, with these arguments.
    #[track_caller]
    pub(crate) fn to(process: u32, arguments: &[String]) -> Self {
        Self::attach(process, arguments).unwrap_or_else(|error| panic!("{error}"))
    }

    fn attach(process: u32, arguments: &[String]) -> Result<Self, String> {
        let problem = |error: std::io::Error| error.to_string();
        let trace = NamedTempFile::new_in(memory()).map_err(problem)?;
        // A file, not a pipe: it tells of each new thread, and would end where nobody reads that.
        let said = NamedTempFile::new_in(memory()).map_err(problem)?;
        let mut strace = Command::new("strace")
            .args(["-f", "-o"])
            .arg(trace.path())
            .args(["-p", &process.to_string()])
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(said.reopen().map_err(problem)?)
            .spawn()
            .map_err(problem)?;
        let text = || fs::read_to_string(said.path()).unwrap_or_default();
        let attached = eventually("strace is attached, or has ended", || {
            if text().contains(" attached") {
                return Some(true);
            }
            strace.try_wait().unwrap().map(|_| false)
        });
        if attached {
            return Ok(Self { strace, trace });
        }
        Err(text().trim().to_owned())
    }

    /// What was seen so far; a call stands there from its beginning on.
    pub(crate) fn trace(&self) -> String {
        fs::read_to_string(self.trace.path()).unwrap_or_default()
    }

    /// Lets the process go on without it; what was seen.
    pub(crate) fn detached(mut self) -> String {
        self.end();
        fs::read_to_string(self.trace.path()).unwrap()
    }

    /// strace(1) may wait for ever for the threads of a process that was killed; each line is on its file by then.
    fn end(&mut self) {
        if self.strace.try_wait().unwrap().is_none() {
            signal(self.strace.id(), "INT");
        }
        for _ in 0..ENDS {
            if self.strace.try_wait().unwrap().is_some() {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
        let _ = self.strace.kill();
        let _ = self.strace.wait();
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if let Ok(None) = self.strace.try_wait() {
            let _ = self.strace.kill();
            let _ = self.strace.wait();
        }
    }
}

/// The arguments by which of all calls only those on the event's files are seen, and struck.
pub(crate) fn only_files(event: &TestEvent) -> Vec<String> {
    let files = [COUNT, LEDGER, LOCK].map(|name| event.path(name));
    let paths = files
        .iter()
        .map(PathBuf::as_path)
        .chain([event.directory()]);
    let arguments = paths.flat_map(|path| ["-P".to_owned(), path.to_str().unwrap().to_owned()]);
    arguments.collect()
}

/// All the points of a trace: of each call as many as the thread made that made it most often.
pub(crate) fn points(trace: &str) -> Vec<Point> {
    let mut counts = HashMap::<(&str, &str), usize>::new();
    let mut points = Vec::<Point>::new();
    for (thread, call) in calls(trace) {
        let n = counts.entry((thread, call)).or_default();
        *n += 1;
        if !points
            .iter()
            .any(|point| point.call == call && point.n == *n)
        {
            points.push(Point {
                call: call.to_owned(),
                n: *n,
            });
        }
    }
    points
}

/// How many threads came to this point: strace strikes in each of them. A signal stands in the trace only if its thread was
/// still traced when it got it.
pub(crate) fn struck(trace: &str, point: &Point) -> usize {
    let mut counts = HashMap::<&str, usize>::new();
    for (thread, _) in calls(trace).filter(|(_, call)| *call == point.call) {
        *counts.entry(thread).or_default() += 1;
    }
    counts.values().filter(|count| **count >= point.n).count()
}

/// The calls of a trace, each with its thread.
fn calls(trace: &str) -> impl Iterator<Item = (&str, &str)> {
    trace.lines().filter_map(|line| {
        let (thread, rest) = line.split_once(' ')?;
        let (call, _) = rest.trim_start().split_once('(')?;
        let is_name =
            !call.is_empty() && call.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        is_name.then_some((thread, call))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_came_to_the_point_was_struck_whether_or_not_its_signal_was_seen() {
        let trace = "71 futex(0x1, FUTEX_WAIT <unfinished ...>\n\
                     72 sched_yield() = 0\n\
                     72 --- SIGTERM {si_signo=SIGTERM} ---\n\
                     71 <... futex resumed>) = 0\n\
                     73 sched_yield( <detached ...>\n\
                     71 +++ exited with 0 +++\n";
        let struck = |call: &str, n| {
            let call = call.to_owned();
            super::struck(trace, &Point { call, n })
        };
        assert_eq!((struck("sched_yield", 1), struck("sched_yield", 2)), (2, 0));
        assert_eq!((struck("futex", 1), struck("write", 1)), (1, 0));
        assert_eq!(points(trace).len(), 2);
    }
}
