//! An event in a directory of its own, and the real binary run on it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value;
use tickets::BoxOffice;
use tickets::office::{Durability, Order, Unobserved};
use tickets_faults::Program;
pub(crate) use tickets_faults::{Run, eventually};

/// The binary under test.
pub(crate) const TICKETS: &str = env!("CARGO_BIN_EXE_tickets");

/// An event in a directory of its own, on which the binary under test is run.
#[derive(Debug)]
pub(crate) struct TestEvent(tickets_faults::TestEvent);

impl Deref for TestEvent {
    type Target = tickets_faults::TestEvent;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for TestEvent {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Drop for TestEvent {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        if std::thread::panicking() {
            for process in self.processes() {
                let _ = Command::new("kill")
                    .args(["-9", &process.pid.to_string()])
                    .status();
            }
        }
    }
}

/// What a ledger's lines come to.
#[derive(Debug, Default)]
struct Sums {
    stock: i64,
    left: i64,
    sold: i64,
    held: i64,
    /// How many of each sale are not cancelled, by its id.
    kept: HashMap<String, i64>,
    /// How many each open hold has.
    open: HashMap<String, i64>,
    keys: HashSet<String>,
}

impl Sums {
    #[track_caller]
    fn add(&mut self, line: &Value) {
        let quantity = line["quantity"].as_i64().unwrap_or_default();
        let id = |member: &str| line[member].as_str().unwrap_or_default().to_owned();
        if let Some(key) = line["key"].as_str() {
            assert!(self.keys.insert(key.to_owned()), "a key twice: {line}");
        }
        match line["op"].as_str().unwrap() {
            "open" | "adjust" => {
                (self.stock, self.left) = (self.stock + quantity, self.left + quantity);
            }
            "set" | "close" | "reopen" => {}
            "rename" => {
                let it = id("ref");
                let known = self.kept.get(&it).or(self.open.get(&it));
                assert!(known.is_some_and(|kept| *kept > 0), "of no sale: {line}");
            }
            "sell" => {
                (self.left, self.sold) = (self.left - quantity, self.sold + quantity);
                let twice = self.kept.insert(id("id"), quantity);
                assert_eq!(twice, None, "an id twice: {line}");
            }
            "cancel" => {
                (self.left, self.sold) = (self.left + quantity, self.sold - quantity);
                let sale = self.kept.get_mut(&id("ref"));
                let sale = sale.unwrap_or_else(|| panic!("of no sale: {line}"));
                *sale -= quantity;
                assert!(*sale >= 0, "cancelled twice: {line}");
            }
            "hold" => {
                (self.left, self.held) = (self.left - quantity, self.held + quantity);
                let twice = self.open.insert(id("id"), quantity);
                assert_eq!(twice, None, "an id twice: {line}");
            }
            op @ ("confirm" | "release" | "expire") => {
                let open = self.open.remove(&id("ref"));
                assert_eq!(open, Some(quantity), "ended twice: {line}");
                self.held -= quantity;
                if op == "confirm" {
                    self.sold += quantity;
                    self.kept.insert(id("ref"), quantity);
                } else {
                    self.left += quantity;
                }
            }
            op => panic!("what is {op:?}?"),
        }
    }
}

impl TestEvent {
    /// An event whose `tickets.json` has this text.
    #[must_use]
    pub(crate) fn with(text: impl AsRef<[u8]>) -> Self {
        let event = Self::empty();
        if event.is_on_cluster() {
            let count: Value = serde_json::from_slice(text.as_ref()).unwrap();
            let (code, made) = event.json(&format!("reset {}", count["ticket"]));
            assert_eq!(code, 0, "{made:#}");
            return event;
        }
        fs::write(&event.file, text).unwrap();
        event
    }

    /// A new event with so many tickets.
    #[must_use]
    pub(crate) fn stock(tickets: u64) -> Self {
        Self::with(format!("{{\"ticket\": {tickets}}}\n"))
    }

    /// The same in memory, where that is to be had: for many events in which no disk is tested.
    #[must_use]
    pub(crate) fn in_memory(text: impl AsRef<[u8]>) -> Self {
        let memory = Path::new("/dev/shm");
        let event = if memory.is_dir() {
            Self::empty_in(memory)
        } else {
            Self::empty()
        };
        fs::write(&event.file, text).unwrap();
        event
    }

