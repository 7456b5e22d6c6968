//! An event in a directory of its own, and the program run on it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::access::Access;
use crate::kernel_locks::{KernelLock, locks};
use crate::program::{Program, Run};

pub(crate) const COUNT: &str = "tickets.json";
pub(crate) const LEDGER: &str = "tickets.ledger.jsonl";
pub(crate) const LOCK: &str = "tickets.json.lock";

/// An event in a directory of its own.
#[derive(Debug)]
pub struct TestEvent {
    /// What is run on it.
    pub program: Program,
    directory: tempfile::TempDir,
    /// Its `tickets.json`.
    pub file: PathBuf,
}

/// Where an event is that needs no real disk: tens of thousands of syncs would wait for one.
pub(crate) fn memory() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory
    } else {
        Path::new("/tmp")
    }
}

#[expect(
    clippy::must_use_candidate,
    reason = "a test may run a command for what it does"
)]
impl TestEvent {
    /// A directory without an event.
    #[must_use]
    pub fn empty(program: &Program) -> Self {
        Self::empty_in(program, memory())
    }

    /// The same, somewhere else.
    #[must_use]
    pub fn empty_in(program: &Program, place: &Path) -> Self {
        let directory = tempfile::tempdir_in(place).unwrap();
        let file = directory.path().join(COUNT);
        Self {
            program: program.clone(),
            directory,
            file,
        }
    }

    /// Where a file of this name is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The command, ready to be run.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.program.through::<&str>(&[], &self.file);
        command.args(arguments);
        command
    }

    /// Runs a command line, split at spaces.
    pub fn run(&self, line: &str) -> Run {
        let mut command = self.command(line.split_ascii_whitespace());
        Run::of(command.output().unwrap())
    }

    /// Runs it with `--json`; its exit code and its one document.
    #[track_caller]
    pub fn json(&self, line: &str) -> (i32, Value) {
        self.run(&format!("--json {line}")).document()
    }

    /// Starts it in the background, its output piped.
    pub fn start(&self, line: &str) -> Child {
        self.command(line.split_ascii_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// `tickets.json`, parsed.
    #[track_caller]
    pub fn count(&self) -> Value {
        serde_json::from_slice(&fs::read(&self.file).unwrap()).unwrap()
    }

    /// The names of all files in the directory, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Copies all its files over those of another, and who may do what with them.
    pub(crate) fn copy_to(&self, other: &Self) {
        for name in self.names() {
            let (from, to) = (self.path(&name), other.path(&name));
            fs::copy(&from, &to).unwrap();
            Access::of(&from).unwrap().put(&to).unwrap();
        }
    }

    /// How long a file is, in bytes; 0 where there is none.
    pub(crate) fn length(&self, name: &str) -> u64 {
        fs::metadata(self.path(name)).map_or(0, |metadata| metadata.len())
    }
}

/// Sends a signal, named as for kill(1).
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success(), "kill -s {name} {pid}");
}

/// How many wait for a lock on a file.
pub(crate) fn waiting(path: &Path) -> usize {
    locks(path).iter().filter(|lock| lock.waits).count()
}

/// Whether a process holds a lock on a file.
pub(crate) fn held(path: &Path, process: u32) -> bool {
    let process = i32::try_from(process).ok();
    let holds = |lock: &KernelLock| !lock.waits && Some(lock.process) == process;
    locks(path).iter().any(holds)
}

/// Waits until something holds. It must come to hold; how long it takes is not judged.
#[track_caller]
pub fn eventually<T>(what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(300);
    loop {
        if let Some(found) = check() {
            return found;
        }
        assert!(Instant::now() < end, "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
