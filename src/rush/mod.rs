//! A rush: many buyers at once, as processes or as threads, started by one gun.

mod aftermath;
mod buyer;
mod crowd;
mod deck;
mod fork;
mod gun;
mod nursery;
mod recorder;
pub mod report;
mod room;
mod tape;
pub mod think;
mod watchdog;

use std::ffi::OsString;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use buyer::{Message, Says};
use crowd::Crowd;
use deck::Deck;
use nursery::Share;
use report::{Outcome, RushReport};
use think::Think;

use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;
use crate::office::random;
use crate::store::file::file_store::FileStore;
use crate::store::patiently;

pub use crowd::MAX_USERS;

/// How often the rush looks whether its nurseries live, while nothing is heard.
const LOOK: Duration = Duration::from_millis(100);

/// How long buyers have to stop by themselves once the rush is told to.
const GRACE: Duration = Duration::from_secs(3);

/// What a rush is to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rush {
    /// The event's `tickets.json`.
    #[serde(skip)]
    pub file: PathBuf,
    /// How many buyers, 1 to [`MAX_USERS`].
    pub users: u32,
    /// The lock they take.
    pub lock: LockKind,
    /// Threads of this process instead of processes.
    pub threads: bool,
    /// How long each thinks between reading and writing.
    pub think: Think,
    /// How many tickets each wants.
    pub quantity: u64,
    /// Decides every buyer's think time.
    pub seed: u64,
    /// How long a buyer waits for the lock.
    pub wait: Duration,
    /// Nobody writes before everybody has read: without a lock, a certain race.
    pub together: bool,
    /// Even where tickets are booked.
    pub force: bool,
    /// The `tickets` program, which starts the buyers' processes.
    #[serde(skip)]
    pub program: PathBuf,
    /// Whether the buyers write down what they do.
    #[serde(skip)]
    pub recording: Recording,
}

/// Whether a rush records evidence of what its buyers do, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Recording {
    /// None; it costs nothing.
    #[default]
    Off,
    /// In this file, which is made, or written anew if it is empty or holds evidence.
    File(PathBuf),
    /// In a file that goes away: the report has what it held.
    Fleeting,
}

/// What a rush tells while it runs.
#[derive(Debug)]
#[non_exhaustive]
pub enum News<'a> {
    /// A buyer queried.
    Queried {
        /// Who.
        buyer: &'a str,
        /// How many it saw left.
        left: u64,
    },
    /// A buyer is done.
    Done {
        /// Who.
        buyer: &'a str,
        /// How it ended.
        outcome: &'a Outcome,
    },
    /// So many of all buyers are done.
    Progress {
        /// How many are done.
        done: u32,
        /// How many of these bought.
        sold: u32,
    },
}

