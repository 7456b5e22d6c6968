//! The buyers of a rush: started, listened to, waited for.

use std::collections::HashMap;
use std::io::{self, PipeReader, PipeWriter, Read as _};
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use tempfile::TempPath;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::aftermath::{After, Told};
use super::buyer::{self, Body, Message, Says};
use super::deck::{Deck, Label};
use super::gun::{self, Gun, Lifeline};
use super::nursery::{Share, assignments};
use super::report::{BuyerReport, Outcome};
use super::tape::Tape;
use super::{NURSERY, News, Rush, start_error};
use crate::error::{Error, Kind, Result};
use crate::store::file::spares::Shelf;

/// The most buyers of one rush.
pub const MAX_USERS: u32 = 10_000;

/// A nursery more for so many buyers, up to one for each processor.
const SHARE: u32 = 16;

/// A thread buyer needs little: no recursion, small buffers.
pub(super) const STACK: usize = 256 * 1024;

/// How many old versions of the count the threads keep, to be written again.
const SPARES: usize = 8;

/// All buyers of a rush.
#[derive(Debug)]
pub(super) struct Crowd {
    members: Vec<Member>,
    /// Dropping it tells the buyers to stop.
    gun: Option<Gun>,
    gate: Option<Gun>,
    voices: PipeReader,
    /// What was heard of a line that is not complete yet.
    heard: Vec<u8>,
    done: u32,
    sold: u32,
    /// How many members are in [`State::Starting`].
    starting: u32,
    /// How many have not come to the gate: in [`State::Starting`], `Ready` or `Buying`.
    on_the_way: u32,
    not_started: Option<String>,
    nurseries: Vec<Nursery>,
    /// A file that goes away as soon as all who need it have opened it.
    fleeting: Option<TempPath>,
}

#[derive(Debug)]
struct Member {
    name: String,
    state: State,
}

#[derive(Debug)]
enum State {
    Starting,
    Ready,
    Buying,
    /// Has read, and waits for the gate.
    Read,
    Done(Outcome),
    /// Gone without a word about its outcome.
    Gone(String),
}

/// A nursery's process, the leader of a process group that its buyers belong to. None of them
/// outlives the rush, on whatever way it ends, and none stays a zombie.
#[derive(Debug)]
struct Nursery {
    child: Child,
    buyers: Range<u32>,
    ended: bool,
    waited_for: bool,
}

/// What buyers listen to, and where they speak.
struct Pipes {
    ears: PipeReader,
    gate: Option<PipeReader>,
    mouth: PipeWriter,
}

impl Crowd {
    /// Starts all buyers. They wait for the gun.
    pub(super) fn gather(rush: &Rush, run: &str, deck: Option<&Deck>) -> Result<Self> {
        let problem = |e| start_error("make a pipe", &e);
        let (ears, gun) = gun::load().map_err(problem)?;
        let (gate_ears, gate) = gun::load().map_err(problem)?;
        let (voices, mouth) = io::pipe().map_err(problem)?;
        let pipes = Pipes {
            ears,
            gate: rush.together.then_some(gate_ears),
            mouth,
        };
        let mut crowd = Self {
            members: (1..=rush.users)
                .map(|number| Member {
                    name: format!("user-{number}"),
                    state: State::Starting,
                })
                .collect(),
            gun: Some(gun),
            gate: Some(gate),
            voices,
            heard: Vec::new(),
            done: 0,
            sold: 0,
            starting: rush.users,
            on_the_way: rush.users,
            not_started: None,
            nurseries: Vec::new(),
            fleeting: None,
        };
        let (started, what) = if rush.threads {
            let tape = deck.map(|deck| Arc::clone(&deck.tape));
            (start_threads(rush, run, pipes, tape.as_ref()), "threads")
        } else {
            let label = deck.map(Deck::label);
            (crowd.start_nurseries(rush, run, &pipes, label), "processes")
        };
        match started {
            Ok(()) => Ok(crowd),
            Err(error) => Err(too_many(rush.users, what, &error.to_string())),
        }
    }

    /// The same, with a file that is removed when all have started, or when this is dropped.
    pub(super) fn without(mut self, fleeting: Option<TempPath>) -> Self {
        self.fleeting = fleeting;
        self
    }

    fn start_nurseries(
        &mut self,
        rush: &Rush,
        run: &str,
        pipes: &Pipes,
        label: Option<Label<'_>>,
    ) -> io::Result<()> {
        let processors = thread::available_parallelism().map_or(1, |n| n.get() as u32);
        let share = rush.users.div_ceil(processors).max(SHARE.min(rush.users));
        for first in (1..=rush.users).step_by(share as usize) {
            let share = Share {
                rush: rush.clone(),
                run: run.to_owned(),
                buyers: first..(first + share).min(rush.users + 1),
                tape: label.map(|label| label.1),
            };
            let mut command = Command::new(&rush.program);
            command
                .arg(NURSERY)
                .arg(serde_json::to_string(&share)?)
                .arg(&rush.file)
                .args(label.map(|label| label.0))
                // The watchdog's thread shares the buyer's heap: a heap of its own, as glibc gives each
                // thread, is made and thrown away again by each of thousands of short processes.
                .env("MALLOC_ARENA_MAX", "1")
                .stdin(pipes.ears.try_clone()?)
                .stdout(pipes.mouth.try_clone()?)
                // A group of its own: Ctrl-C at the terminal reaches the rush alone, which tells
                // its buyers.
                .process_group(0);
            if let Some(gate) = &pipes.gate {
                command.stderr(gate.try_clone()?);
            }
            self.nurseries.push(Nursery {
                child: command.spawn()?,
                buyers: share.buyers,
                ended: false,
                waited_for: false,
            });
        }
        Ok(())
    }