    /// A directory without an event; on the cluster, if the events of this test are there.
    #[must_use]
    pub(crate) fn empty() -> Self {
        let event = Self::empty_in(&std::env::temp_dir());
        #[cfg(feature = "etcd")]
        if let Some(address) = crate::cluster::new_address() {
            return event.at(address);
        }
        event
    }

    /// The same directory, and the event at this address.
    #[cfg(feature = "etcd")]
    pub(crate) fn at(self, address: std::path::PathBuf) -> Self {
        let mut event = self;
        event.file = address;
        event
    }

    /// Whether the event is on the cluster, and no file.
    #[cfg(feature = "etcd")]
    pub(crate) fn is_on_cluster(&self) -> bool {
        crate::cluster::is_address(&self.file)
    }

    #[cfg(not(feature = "etcd"))]
    #[expect(clippy::unused_self, reason = "so it is with the feature")]
    fn is_on_cluster(&self) -> bool {
        false
    }

    /// The text of the ledger; empty where there is none.
    #[track_caller]
    pub(crate) fn ledger_text(&self) -> String {
        #[cfg(feature = "etcd")]
        if self.is_on_cluster() {
            return crate::cluster::ledger(&self.file);
        }
        fs::read_to_string(self.path("tickets.ledger.jsonl")).unwrap_or_default()
    }

    /// The count, parsed.
    #[track_caller]
    pub(crate) fn count(&self) -> Value {
        #[cfg(feature = "etcd")]
        if self.is_on_cluster() {
            return crate::cluster::count(&self.file);
        }
        self.0.count()
    }

    /// The same, somewhere else.
    #[must_use]
    pub(crate) fn empty_in(place: &Path) -> Self {
        let program = Program::at(TICKETS);
        Self(tickets_faults::TestEvent::empty_in(&program, place))
    }

    /// An event that has sold so many tickets and has ten left: to buyer-0, buyer-1 and so on, every
    /// hundredth with a key. Quickly: no sale but the last was made durable by itself.
    pub(crate) fn sold(sales: u64) -> Self {
        let event = Self::stock(sales + 10);
        let mut office = BoxOffice::at(&event.file).unwrap();
        for at in 0..sales {
            let (buyer, key) = (format!("buyer-{at}"), format!("key-{at}"));
            let durability = if at + 1 == sales {
                Durability::Disk
            } else {
                Durability::Process
            };
            let order = Order::new(&buyer, 1)
                .key((at % 100 == 7).then_some(key.as_str()))
                .durability(durability);
            office.purchase(&order, &mut Unobserved).unwrap();
        }
        event
    }

    /// A command in the event's directory that names no event: `data/tickets.json` there is meant.
    pub(crate) fn without_file(&self, argument: &str) -> Command {
        let mut command = Command::new(TICKETS);
        command
            .env_remove("TICKETS_FILE")
            .current_dir(self.directory())
            .arg(argument)
            .stdin(Stdio::null());
        command
    }

    /// The ledger's lines, parsed; empty where there is none. A last one that somebody is just writing is left out.
    #[track_caller]
    pub(crate) fn ledger(&self) -> Vec<Value> {
        let text = self.ledger_text();
        text.split_inclusive('\n')
            .filter(|line| *line != "\n")
            .filter_map(|line| match serde_json::from_str(line) {
                Err(_) if !line.ends_with('\n') => None,
                parsed => Some(parsed.unwrap()),
            })
            .collect()
    }

    /// The ledger's sales.
    #[track_caller]
    pub(crate) fn sales(&self) -> Vec<Value> {
        let mut lines = self.ledger();
        lines.retain(|line| line["op"] == "sell");
        lines
    }

    /// Books with `tickets book`; returns the sale's id.
    #[track_caller]
    pub(crate) fn booked(&self, arguments: &str) -> String {
        let (code, document) = self.json(&format!("book {arguments}"));
        assert_eq!(code, 0, "{document:#}");
        document["sale"]["id"].as_str().unwrap().to_owned()
    }

    /// Runs all these command lines at once, with `--json`; what each came to.
    #[track_caller]
    pub(crate) fn at_once(&self, lines: impl IntoIterator<Item = String>) -> Vec<(i32, Value)> {
        ends(self.start_all(lines))
    }

