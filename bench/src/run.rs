//! One run of one program: how long it took, how much memory, and what it said.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// A program that takes longer than this hangs; it is killed.
const TIME_LIMIT: Duration = Duration::from_secs(300);
/// How often the memory of a program is looked at.
const SAMPLING_INTERVAL: Duration = Duration::from_millis(1);

/// A run that came to its end.
#[derive(Debug)]
pub(crate) struct Finished {
    /// From spawn to exit, in seconds.
    pub(crate) seconds: f64,
    /// The largest resident set seen, in MiB; 0 unless it was asked for.
    pub(crate) peak_mib: f64,
    /// The exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it wrote to stdout.
    pub(crate) stdout: String,
    /// What it wrote to stderr.
    pub(crate) stderr: String,
}

/// Runs a program to its end. Its output goes to files in the given directory, so that nothing
/// needs to read along; with `sample_memory` its resident set is watched meanwhile.
pub(crate) fn run(
    command: &mut Command,
    directory: &Path,
    sample_memory: bool,
) -> Result<Finished> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (out, err) = (directory.join("stdout"), directory.join("stderr"));
    command
        .stdin(Stdio::null())
        .stdout(create(&out)?)
        .stderr(create(&err)?);

    let started = Instant::now();
    let mut child = command
        .spawn()
        .map_err(|error| format!("could not start {name}: {error}"))?;
    let (status, peak_kib) = wait(&mut child, started, sample_memory);
    let (status, seconds) =
        status.map_err(|error| format!("could not wait for {name}: {error}"))?;

    if seconds > TIME_LIMIT.as_secs_f64() {
        let limit = TIME_LIMIT.as_secs();
        return Err(format!(
            "{name} did not end within {limit} s and was killed; see whether children of it are left"
        ));
    }
    Ok(Finished {
        seconds,
        peak_mib: peak_kib as f64 / 1024.0,
        code: status.code(),
        stdout: read(&out)?,
        stderr: read(&err)?,
    })
}

/// Waits for a child in this thread, which notices its end at once, while another keeps watch.
fn wait(
    child: &mut Child,
    started: Instant,
    sample_memory: bool,
) -> (std::io::Result<(ExitStatus, f64)>, u64) {
    let pid = child.id();
    let (ended, end) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watcher = scope.spawn(move || watch(pid, &end, sample_memory));
        let status = child.wait();
        let seconds = started.elapsed().as_secs_f64();
        drop(ended);
        let peak_kib = watcher.join().unwrap_or(0);
        (status.map(|status| (status, seconds)), peak_kib)
    })
}

/// Until the other end of the channel is dropped: samples the memory of a process, if asked to, and
/// kills it when its time is up. Gives the largest resident set seen, in KiB.
fn watch(pid: u32, end: &Receiver<()>, sample_memory: bool) -> u64 {
    let deadline = Instant::now() + TIME_LIMIT;
    let mut peak_kib = 0;
    loop {
        if sample_memory {
            peak_kib = peak_kib.max(peak_resident_kib(pid).unwrap_or(0));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            // Not reaped before the wait for it returns, so the id is still its own.
            let _ = Command::new("kill")
                .args(["-KILL", &pid.to_string()])
                .status();
            return peak_kib;
        }
        let pause = if sample_memory {
            SAMPLING_INTERVAL.min(left)
        } else {
            left
        };
        if end.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
            return peak_kib;
        }
    }
}

/// The kernel's high-water mark of a live process; `None` once it has given up its memory.
pub(crate) fn peak_resident_kib(pid: u32) -> Option<u64> {
    parse_high_water_mark(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

fn parse_high_water_mark(status: &str) -> Option<u64> {
    let value = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    value.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn create(path: &Path) -> Result<File> {
    File::create(path).map_err(|error| format!("could not create {}: {error}", path.display()))
}

fn read(path: &Path) -> Result<String> {
    fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .map_err(|error| format!("could not read {}: {error}", path.display()))
}

/// The last line of a text, which in a traceback says the most, cut to what a screen bears.
pub(crate) fn excerpt(text: &str) -> String {
    let last = text.trim_end().lines().next_back().unwrap_or("(nothing)");
    last.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::{excerpt, parse_high_water_mark};

    #[test]
    fn the_high_water_mark_is_one_line_of_the_status() {
        let status = "Name:\ttickets\nVmPeak:\t  9000 kB\nVmHWM:\t  4321 kB\nVmRSS:\t 99 kB\n";
        assert_eq!(parse_high_water_mark(status), Some(4321));
    }

    #[test]
    fn a_zombie_has_none() {
        assert_eq!(parse_high_water_mark("Name:\ttickets\nState:\tZ\n"), None);
    }

    #[test]
    fn the_excerpt_is_the_last_line() {
        assert_eq!(
            excerpt("Traceback\n  in main\nOSError: no\n"),
            "OSError: no"
        );
        assert_eq!(excerpt(""), "(nothing)");
    }
}
