//! Clerks: threads that sell, each with a box office of its own, behind one bounded queue.
//!
//! A clerk who takes an order to buy takes those that wait behind it too, and sells all of them in one commit. Clerks that
//! sell at the same time share one sync.
//!
//! Invariant: what is refused for want of time or room was not begun, and nothing of it is written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::failure;
use super::order_state::{OrderState, Waiting};
use super::problem::ProblemResponse;
use super::waiting_orders::{self, Answer, WaitingOrder, Wanted};
use crate::error::Result;
use crate::office::{KeyIndex, Sale};
use crate::{BoxOffice, shown};

/// How long a client waits for an order that was not begun: longer than a clerk and the lock together are waited for.
const PATIENCE: Duration = Duration::from_millis(8_500);

/// How much longer it waits for one that was: then its outcome is unknown.
const LAST_PATIENCE: Duration = Duration::from_secs(8);

/// So many orders are sold in one commit at most: those of other programs wait for its lock.
const MOST: usize = 256;

type Work = Box<dyn FnOnce(&mut BoxOffice) + Send>;

enum Job {
    /// To buy.
    Order(WaitingOrder),
    /// Anything else, which is done alone.
    Work(Work),
    /// One clerk goes home.
    GoHome,
}

/// How many clerks there are, and how they work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Staff {
    pub(super) clerks: usize,
    /// How long one waits until as many have ordered as it answered last.
    pub(super) gathers: Duration,
}

/// The clerks of an event.
#[derive(Debug)]
pub(super) struct Clerks {
    queue: Sender<Job>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Clerks {
    /// These, who sell the event at this path by one index of keys; so many orders may wait.
    pub(super) fn hire(path: &Path, keys: &KeyIndex, staff: Staff, queue: usize) -> Result<Self> {
        let Staff { clerks, gathers } = staff;
        let (queue, jobs) = bounded(queue);
        let mut threads = Vec::new();
        for _ in 0..clerks {
            let (path, keys, jobs) = (path.to_path_buf(), keys.clone(), jobs.clone());
            let opens = move || BoxOffice::with_keys(&path, &keys);
            let office = opens()?;
            let thread = std::thread::Builder::new().name("clerk".to_owned());
            let thread = thread.spawn(move || clerk(office, &opens, &jobs, gathers));
            threads.push(thread.map_err(|error| failure::io("start a thread", &error))?);
        }
        let threads = Mutex::new(threads);
        Ok(Self { queue, threads })
    }

    /// How many orders wait.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Sells what is wanted, unless the client goes before a clerk begins to write.
    pub(super) async fn sell(&self, wanted: Wanted) -> Answer<Sale> {
        let waiting = Waiting(OrderState::default());
        let (answer, answered) = oneshot::channel();
        let order = WaitingOrder::new(wanted, waiting.0.clone(), answer);
        self.put(Job::Order(order))?;
        answer_of(answered, &waiting.0).await
    }

    /// Has `work` done, which cannot be given up once a clerk has it.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut BoxOffice) -> Result<T> + Send + 'static,
    ) -> Answer<T> {
        let waiting = Waiting(OrderState::default());
        let (answer, answered) = oneshot::channel();
        let (order, queued) = (waiting.0.clone(), Instant::now());
        self.put(Job::Work(Box::new(move |office| {
            if !order.is_wanted() {
                return;
            }
            let done = if waiting_orders::is_too_late(queued) {
                Err(ProblemResponse::overloaded())
            } else if order.begin() {
                work(office).map_err(|error| ProblemResponse::of(&error))
            } else {
                return;
            };
            let _ = answer.send(done);
        })))?;
        answer_of(answered, &waiting.0).await
    }

    fn put(&self, job: Job) -> std::result::Result<(), ProblemResponse> {
        let full = |_| ProblemResponse::overloaded();
        self.queue.try_send(job).map_err(full)
    }

    /// When all orders that wait are done, the clerks go home.
    pub(super) fn close(&self) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in threads.iter() {
            let _ = self.queue.send(Job::GoHome);
        }
        for thread in threads.drain(..) {
            let _ = thread.join();
        }
    }
}

async fn answer_of<T>(mut answered: oneshot::Receiver<Answer<T>>, order: &OrderState) -> Answer<T> {
    let lost = |_| ProblemResponse::outcome_unknown();
    if let Ok(done) = timeout(PATIENCE, &mut answered).await {
        return done.map_err(lost)?;
    }
    if order.give_up() {
        return Err(ProblemResponse::stuck());
    }
    match timeout(LAST_PATIENCE, answered).await {
        Ok(done) => done.map_err(lost)?,
        Err(_) => Err(ProblemResponse::outcome_unknown()),
    }
}

/// A clerk's day. A panic is a mistake of this program: the outcome of what was being done is unknown, and the next order
/// is sold with a new box office.
fn clerk(
    mut office: BoxOffice,
    opens: &impl Fn() -> Result<BoxOffice>,
    jobs: &Receiver<Job>,
    gathers: Duration,
) {
    let mut next = None;
    let mut answered = 0;
    while let Some(job) = next.take().or_else(|| jobs.recv().ok()) {
        let done = match job {
            Job::GoHome => return,
            Job::Work(work) => catch_unwind(AssertUnwindSafe(|| work(&mut office))),
            Job::Order(first) => {
                let orders;
                office.await_turn();
                (orders, next) = gather(first, jobs, (answered, gathers));
                answered = orders.len();
                catch_unwind(AssertUnwindSafe(|| {
                    waiting_orders::sell(&mut office, orders);
                }))
            }
        };
        if done.is_ok() {
            for note in office.notes() {
                tracing::warn!("{}", shown(&note));
            }
            continue;
        }
        tracing::error!("a clerk made a mistake: please report it");
        match opens() {
            Ok(new) => office = new,
            Err(error) => return tracing::error!("{}", shown(&error.to_string())),
        }
    }
}

/// Takes the orders that wait behind this one, up to the first job of another kind, which is returned too. As long as there are
/// fewer than these, others are waited for so long in all.
fn gather(
    first: WaitingOrder,
    jobs: &Receiver<Job>,
    (fewer, long): (usize, Duration),
) -> (Vec<WaitingOrder>, Option<Job>) {
    let mut orders = vec![first];
    let end = Instant::now() + long;
    while orders.len() < MOST {
        let job = if orders.len() < fewer && !long.is_zero() {
            jobs.recv_deadline(end).map_err(|_| TryRecvError::Empty)
        } else {
            jobs.try_recv()
        };
        match job {
            Ok(Job::Order(order)) => orders.push(order),
            Ok(other) => return (orders, Some(other)),
            Err(_) => break,
        }
    }
    (orders, None)
}

#[cfg(test)]
mod tests;
