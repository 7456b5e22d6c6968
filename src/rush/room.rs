//! Whether the system has room for all buyers of a rush, before one of them starts.
//!
//! A thread that cannot set up its signal stack ends the whole process, and one that finds no room later, for
//! the thread that waits for its lock or for a file, would fail in the middle of a rush. So what all of them
//! may want at one time is added up first, and a rush that wants too much is told which limit is in the way.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, getrlimit, getuid, setrlimit};

use super::settings::Rush;
use super::threads::STACK;
use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;

/// Below so many tasks the limits of the system are not looked at: they allow more.
const MANY: u64 = 64;

/// Mappings of memory of a buyer's thread: its stack and its signal stack with a guard each, and the first
/// page of the ledger; and of a thread that waits for its lock.
const MAPPINGS: (u64, u64) = (5, 4);

/// What a thread takes besides its stack, in bytes: its signal stack, the guards, and what it allocates.
const BESIDES: u64 = 64 * 1024;

/// The stack of a thread that waits for a lock, in bytes.
const WAITER_STACK: u64 = 64 * 1024;

/// The allocator of glibc reserves so many bytes for each thread, up to eight times the processors.
const ARENA: u64 = 64 << 20;

/// Files that a buyer has open at one time: the ledger twice, and the count. The lock is one more.
const FILES: u64 = 3;

/// What this process needs for itself.
const OWN: u64 = 64;

/// What is wanted of something, and how much of it there is.
struct Want {
    needed: u64,
    allowed: u64,
    /// What it is: "open files".
    what: &'static str,
    /// What allows no more, and how it is raised.
    limit: String,
}

impl fmt::Display for Want {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            needed,
            allowed,
            what,
            limit,
        } = self;
        write!(
            f,
            "they want {needed} {what}, and {limit} leaves room for {allowed}"
        )
    }
}

/// An error when there is none for all of them. A soft limit of open files is raised, where that is enough.
pub(super) fn check(rush: &Rush) -> Result<()> {
    let users = u64::from(rush.users);
    // A buyer that waits for the lock of a file needs a second thread: to wait for it, or to keep the deadline.
    let waiters = match rush.lock {
        LockKind::None | LockKind::Mutex | LockKind::Cas => 0,
        _ => users,
    };
    let mut wants = Vec::new();
    let what = if rush.threads { "threads" } else { "processes" };
    if rush.threads {
        wants.extend(files(users * FILES + waiters + OWN));
        wants.extend(memory(users, waiters));
    }
    wants.extend(tasks_of_one(users + waiters + processors()));
    if users + waiters >= MANY {
        wants.extend(tasks(users + waiters + processors()));
        if rush.threads {
            wants.extend(mappings(users, waiters));
        }
    }
    match wants.iter().find(|want| want.needed > want.allowed) {
        None => Ok(()),
        Some(want) => {
            let message = format!("{users} {what} cannot be started: {want}");
            Err(Error::new(Kind::Io, message)
                .hint("nothing was sold; take fewer --users, or raise that limit"))
        }
    }
}

fn files(needed: u64) -> Option<Want> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let mut allowed = current?;
    if needed > allowed && maximum.is_none_or(|most| needed <= most) {
        let raised = Rlimit {
            current: Some(needed),
            maximum,
        };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            allowed = needed;
        }
    }
    Some(Want {
        needed,
        allowed,
        what: "open files",
        limit: "'ulimit -n'".to_owned(),
    })
}

