//! One buyer of the lab: a process that lives through many runs, and in each goes on one step at a time.
//!
//! Before each step that others could notice it says which it is, and waits for one byte on its standard
//! input. What it runs is the one purchase of the box office; the steps are those of its observer.

use std::ffi::OsString;

use super::commands;
use super::protocol::{GO, Point, SeenCount, StepReport, WorkerEnd, WorkerTask};
use super::worker_pipe::{Queue, await_go, called_off, hear, say};
use crate::error::{Kind, Result};
use crate::ledger::LockKind;
use crate::office::{BoxOffice, Conditions, DEFAULT_WAIT, Observer, Order, Step, Writes};
#[cfg(feature = "etcd")]
use crate::store::etcd::event_store::EtcdStore;
use crate::store::file::file_store::FileStore;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::place::is_address;

/// Lives as a buyer until its standard input ends. Returns the exit code.
pub(crate) fn live(mut arguments: impl Iterator<Item = OsString>) -> u8 {
    let task = arguments
        .next()
        .and_then(|text| serde_json::from_str(text.to_str()?).ok());
    let Some(task) = task else {
        return Kind::Usage.exit_code();
    };
    while hear() == Some(GO) {
        let end = run(&task);
        let report = StepReport {
            seen: None,
            looked: None,
            busy: false,
            next: None,
            end: Some(end),
        };
        if say(&report).is_err() {
            break;
        }
    }
    0
}

fn run(task: &WorkerTask) -> WorkerEnd {
    if let Some(part) = &task.part {
        return commands::play(&task.file, part);
    }
    let mut watch = StepObserver {
        unlocks: task.lock == LockKind::Exclusive && !task.in_place || task.lock == LockKind::Lease,
        publishes: task.lock == LockKind::Exclusive && !task.in_place && !is_address(&task.file),
        lock: task.lock,
        seen: None,
        looked: None,
        over: false,
    };
    match buy(task, &mut watch) {
        Ok(id) => WorkerEnd::Sold { id },
        Err(error) => match error.kind() {
            Kind::SoldOut { .. } => WorkerEnd::SoldOut,
            Kind::Integrity => WorkerEnd::Torn {
                message: error.to_string(),
            },
            _ => WorkerEnd::Failed {
                message: error.to_string(),
            },
        },
    }
}

fn buy(task: &WorkerTask, watch: &mut StepObserver) -> Result<String> {
    let mut office = office(task)?;
    office.open(task.lock, DEFAULT_WAIT)?;
    if task.query {
        watch.pause(Point::Query)?;
        watch.looked = Some(office.written_count()?);
    }
    if task.lock == LockKind::WriteOnly {
        watch.pause(Point::Read)?;
    }
    let conditions = Conditions {
        lock: task.lock,
        writes: if task.in_place {
            Writes::InPlace
        } else {
            Writes::Replace
        },
        rush: Some("lab"),
    };
    let order = Order::new(&task.name, task.quantity);
    Ok(office.purchase_under(&order, &conditions, watch)?.id)
}

/// The box office of the scratch event, whose lock is tried when it is told to.
fn office(task: &WorkerTask) -> Result<BoxOffice> {
    #[cfg(feature = "etcd")]
    if is_address(&task.file) {
        let store = EtcdStore::at(&task.file)?;
        return Ok(BoxOffice::over(store.stepped(task.lock, Box::new(Queue))));
    }
    let strategy = WaitStrategy::Stepped(Box::new(Queue));
    let store = FileStore::at(&task.file)?.waiting(strategy);
    Ok(BoxOffice::over(store))
}

/// Says what comes next, and waits until it may.
struct StepObserver {
    /// Whether the lock is given up in a step of its own.
    unlocks: bool,
    /// Whether the count is published behind that.
    publishes: bool,
    lock: LockKind,
    seen: Option<SeenCount>,
    looked: Option<u64>,
    /// Whether the run was called off.
    over: bool,
}

impl StepObserver {
    fn pause(&mut self, next: Point) -> Result<()> {
        if self.over {
            return Err(called_off());
        }
        let report = StepReport {
            seen: self.seen.take(),
            looked: self.looked.take(),
            busy: false,
            next: Some(next),
            end: None,
        };
        let heard = await_go(&report);
        self.over = heard.is_err();
        heard.map(drop)
    }
}

impl Observer for StepObserver {
    fn at(&mut self, step: Step) -> Result<()> {
        match step {
            Step::LockWanted if matches!(self.lock, LockKind::None | LockKind::Cas) => {
                self.pause(Point::Read)
            }
            Step::LockWanted => self.pause(Point::Lock),
            Step::LockGot { .. } if self.lock == LockKind::WriteOnly => self.pause(Point::Write),
            Step::LockGot { .. } => self.pause(Point::Read),
            Step::Read { left, seq, .. } => {
                self.seen = Some(SeenCount { left, seq });
                Ok(())
            }
            Step::Write { .. } if self.lock == LockKind::WriteOnly => Ok(()),
            Step::Write { .. } => self.pause(Point::Write),
            Step::Truncated => self.pause(Point::Fill),
            Step::Written if self.unlocks => self.pause(Point::Unlock),
            Step::LockReleased if self.publishes => self.pause(Point::Publish),
            Step::Written | Step::LockReleasing | Step::LockReleased | Step::Durable => Ok(()),
        }
    }
}