    /// The same, but none gets the lock before all wait for it: what each has read until then is old
    /// when its turn comes.
    #[track_caller]
    pub(crate) fn in_a_queue(&self, lines: impl IntoIterator<Item = String>) -> Vec<(i32, Value)> {
        if self.is_on_cluster() {
            return self.at_once(lines);
        }
        let lock = self.path("tickets.json.lock");
        let held = foreign_lock(&lock);
        let children = self.start_all(lines);
        eventually("all wait for the lock", || {
            let waiting = flocks(&lock).iter().filter(|(_, waits)| *waits).count();
            (waiting == children.len()).then_some(())
        });
        drop(held);
        ends(children)
    }

    fn start_all(&self, lines: impl IntoIterator<Item = String>) -> Vec<Child> {
        let start = |line: String| self.start(&format!("--json {line}"));
        lines.into_iter().map(start).collect()
    }

    /// Everything in the directory, by name.
    pub(crate) fn contents(&self) -> Vec<(String, Vec<u8>)> {
        let read = |name: String| (name.clone(), fs::read(self.path(&name)).unwrap());
        self.names().into_iter().map(read).collect()
    }

    /// Checks by arithmetic of its own that a ledger sold nothing twice, cancelled nothing twice and ended no hold
    /// twice, and that the count agrees.
    #[track_caller]
    pub(crate) fn assert_adds_up(&self) {
        let ledger = self.ledger();
        let mut sum = Sums::default();
        for (at, line) in ledger.iter().enumerate() {
            assert_eq!(line["seq"], at as u64 + 1, "{ledger:#?}");
            sum.add(line);
            let all = [sum.left, sum.sold, sum.held];
            assert!(all.iter().all(|it| *it >= 0), "oversold: {ledger:#?}");
            assert_eq!(all.iter().sum::<i64>(), sum.stock, "{ledger:#?}");
            assert_eq!(line["left"], sum.left, "{ledger:#?}");
        }
        let count = self.count();
        let told = count.get("ticket").or(count.get("ticket_num"));
        assert_eq!(
            told,
            Some(&sum.left.into()),
            "tickets.json disagrees with the ledger"
        );
        if let Some(told) = count.get("sold") {
            assert_eq!(told, sum.sold, "tickets.json disagrees with the ledger");
            let told = count.get("held").map_or(0, |held| held.as_i64().unwrap());
            assert_eq!(told, sum.held, "tickets.json disagrees with the ledger");
        }
    }

    /// The processes that were started for this event, as their command lines tell.
    pub(crate) fn processes(&self) -> Vec<Process> {
        processes()
            .into_iter()
            .filter(|process| process.line.contains(self.directory().to_str().unwrap()))
            .collect()
    }

    /// The buyers' processes: those that a fork server has forked, which another one of ours has started. (That it has no
    /// children is not asked: processes are looked at one after the other, and a fork server may have some by then.)
    pub(crate) fn buyers(&self) -> Vec<Process> {
        let all = self.processes();
        let parent = |of: &Process| all.iter().find(|process| process.pid == of.parent);
        let forked = |process: &&Process| {
            let server = parent(process).filter(|server| server.line.contains("__buyers"));
            server.is_some_and(|server| parent(server).is_some())
        };
        all.iter().filter(forked).cloned().collect()
    }
}

/// What each of these came to.
#[track_caller]
fn ends(children: Vec<Child>) -> Vec<(i32, Value)> {
    let end = |child: Child| Run::of(child.wait_with_output().unwrap()).document();
    children.into_iter().map(end).collect()
}

/// A process of this machine.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) parent: i32,
    pub(crate) line: String,
}

impl Process {
    pub(crate) fn signal(&self, name: &str) {
        signal(self.pid, name);
    }
}

/// Whether a process is gone, and not even a zombie.
pub(crate) fn is_gone(pid: i32) -> bool {
    !Path::new(&format!("/proc/{pid}")).exists()
}

/// Sends a signal, named as for kill(1).
pub(crate) fn signal(pid: i32, name: &str) {
    assert!(kill(name, pid), "kill -s {name} {pid}");
}

/// The same to a process that may be gone; whether it was there.
pub(crate) fn kill(name: &str, pid: i32) -> bool {
    let output = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .output()
        .unwrap();
    output.status.success()
}