fn memory(users: u64, waiters: u64) -> Vec<Want> {
    let stacks = users * (STACK as u64 + BESIDES) + waiters * (WAITER_STACK + BESIDES);
    let arenas = (users + waiters).min(8 * processors()) * ARENA;
    let status = read("/proc/self/status");
    let taken = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB"));
        let kilobytes: Option<u64> = kilobytes.and_then(|text| text.trim().parse().ok());
        kilobytes.unwrap_or(0) << 10
    };
    let limits = [
        (Resource::As, "VmSize:", stacks + arenas, "'ulimit -v'"),
        (Resource::Data, "VmData:", stacks, "'ulimit -d'"),
    ];
    let wants = limits
        .into_iter()
        .filter_map(|(limit, name, needed, told)| {
            Some(Want {
                needed: (needed + taken(name)) >> 10,
                allowed: getrlimit(limit).current? >> 10,
                what: "KiB of memory",
                limit: told.to_owned(),
            })
        });
    wants.collect()
}

fn mappings(users: u64, waiters: u64) -> Option<Want> {
    let own = read("/proc/self/maps").lines().count() as u64;
    Some(Want {
        needed: users * MAPPINGS.0 + waiters * MAPPINGS.1 + own + 8 * OWN,
        allowed: number("/proc/sys/vm/max_map_count")?,
        what: "mappings of memory",
        limit: "vm.max_map_count of the system".to_owned(),
    })
}

/// Threads and processes are the same to the kernel, which limits how many one user has; but not root.
fn tasks_of_one(needed: u64) -> Option<Want> {
    let most = getrlimit(Resource::Nproc).current?;
    // To count them means to look at each process: only where they may matter.
    if getuid().is_root() || needed <= most / 2 {
        return None;
    }
    Some(tasks_beside(needed, tasks_of_user(), most, "'ulimit -u'"))
}

/// The same for the whole system, and for the control groups of this process.
fn tasks(needed: u64) -> Vec<Want> {
    // Its words are three loads, how many tasks run, and how many there are.
    let load = read("/proc/loadavg");
    let all = load.split([' ', '/']).nth(4);
    let all = all.and_then(|all| all.parse().ok()).unwrap_or(0);
    let mut limits = vec![
        (
            all,
            number("/proc/sys/kernel/threads-max"),
            "kernel.threads-max",
        ),
        (all, number("/proc/sys/kernel/pid_max"), "kernel.pid_max"),
    ];
    for group in groups() {
        let taken = number(group.join("pids.current")).unwrap_or(0);
        let most = number(group.join("pids.max"));
        limits.push((taken, most, "pids.max of the control group"));
    }
    let wants = limits
        .into_iter()
        .filter_map(|(taken, most, limit)| Some(tasks_beside(needed, taken, most?, limit)));
    wants.collect()
}

fn tasks_beside(needed: u64, taken: u64, most: u64, limit: &str) -> Want {
    Want {
        needed,
        allowed: most.saturating_sub(taken),
        what: "processes or threads",
        limit: limit.to_owned(),
    }
}

fn processors() -> u64 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u64)
}

/// How many threads the user of this process has.
fn tasks_of_user() -> u64 {
    let own = getuid().as_raw();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let of_one = |place: PathBuf| {
        let status = read(place.join("status"));
        let word = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_ascii_whitespace().next()?.parse().ok()
        };
        (word("Uid:") == Some(u64::from(own))).then(|| word("Threads:").unwrap_or(0))
    };
    processes.filter_map(|entry| of_one(entry.path())).sum()
}

/// The directories of the control groups that count the tasks of this process, of either version.
fn groups() -> Vec<PathBuf> {
    let told = read("/proc/self/cgroup");
    let mut groups = Vec::new();
    for line in told.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let root = match controllers {
            "" => Path::new("/sys/fs/cgroup"),
            _ if controllers.split(',').any(|name| name == "pids") => {
                Path::new("/sys/fs/cgroup/pids")
            }
            _ => continue,
        };
        let own = root.join(path.trim_start_matches('/'));
        let up = own.ancestors().take_while(|group| group.starts_with(root));
        groups.extend(up.map(Path::to_path_buf));
    }
    groups
}

/// What a file of the system says; nothing where there is none.
fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn number(path: impl AsRef<Path>) -> Option<u64> {
    read(path).trim().parse().ok()
}
