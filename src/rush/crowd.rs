//! The buyers of a rush: started, listened to, waited for.

use std::io::{self, PipeReader, PipeWriter, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::aftermath::After;
use super::buyer::{self, Assignment, Message, Says};
use super::gun::{self, Gun, Lifeline};
use super::report::{BuyerReport, Outcome};
use super::{BUYER, News, Rush, start_error};
use crate::error::{Error, Kind, Result};

/// The most buyers of one rush.
pub const MAX_USERS: u32 = 10_000;

/// From how many buyers on the processes are started by two threads: most of the time of a start
/// is the kernel loading the program, which the starter waits for.
const MANY: usize = 32;

/// A thread buyer needs little: no recursion, small buffers.
const STACK: usize = 256 * 1024;

/// All buyers of a rush.
#[derive(Debug)]
pub(super) struct Crowd {
    members: Vec<Member>,
    voices: PipeReader,
    /// What was heard of a line that is not complete yet.
    heard: Vec<u8>,
    done: u32,
    sold: u32,
}

#[derive(Debug)]
struct Member {
    name: String,
    state: State,
    body: Body,
    /// Dropping it tells the buyer to stop.
    gun: Option<Gun>,
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
    Dead(String),
}

#[derive(Debug)]
enum Body {
    Process(Process),
    Thread(Option<JoinHandle<()>>),
    /// Waited for.
    Gone,
}

impl Crowd {
    /// Starts all buyers. They wait for the gun.
    pub(super) fn gather(rush: &Rush, assignments: &[Assignment]) -> Result<Self> {
        // A gun for each; a thread's other end is in this process too.
        gun::make_room(assignments.len() as u64 * if rush.threads { 2 } else { 1 });
        let (voices, mouth) = io::pipe().map_err(|e| start_error("make a pipe", e))?;
        let members = if rush.threads {
            start_threads(assignments, mouth)?
        } else {
            start_processes(rush, assignments, &mouth)?
        };
        Ok(Self {
            members,
            voices,
            heard: Vec::new(),
            done: 0,
            sold: 0,
        })
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
                result => break result.map_err(|e| start_error("listen to the buyers", e))?,
            }
        };
        if read == 0 {
            return Ok(None);
        }
        self.heard.extend_from_slice(chunk.get(..read).unwrap_or_default());
        let end = self.heard.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let lines: Vec<u8> = self.heard.drain(..end).collect();
        let messages = lines
            .split(|&byte| byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect();
        Ok(Some(messages))
    }

    /// Takes note of what a buyer said. Its name, and its outcome if that is what it said.
    pub(super) fn note(&mut self, message: Message) -> Option<(&str, Option<&Outcome>)> {
        let member = self.members.get_mut((message.buyer as usize).checked_sub(1)?)?;
        member.state = match message.says {
            Says::Ready => State::Ready,
            Says::Queried { .. } => State::Buying,
            Says::Read => State::Read,
            Says::Sold {
                id,
                quantity,
                left,
                seq,
                warning,
            } => {
                self.sold += 1;
                State::Done(Outcome::Sold {
                    id,
                    quantity,
                    left,
                    seq,
                    warning,
                })
            }
            Says::Refused { left } => State::Done(Outcome::Refused { left }),
            Says::Failed { code, message } => State::Done(Outcome::Failed { code, message }),
        };
        let done = match &member.state {
            State::Done(outcome) => {
                self.done += 1;
                Some(outcome)
            }
            _ => None,
        };
        Some((&member.name, done))
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
        !self.any(|state| matches!(state, State::Starting))
    }

    /// Whether all that still live wait at the gate or are done.
    pub(super) fn all_read(&self) -> bool {
        !self.any(|state| matches!(state, State::Ready | State::Buying))
    }

    fn any(&self, of: impl Fn(&State) -> bool) -> bool {
        self.members.iter().any(|member| of(&member.state))
    }

    /// Fires every buyer's starting gun.
    pub(super) fn start(&mut self) {
        self.fire(|state| matches!(state, State::Ready));
    }

    /// Lets those at the gate go on.
    pub(super) fn open_gate(&mut self) {
        self.fire(|state| matches!(state, State::Read));
    }

    fn fire(&mut self, at: impl Fn(&State) -> bool) {
        for member in self.members.iter_mut().filter(|member| at(&member.state)) {
            if let Some(gun) = &mut member.gun {
                gun.fire();
            }
        }
    }

    /// Tells all to stop: whoever has not sold yet does not sell any more.
    pub(super) fn call_off(&mut self) {
        for member in &mut self.members {
            member.gun = None;
        }
    }

    /// Finds buyers that died without a word, and those that are done and can be waited for.
    pub(super) fn look_for_the_dead(&mut self) {
        for member in &mut self.members {
            let ended = match &mut member.body {
                Body::Process(child) => child.0.try_wait().ok().flatten().map(cause),
                Body::Thread(handle) if handle.as_ref().is_some_and(JoinHandle::is_finished) => {
                    Some(join(handle.take()))
                }
                Body::Thread(_) | Body::Gone => None,
            };
            if let Some(cause) = ended {
                member.body = Body::Gone;
                member.ended(cause);
            }
        }
    }

    /// Kills the processes that are still there.
    pub(super) fn kill_the_rest(&mut self) {
        for member in &mut self.members {
            if let Body::Process(child) = &mut member.body {
                // One that has just ended cannot be killed, and need not be.
                let _ = child.0.kill();
            }
        }
    }

    /// Waits for every buyer: no zombie stays.
    pub(super) fn wait_for_all(&mut self) {
        for member in &mut self.members {
            let cause = match std::mem::replace(&mut member.body, Body::Gone) {
                Body::Process(mut child) => child.0.wait().map_or_else(|e| e.to_string(), cause),
                Body::Thread(handle) => join(handle),
                Body::Gone => continue,
            };
            member.ended(cause);
        }
    }

    /// How each buyer ended; where it did not say, the ledger does.
    pub(super) fn outcomes(&mut self, after: &After) -> Vec<BuyerReport> {
        std::mem::take(&mut self.members)
            .into_iter()
            .map(|member| {
                let outcome = match member.state {
                    State::Done(outcome) => outcome,
                    State::Dead(cause) => Outcome::of_the_dead(&cause, after.bought_by(&member.name)),
                    _ => Outcome::of_the_dead("ended", after.bought_by(&member.name)),
                };
                BuyerReport {
                    name: member.name,
                    outcome,
                }
            })
            .collect()
    }
}

