//! strace(1): which system calls a command makes, and a fault at one of them.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::event::Prepared;
use crate::order;
use crate::program::{Program, Run};
use crate::request::Request;
use crate::test_event::{TestEvent, memory};
use crate::trace::{CALLS, STYLE, parse};

/// A system call of a command: the n-th of its name, as strace counts them; it makes at least so many.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) call: String,
    pub(crate) n: usize,
}

/// How often a command is looked at.
const LOOKS: usize = 3;

/// All the points at which a command can be struck, and how it ends when it is not.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) points: Vec<Point>,
    /// How many calls it makes in all, what loads it included.
    total: usize,
    pub(crate) usual: Option<i32>,
}

/// Why strace cannot be used here, if so.
pub(crate) fn missing(program: &Program) -> Option<String> {
    let tried = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "--"])
        .arg(program.path())
        .arg("--version")
        .stdout(Stdio::null())
        .output();
    match tried {
        Err(error) => Some(format!("no strace: {error}")),
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// Counts the calls of a command from the first that names a file of the event: what loads the program is
/// left out.
///
/// The shortest of a few looks: what loads a program takes now and then a call more, and a point that only
/// then is there cannot be struck when it is wanted. A table of the kernel's, as `/proc/locks`, is read in as
/// many pieces as others on this machine happen to fill: it counts once.
pub(crate) fn course(prepared: &Prepared, request: impl Into<Request>) -> Course {
    let request = request.into();
    let looks = (0..LOOKS).map(|_| look(prepared, request));
    looks.min_by_key(|course| course.total).unwrap()
}

fn look(prepared: &Prepared, request: Request) -> Course {
    let event = prepared.copy();
    let (run, trace) = traced(prepared, request, &event, &["-y".to_owned()]);
    let mut tables = HashSet::<&str>::new();
    let mut counts = HashMap::<String, usize>::new();
    let mut points = Vec::new();
    let directory = event.directory().to_str().unwrap();
    let mut started = false;
    // The thread that watches over the time only sleeps; strace counts the calls of each thread by itself.
    let main = trace.split(' ').next().unwrap();
    for line in trace.lines() {
        let (process, rest) = line.split_once(' ').unwrap();
        if process != main {
            continue;
        }
        let call = rest.trim_start().split_once('(').map(|(call, _)| call);
        let named = |call: &&str| call.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let Some(call) = call.filter(named) else {
            continue;
        };
        // The file behind its first handle, as in `read(5</proc/locks>, …`.
        let table = rest
            .split_once("</proc/")
            .filter(|(start, _)| !start.contains(','));
        let table = table.and_then(|(_, end)| end.split('>').next());
        match (call, table) {
            ("close", Some(table)) => drop(tables.remove(table)),
            ("read", Some(table)) if !tables.insert(table) => continue,
            _ => {}
        }
        // The one that starts the program names the event too.
        started |= call != "execve" && rest.contains(directory);
        let n = counts.entry(call.to_owned()).or_default();
        *n += 1;
        if started {
            points.push(Point {
                call: call.to_owned(),
                n: *n,
            });
        }
    }
    Course {
        points,
        total: counts.values().sum(),
        usual: run.code,
    }
}

impl Point {
    /// Whether a traced command never came here. What loads a program reads `/proc/self/maps` in as many
    /// pieces as that happens to need.
    pub(crate) fn was_missed(&self, trace: &str) -> bool {
        let call = format!(" {}(", self.call);
        trace.matches(&call).count() < self.n
    }
}

/// The arguments that inject a fault at a call, as in `error=EIO:when=3`.
pub(crate) fn injection(call: &str, fault: &str) -> Vec<String> {
    let mut arguments = vec![
        format!("-etrace={call}"),
        format!("-einject={call}:{fault}"),
    ];
    // Stops at this call only, which is faster; but strace loses signals so.
    if fault.starts_with("error") {
        arguments.push("--seccomp-bpf".to_owned());
    }
    arguments
}

/// Runs a task under strace with these arguments, and returns what strace saw. Whoever hangs is ended, and
/// ends with 124.
pub(crate) fn traced(
    prepared: &Prepared,
    request: impl Into<Request>,
    event: &TestEvent,
    arguments: &[String],
) -> (Run, String) {
    let trace = tempfile::NamedTempFile::new_in(memory()).unwrap();
    let mut command = command(prepared, request, event, arguments, trace.path());
    let run = Run::of(command.output().unwrap());
    assert_ne!(run.code, Some(124), "it hangs: {command:?}");
    (run, fs::read_to_string(trace.path()).unwrap())
}

/// Runs a task, and records all that it does to the event's files.
pub(crate) fn recorded(
    prepared: &Prepared,
    request: impl Into<Request>,
    event: &TestEvent,
) -> (Run, String) {
    recorded_with(prepared, request, event, &[])
}

/// The same, with faults at some calls.
pub(crate) fn recorded_with(
    prepared: &Prepared,
    request: impl Into<Request>,
    event: &TestEvent,
    faults: &[(&str, &str)],
) -> (Run, String) {
    let mut arguments: Vec<String> = STYLE.map(str::to_owned).into();
    let calls = faults.iter().map(|(call, _)| *call);
    let calls: Vec<&str> = std::iter::once(CALLS).chain(calls).collect();
    arguments.push(format!("-etrace={}", calls.join(",")));
    let inject = |(call, how): &(&str, &str)| format!("-einject={call}:{how}");
    arguments.extend(faults.iter().map(inject));
    // Stops at these calls only, which is faster; but strace loses signals so.
    if !faults.iter().any(|(_, how)| how.contains("signal")) {
        arguments.push("--seccomp-bpf".to_owned());
    }
    traced(prepared, request, event, &arguments)
}

/// Which of its calls of `ioctl` a task reads the map of the ledger's blocks with first, where it makes no
/// mistake.
pub(crate) fn map_read(prepared: &Prepared, request: impl Into<Request>) -> usize {
    let event = prepared.copy_to(TestEvent::empty(&prepared.program.sound()));
    let (_, trace) = traced(prepared, request, &event, &["-etrace=ioctl".to_owned()]);
    let calls = trace.lines().filter(|line| line.contains(" ioctl("));
    let at = calls.into_iter().position(|line| line.contains("FIEMAP"));
    at.unwrap_or_else(|| panic!("the map is not read: {trace}")) + 1
}

/// Checks the order of what a recorded command did to a copy of an event.
pub(crate) fn in_order(prepared: &Prepared, event: &TestEvent, trace: &str) {
    let events = parse(trace, event.directory().to_str().unwrap());
    order::check(&prepared.files(), &events);
}

/// The same, ready to be run.
pub(crate) fn command(
    prepared: &Prepared,
    request: impl Into<Request>,
    event: &TestEvent,
    arguments: &[String],
    trace: &Path,
) -> Command {
    let trace = trace.to_str().unwrap();
    let mut before = vec!["timeout", "120", "strace", "-f", "-o", trace];
    before.extend(arguments.iter().map(String::as_str));
    before.push("--");
    let mut command = event.program.through(&before, &event.file);
    command.args(request.into().line(prepared).split_ascii_whitespace());
    command
}