/// Stops a process that may be gone, and waits until it has stopped or is.
pub(crate) fn stop(pid: i32) {
    kill("STOP", pid);
    eventually("it has stopped", || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat.rsplit(") ").next().unwrap_or_default();
        let stopped = state.is_empty() || state.starts_with(['T', 'Z', 'X']);
        stopped.then_some(())
    });
}

fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let mut fields = stat.rsplit(')').next()?.split_ascii_whitespace();
        Some(Process {
            pid,
            parent: fields.nth(1)?.parse().ok()?,
            line: String::from_utf8_lossy(&line).replace('\0', " "),
        })
    })
    .collect()
}

/// Reads what a child prints until so many lines contain `part`.
#[track_caller]
pub(crate) fn read_until(
    child: &mut Child,
    part: &str,
    lines: usize,
) -> std::io::BufReader<std::process::ChildStdout> {
    use std::io::BufRead;
    let mut reader = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut seen = 0;
    while seen < lines {
        let mut line = String::new();
        assert!(
            reader.read_line(&mut line).unwrap() > 0,
            "ended after {seen} lines with {part:?}"
        );
        seen += usize::from(line.contains(part));
    }
    reader
}

/// The `flock`s on a file, as the kernel lists them: (pid, whether it still waits).
pub(crate) fn flocks(path: &Path) -> Vec<(i32, bool)> {
    let locks = tickets_faults::locks(path);
    let flocks = locks.into_iter().filter(|lock| lock.is_flock);
    flocks.map(|lock| (lock.process, lock.waits)).collect()
}

/// Whether this test runs as root, whom no permission stops.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Takes the lock under which a ledger is synced, as another seller's process does.
pub(crate) fn foreign_sync(ledger: &Path) -> ForeignSync {
    let file = fs::File::options()
        .read(true)
        .write(true)
        .open(ledger)
        .unwrap();
    let range = first_byte(nix::libc::F_WRLCK);
    nix::fcntl::fcntl(&file, nix::fcntl::FcntlArg::F_OFD_SETLKW(&range)).unwrap();
    ForeignSync(file)
}

fn first_byte(kind: i32) -> nix::libc::flock {
    nix::libc::flock {
        l_type: kind as i16,
        l_whence: nix::libc::SEEK_SET as i16,
        l_start: 0,
        l_len: 1,
        l_pid: 0,
    }
}

/// The same as [`ForeignLock`], of the ledger's first byte.
pub(crate) struct ForeignSync(fs::File);

impl Drop for ForeignSync {
    fn drop(&mut self) {
        let range = first_byte(nix::libc::F_UNLCK);
        let _ = nix::fcntl::fcntl(&self.0, nix::fcntl::FcntlArg::F_OFD_SETLK(&range));
    }
}

/// Takes a `flock` as any other program could.
#[expect(
    clippy::disallowed_methods,
    reason = "a foreign holder is what is tested"
)]
pub(crate) fn foreign_lock(path: &Path) -> ForeignLock {
    let file = fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .unwrap();
    fs2::FileExt::lock_exclusive(&file).unwrap();
    ForeignLock(file)
}

/// A lock that is held until this is dropped: unlocked then, for a child that another test is just starting has a copy
/// of the handle until it executes its program.
pub(crate) struct ForeignLock(fs::File);

impl Drop for ForeignLock {
    #[expect(
        clippy::disallowed_methods,
        reason = "a foreign holder is what is tested"
    )]
    fn drop(&mut self) {
        let _ = fs2::FileExt::unlock(&self.0);
    }
}

/// Runs a test on many values that are drawn by a seed, which every failure names.
#[track_caller]
pub(crate) fn try_many<S: Strategy>(values: &S, test: impl Fn(S::Value)) {
    let given = std::env::var("TICKETS_TEST_SEED").ok();
    let seed = given.map_or_else(
        || u64::from(std::process::id()),
        |seed| seed.parse().unwrap(),
    );
    let config = Config {
        cases: 64,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let tried = TestRunner::new(config).run(values, |value| {
        test(value);
        Ok(())
    });
    if let Err(error) = tried {
        panic!("with TICKETS_TEST_SEED={seed}: {error}");
    }
}