impl Member {
    fn new(assignment: &Assignment, body: Body, gun: Gun) -> Self {
        Self {
            name: assignment.name.clone(),
            state: State::Starting,
            body,
            gun: Some(gun),
        }
    }

    fn ended(&mut self, cause: String) {
        if !matches!(self.state, State::Done(_)) {
            self.state = State::Dead(cause);
        }
    }
}

/// A buyer's process. It does not outlive its rush, on whatever way the rush ends, and never stays
/// a zombie.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // One that was waited for is neither signalled nor waited for again.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn cause(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("killed by signal {signal}"),
        (None, Some(0)) => "stopped before buying".to_owned(),
        (None, code) => format!("ended with exit code {}", code.unwrap_or(-1)),
    }
}

fn join(handle: Option<JoinHandle<()>>) -> String {
    match handle.map(JoinHandle::join) {
        Some(Err(_)) => "its thread panicked".to_owned(),
        Some(Ok(())) | None => "stopped before buying".to_owned(),
    }
}

fn start_threads(assignments: &[Assignment], mouth: PipeWriter) -> Result<Vec<Member>> {
    let mouth = Arc::new(mouth);
    let start = |assignment: &Assignment| {
        let (ears, gun) = gun::load()?;
        let (mouth, own) = (Arc::clone(&mouth), assignment.clone());
        let handle = thread::Builder::new()
            .name(assignment.name.clone())
            .stack_size(STACK)
            .spawn(move || buyer::run(&own, Lifeline(ears.as_fd()), &mut &*mouth))?;
        Ok(Member::new(assignment, Body::Thread(Some(handle)), gun))
    };
    assignments
        .iter()
        .map(|assignment| start(assignment).map_err(|e| too_many(assignments.len(), "threads", e)))
        .collect()
}

/// Starts the processes. When one cannot be started the others are ended before any could sell.
fn start_processes(rush: &Rush, assignments: &[Assignment], mouth: &PipeWriter) -> Result<Vec<Member>> {
    let starters = if assignments.len() < MANY { 1 } else { 2 };
    let share = assignments.len().div_ceil(starters).max(1);
    let start_share = |share: &[Assignment]| -> io::Result<Vec<Member>> {
        share.iter().map(|assignment| start(rush, assignment, mouth)).collect()
    };
    let started: Vec<_> = thread::scope(|scope| {
        let starters: Vec<_> = assignments
            .chunks(share)
            .map(|share| scope.spawn(move || start_share(share)))
            .collect();
        let join = |starter: thread::ScopedJoinHandle<'_, io::Result<Vec<Member>>>| {
            starter.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
        };
        starters.into_iter().map(join).collect()
    });
    let mut members = Vec::with_capacity(assignments.len());
    for share in started {
        members.extend(share.map_err(|e| too_many(assignments.len(), "processes", e))?);
    }
    Ok(members)
}

fn start(rush: &Rush, assignment: &Assignment, mouth: &PipeWriter) -> io::Result<Member> {
    let (ears, gun) = gun::load()?;
    let child = Command::new(&rush.program)
        .arg(BUYER)
        .arg(serde_json::to_string(assignment)?)
        .stdin(ears)
        .stdout(mouth.try_clone()?)
        // A group of its own: Ctrl-C at the terminal reaches the rush alone, which passes it on.
        .process_group(0)
        .spawn()?;
    Ok(Member::new(assignment, Body::Process(Process(child)), gun))
}

fn too_many(count: usize, what: &str, error: io::Error) -> Error {
    Error::new(Kind::Io, format!("could not start {count} {what}: {error}"))
        .hint("nothing was sold; try fewer --users, or raise the limits ('ulimit -u', 'ulimit -n')")
}