    /// What becomes readable when a buyer says something.
    pub(super) fn voices(&self) -> BorrowedFd<'_> {
        self.voices.as_fd()
    }

    /// What the buyers said since; `None`: the last one has gone.
    pub(super) fn listen(&mut self) -> Result<Option<Vec<Message>>> {
        let mut chunk = vec![0; 64 * 1024];
        let read = loop {
            match self.voices.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map_err(|e| start_error("listen to the buyers", &e))?,
            }
        };
        if read == 0 {
            return Ok(None);
        }
        self.heard
            .extend_from_slice(chunk.get(..read).unwrap_or_default());
        let end = self
            .heard
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let lines: Vec<u8> = self.heard.drain(..end).collect();
        let messages = lines
            .split(|&byte| byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect();
        Ok(Some(messages))
    }

    /// Takes note of what a buyer said. Its name, and its outcome if that is what it said.
    pub(super) fn note(&mut self, message: Message) -> Option<(&str, Option<&Outcome>)> {
        let index = (message.buyer as usize).wrapping_sub(1);
        let state = match message.says {
            Says::Ready => State::Ready,
            Says::AllReady => {
                for index in 0..self.members.len() {
                    self.turn(index, State::Ready);
                }
                return None;
            }
            Says::Queried { .. } => State::Buying,
            Says::Read => State::Read,
            Says::Gone { cause } => State::Gone(cause),
            Says::NotStarted { error } => {
                self.not_started = Some(error);
                return None;
            }
            Says::Sold {
                id,
                quantity,
                left,
                seq,
                warning,
            } => State::Done(Outcome::Sold {
                id,
                quantity,
                left,
                seq,
                warning,
            }),
            Says::Refused { left } => State::Done(Outcome::Refused { left }),
            Says::Failed { code, message } => State::Done(Outcome::Failed { code, message }),
        };
        match self.turn(index, state)? {
            Member {
                name,
                state: State::Done(outcome),
            } => Some((name, Some(outcome))),
            Member { name, .. } => Some((name, None)),
        }
    }

    /// Puts a member into another state, and counts. `None`: it is done, and stays so.
    fn turn(&mut self, index: usize, state: State) -> Option<&Member> {
        let member = self.members.get_mut(index)?;
        if matches!(member.state, State::Done(_)) {
            return None;
        }
        let (starting, on_the_way) = member.state.still();
        self.starting -= u32::from(starting);
        self.on_the_way -= u32::from(on_the_way);
        let (starting, on_the_way) = state.still();
        self.starting += u32::from(starting);
        self.on_the_way += u32::from(on_the_way);
        if let State::Done(outcome) = &state {
            self.done += 1;
            self.sold += u32::from(matches!(outcome, Outcome::Sold { .. }));
        }
        member.state = state;
        Some(member)
    }

    /// An error when not every buyer could be started: then none is to sell.
    pub(super) fn complete(&self) -> Result<()> {
        match &self.not_started {
            Some(error) => Err(too_many(self.members.len() as u32, "processes", error)),
            None => Ok(()),
        }
    }

    /// How far they are.
    pub(super) fn progress(&self) -> News<'static> {
        News::Progress {
            done: self.done,
            sold: self.sold,
        }
    }

    /// Whether all that still live wait for the start.
    pub(super) fn all_ready(&self) -> bool {
        self.starting == 0
    }

    /// Whether all that still live wait at the gate or are done.
    pub(super) fn all_read(&self) -> bool {
        self.on_the_way == 0
    }

    /// Fires the starting gun: a shot for each member, dead or alive. A buyer whose nursery was killed
    /// counts as gone and may live all the same; a shot too many harms nobody.
    pub(super) fn start(&mut self) {
        self.fleeting = None;
        if let Some(gun) = &mut self.gun {
            gun.fire(self.members.len());
        }
    }

    /// Opens the gate for all, in the same way.
    pub(super) fn open_gate(&mut self) {
        if let Some(gate) = &mut self.gate {
            gate.fire(self.members.len());
        }
    }

    /// Tells all to stop: whoever has not sold yet does not sell any more.
    pub(super) fn call_off(&mut self) {
        self.gun = None;
        self.gate = None;
    }

    /// A nursery that was killed tells no more of its buyers: they count as gone, unless they tell
    /// their outcome themselves.
    pub(super) fn look_for_dead_nurseries(&mut self) {
        let mut orphans = Vec::new();
        for nursery in self.nurseries.iter_mut().filter(|nursery| !nursery.ended) {
            nursery.ended = nursery.has_ended();
            if nursery.ended {
                orphans.extend(nursery.buyers.clone());
            }
        }
        for number in orphans {
            let cause = "the process that started it was killed".to_owned();
            self.turn(number as usize - 1, State::Gone(cause));
        }
    }

    /// Kills the processes that are still there.
    pub(super) fn kill_the_rest(&self) {
        for nursery in &self.nurseries {
            nursery.kill();
        }
    }

    /// Waits for every nursery, which waits for its buyers.
    pub(super) fn wait_for_all(&mut self) {
        for nursery in &mut self.nurseries {
            nursery.wait();
        }
    }

    /// The sales that buyers told of: their ids, and who bought.
    pub(super) fn told(&self) -> HashMap<String, Told> {
        let sale = |member: &Member| match &member.state {
            State::Done(Outcome::Sold {
                id, seq, warning, ..
            }) => {
                let told = Told {
                    buyer: member.name.clone(),
                    seq: *seq,
                    published: warning.is_none(),
                };
                Some((id.clone(), told))
            }
            _ => None,
        };
        self.members.iter().filter_map(sale).collect()
    }

    /// What a buyer told of its end, if it did.
    pub(super) fn ending(&self, name: &str) -> Option<&Outcome> {
        let number: usize = name.strip_prefix("user-")?.parse().ok()?;
        match &self.members.get(number.checked_sub(1)?)?.state {
            State::Done(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// How each buyer ended; where it did not say, the ledger does.
    pub(super) fn outcomes(&mut self, after: &After) -> Vec<BuyerReport> {
        std::mem::take(&mut self.members)
            .into_iter()
            .map(|member| BuyerReport {
                outcome: match member.state {
                    State::Done(outcome) => outcome,
                    State::Gone(cause) => {
                        Outcome::of_the_dead(&cause, after.bought_by(&member.name))
                    }
                    _ => {
                        Outcome::of_the_dead("stopped before buying", after.bought_by(&member.name))
                    }
                },
                name: member.name,
            })
            .collect()
    }
}

fn start_threads(rush: &Rush, run: &str, pipes: Pipes, tape: Option<&Arc<Tape>>) -> io::Result<()> {
    let shelf = Shelf::default();
    shelf.widen(SPARES);
    // In this order: the shelf is empty before the end of the pipe tells that all have gone.
    let shared = Arc::new((shelf, Arc::default(), pipes));
    let (ready, users) = (Arc::new(AtomicU32::new(0)), rush.users);
    for assignment in assignments(rush, run, 1..rush.users + 1, tape) {
        let (shared, ready) = (Arc::clone(&shared), Arc::clone(&ready));
        let life = move || {
            let (shelf, mutex, pipes) = &*shared;
            let tell = |buyer, says| {
                let line = Message { buyer, says }.line();
                let _ = line.and_then(|line| io::Write::write_all(&mut &pipes.mouth, &line));
            };
            if ready.fetch_add(1, Ordering::Relaxed) + 1 == users {
                tell(0, Says::AllReady);
            }
            let (ears, gate) = (Lifeline(pipes.ears.as_fd()), pipes.gate.as_ref());
            let gate = gate.map(|gate| Lifeline(gate.as_fd()));
            let run = || {
                buyer::run(
                    &assignment,
                    ears,
                    gate,
                    Body::Thread(shelf, mutex),
                    &mut &pipes.mouth,
                );
            };
            if catch_unwind(AssertUnwindSafe(run)).is_err() {
                let cause = "its thread panicked".to_owned();
                tell(assignment.number, Says::Gone { cause });
            }
        };
        let thread = thread::Builder::new().stack_size(STACK);
        // Not joined: the end of the pipe tells that every buyer has gone. What is left of its
        // thread then is a stack to be given back, which each does best by itself.
        thread.spawn(life)?;
    }
    Ok(())
}

impl State {
    /// Whether a buyer in this state is still starting, and whether it is still on the way to the
    /// gate.
    fn still(&self) -> (bool, bool) {
        let starting = matches!(self, Self::Starting);
        (
            starting,
            starting || matches!(self, Self::Ready | Self::Buying),
        )
    }
}

impl Nursery {
    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    /// Whether it has ended. It is not waited for here: until it is, its number is no other's, and
    /// its group can be killed.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.pid()
            .is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)))
    }

    /// Kills the nursery and its buyers, or the buyers that have outlived it.
    fn kill(&self) {
        if let Some(group) = self.pid().filter(|_| !self.waited_for) {
            // Those that have just ended cannot be killed, and need not be.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    fn wait(&mut self) {
        let _ = self.child.wait();
        self.waited_for = true;
    }
}

impl Drop for Nursery {
    fn drop(&mut self) {
        self.kill();
        self.wait();
    }
}

fn too_many(count: u32, what: &str, error: &str) -> Error {
    Error::new(Kind::Io, format!("could not start {count} {what}: {error}"))
        .hint("nothing was sold; try fewer --users, or raise the limits ('ulimit -u', 'ulimit -n')")
}
