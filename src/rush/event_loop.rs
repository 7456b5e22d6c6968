//! Event loop: the supervisor listens to the buyers, and releases the barriers when all have come to them.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::buyer_outcome::BuyerOutcome;
use super::holder_pause::PausedHolder;
use super::report_pipe::{Message, Status};
use super::roster::Roster;
use super::settings::Rush;
use super::start_error::start_error;
use super::supervisor::Supervisor;
use crate::error::Result;

/// How often the supervisor looks whether its fork servers live, while nothing is reported.
const LOOK: Duration = Duration::from_millis(100);

/// How long buyers have to stop by themselves once the rush is told to.
const GRACE: Duration = Duration::from_secs(3);

/// What a rush tells while it runs.
#[derive(Debug)]
#[non_exhaustive]
pub enum News<'a> {
    /// It is about to start on an event that is for real, forced, and without a lock that keeps others out.
    Endangers,
    /// A buyer queried.
    Queried {
        /// Who.
        buyer: &'a str,
        /// How many it saw left.
        left: u64,
    },
    /// A buyer has read and holds its lock, if it takes one, and is stopped.
    Stopped {
        /// Who.
        buyer: &'a str,
    },
    /// It goes on.
    GoesOn {
        /// Who.
        buyer: &'a str,
    },
    /// A buyer is done.
    Done {
        /// Who.
        buyer: &'a str,
        /// How it ended.
        outcome: &'a BuyerOutcome,
    },
    /// So many of all buyers are done.
    Progress {
        /// How many are done.
        done: u32,
        /// How many of these bought.
        sold: u32,
    },
}

/// How far a rush has got.
#[derive(Debug)]
pub(super) struct EventLoop {
    started: Option<Instant>,
    ended: Option<Instant>,
    read_released: bool,
    stopped: Option<Instant>,
    pause: Option<PausedHolder>,
}

impl EventLoop {
    /// Of this rush.
    pub(super) fn new(rush: &Rush) -> Self {
        Self {
            started: None,
            ended: None,
            read_released: !rush.together,
            stopped: None,
            pause: rush.pause.map(PausedHolder::new),
        }
    }

    /// Listens to the buyers until the last one has gone.
    pub(super) fn run(
        &mut self,
        supervisor: &mut Supervisor,
        stop: Option<BorrowedFd<'_>>,
        news: &mut dyn FnMut(News<'_>),
    ) -> Result<()> {
        loop {
            let stop = stop.filter(|_| self.stopped.is_none());
            let (reported, told_to_stop) = wait(supervisor.reports.as_fd(), stop)?;
            if told_to_stop {
                supervisor.stop();
                self.stopped = Some(Instant::now());
            }
            if reported {
                let Some(messages) = supervisor.reports.read()? else {
                    return Ok(());
                };
                for message in messages {
                    self.hold(supervisor, &message, news);
                    self.take(&mut supervisor.roster, message, news);
                }
                let (done, sold) = supervisor.roster.done();
                news(News::Progress { done, sold });
            } else {
                supervisor.look_for_killed_servers();
            }
            supervisor.all_started()?;
            if self.stopped.is_some_and(|at| at.elapsed() > GRACE) {
                supervisor.kill_the_rest();
            }
            self.let_go_on(supervisor, news);
            self.release(supervisor);
        }
    }

    /// Stops the first buyer that holds its lock, and lets any other go on.
    fn hold(
        &mut self,
        supervisor: &mut Supervisor,
        message: &Message,
        news: &mut dyn FnMut(News<'_>),
    ) {
        let (Status::Holds { pid }, Some(pause)) = (&message.status, &mut self.pause) else {
            return;
        };
        if !pause.stops(message.buyer, *pid) {
            supervisor.release_one();
        } else if let Some(buyer) = supervisor.roster.name(message.buyer) {
            news(News::Stopped { buyer });
        }
    }

    /// Lets the one that is stopped go on when its time has come.
    fn let_go_on(&mut self, supervisor: &mut Supervisor, news: &mut dyn FnMut(News<'_>)) {
        let Some(pause) = &mut self.pause else { return };
        let Some(buyer) = pause.end(&supervisor.roster, self.stopped.is_some()) else {
            return;
        };
        supervisor.release_one();
        if let Some(buyer) = supervisor.roster.name(buyer) {
            news(News::GoesOn { buyer });
        }
    }

    fn take(&mut self, roster: &mut Roster, message: Message, news: &mut dyn FnMut(News<'_>)) {
        let queried = match message.status {
            Status::Queried { left } => Some(left),
            _ => None,
        };
        let Some(buyer) = roster.note(message) else {
            return;
        };
        let name = buyer.name.as_str();
        if let Some(left) = queried {
            news(News::Queried { buyer: name, left });
        }
        if let Some(outcome) = buyer.outcome() {
            self.ended = Some(Instant::now());
            news(News::Done {
                buyer: name,
                outcome,
            });
        }
    }

    /// Releases the start barrier when all are ready, and the read barrier when all have read.
    fn release(&mut self, supervisor: &mut Supervisor) {
        if self.stopped.is_some() {
            return;
        }
        if self.started.is_none() {
            if supervisor.roster.all_ready() {
                self.started = Some(Instant::now());
                supervisor.release_start();
            }
        } else if !self.read_released && supervisor.roster.all_read() {
            self.read_released = true;
            supervisor.release_read();
        }
    }

    /// From the release of the start barrier to the last outcome.
    pub(super) fn elapsed(&self) -> Duration {
        match (self.started, self.ended) {
            (Some(started), Some(ended)) => ended - started,
            _ => Duration::ZERO,
        }
    }

    /// Whether the rush was told to stop.
    pub(super) fn was_stopped(&self) -> bool {
        self.stopped.is_some()
    }
}

/// Whether the rush is told to stop.
pub(super) fn is_told(stop: Option<BorrowedFd<'_>>) -> bool {
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    stop.is_some_and(|stop| {
        let mut watched = [PollFd::from_borrowed_fd(stop, PollFlags::IN)];
        poll(&mut watched, Some(&now)).is_ok_and(|ready| ready > 0)
    })
}

/// Waits until a buyer reports something or the rush is told to stop, at the longest [`LOOK`].
fn wait(reports: BorrowedFd<'_>, stop: Option<BorrowedFd<'_>>) -> Result<(bool, bool)> {
    let mut watched = vec![PollFd::from_borrowed_fd(reports, PollFlags::IN)];
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