impl Rush {
    /// Runs the rush, waits for every buyer, and judges it.
    ///
    /// `stop`: becomes readable when the rush is to stop, for instance on Ctrl-C. Buyers that have
    /// not sold by then do not sell any more; what was sold is reported.
    ///
    /// For a rush of threads the soft limit of open files is raised where that is too low.
    ///
    /// # Errors
    /// When the rush could not start: nothing was sold then. What befalls a single buyer is no
    /// error; it is in the report.
    pub fn run(
        &self,
        stop: Option<BorrowedFd<'_>>,
        news: &mut dyn FnMut(News<'_>),
    ) -> Result<RushReport> {
        self.check()?;
        room::check(self)?;
        let mut store = FileStore::at(&self.file)?;
        let claimed = Deck::claim(self)?;
        let wanted = &mut || !is_told(stop);
        let opening = patiently(self.wait, || {
            store.prepare(self.lock, self.force, self.wait, wanted)
        })?;
        let run = format!("{:08x}", random()?);
        let (deck, fleeting) = match claimed {
            Some((output, fleeting)) => {
                let deck = Deck::start(output, fleeting.is_some(), &run, &opening)?;
                (Some(deck), fleeting)
            }
            None => (None, None),
        };
        let mut crowd = Crowd::gather(self, &run, deck.as_ref())?.without(fleeting);
        let mut course = Course {
            started: None,
            ended: None,
            gate_open: !self.together,
            stopped: None,
        };
        course.run(&mut crowd, stop, news)?;
        crowd.wait_for_all();
        let elapsed = match (course.started, course.ended) {
            (Some(started), Some(ended)) => ended - started,
            _ => Duration::ZERO,
        };
        if self.lock != LockKind::Exclusive {
            store.sync()?;
        }
        let records = deck.is_some();
        let after = aftermath::read(store.files(), &opening, &run, &crowd.told(), records)?;
        let recorded = deck.map(|deck| deck.finish(&crowd, &after));
        let buyers = crowd.outcomes(&after);
        let interrupted = course.stopped.is_some();
        Ok(report::write(
            self,
            run,
            buyers,
            &after,
            elapsed,
            interrupted,
            recorded,
        ))
    }

    fn check(&self) -> Result<()> {
        let usage = |message: String| Err(Error::new(Kind::Usage, message));
        if self.users == 0 || self.users > MAX_USERS {
            return usage(format!(
                "a rush has 1 to {MAX_USERS} users, not {}",
                self.users
            ));
        }
        let alone = [LockKind::Exclusive, LockKind::DataFile, LockKind::Mutex];
        if self.together && alone.contains(&self.lock) {
            return usage(
                "--together needs --lock=none: under the lock only one buyer reads at a time"
                    .into(),
            );
        }
        if self.recording != Recording::Off && self.quantity >= u64::from(u32::MAX) {
            return usage("evidence has no room for so many tickets: buy fewer".into());
        }
        if self.lock == LockKind::Mutex && !self.threads {
            return usage("--lock=mutex needs --threads: processes share no mutex".into());
        }
        Ok(())
    }
}

fn start_error(doing: &str, error: &std::io::Error) -> Error {
    Error::new(Kind::Io, format!("could not {doing}: {error}")).hint("nothing was sold")
}

/// How far a rush has got.
struct Course {
    started: Option<Instant>,
    ended: Option<Instant>,
    gate_open: bool,
    stopped: Option<Instant>,
}

impl Course {
    /// Listens to the buyers until the last one has gone.
    fn run(
        &mut self,
        crowd: &mut Crowd,
        stop: Option<BorrowedFd<'_>>,
        news: &mut dyn FnMut(News<'_>),
    ) -> Result<()> {
        loop {
            let (heard, told_to_stop) =
                wait(crowd.voices(), stop.filter(|_| self.stopped.is_none()))?;
            if told_to_stop {
                crowd.call_off();
                self.stopped = Some(Instant::now());
            }
            if heard {
                let Some(messages) = crowd.listen()? else {
                    return Ok(());
                };
                for message in messages {
                    self.take(crowd, message, news);
                }
                news(crowd.progress());
            } else {
                crowd.look_for_dead_nurseries();
            }
            crowd.complete()?;
            if self.stopped.is_some_and(|at| at.elapsed() > GRACE) {
                crowd.kill_the_rest();
            }
            self.shoot(crowd);
        }
    }

    fn take(&mut self, crowd: &mut Crowd, message: Message, news: &mut dyn FnMut(News<'_>)) {
        let queried = match message.says {
            Says::Queried { left } => Some(left),
            _ => None,
        };
        let Some((buyer, done)) = crowd.note(message) else {
            return;
        };
        if let Some(left) = queried {
            news(News::Queried { buyer, left });
        }
        if let Some(outcome) = done {
            self.ended = Some(Instant::now());
            news(News::Done { buyer, outcome });
        }
    }

    /// Fires the starting gun when all are ready, and opens the gate when all have read.
    fn shoot(&mut self, crowd: &mut Crowd) {
        if self.stopped.is_some() {
            return;
        }
        if self.started.is_none() {
            if crowd.all_ready() {
                self.started = Some(Instant::now());
                crowd.start();
            }
        } else if !self.gate_open && crowd.all_read() {
            self.gate_open = true;
            crowd.open_gate();
        }
    }
}

/// Whether the rush is told to stop.
fn is_told(stop: Option<BorrowedFd<'_>>) -> bool {
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    stop.is_some_and(|stop| {
        let mut watched = [PollFd::from_borrowed_fd(stop, PollFlags::IN)];
        poll(&mut watched, Some(&now)).is_ok_and(|ready| ready > 0)
    })
}

/// Waits until a buyer says something or the rush is told to stop, at the longest [`LOOK`].
fn wait(voices: BorrowedFd<'_>, stop: Option<BorrowedFd<'_>>) -> Result<(bool, bool)> {
    let mut watched = vec![PollFd::from_borrowed_fd(voices, PollFlags::IN)];
    watched.extend(stop.map(|stop| PollFd::from_borrowed_fd(stop, PollFlags::IN)));
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: LOOK.subsec_nanos().into(),
    };
    match poll(&mut watched, Some(&timeout)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(start_error("listen to the buyers", &error.into())),
    }
    let ready = |at: usize| watched.get(at).is_some_and(|fd| !fd.revents().is_empty());
    Ok((ready(0), ready(1)))
}

/// The hidden first argument of a process that starts buyers.
pub(crate) const NURSERY: &str = "__buyers";

/// What such a process does with the arguments that follow. Its standard input is the gun and the
/// lifeline of its buyers, its standard output their voice. Returns the exit code, of this process
/// and of each buyer.
#[must_use]
pub(crate) fn start_buyers(mut arguments: impl Iterator<Item = OsString>) -> u8 {
    let share = arguments
        .next()
        .and_then(|text| serde_json::from_str::<Share>(text.to_str()?).ok());
    match (share, arguments.next()) {
        (Some(mut share), Some(file)) => {
            share.rush.file = file.into();
            nursery::run(&share, arguments.next().map(PathBuf::from))
        }
        _ => Kind::Usage.exit_code(),
    }
}
