//! One buyer of a rush, as a process of its own or as a thread: the same code.

use crate::store::file::lock::strategy::WaitStrategy;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::assignment::Assignment;
use super::recorder::{Recorder, locked_file};
use super::report_pipe::{ReportWriter, Status};
use super::start_barrier::ParentPipe;
use super::watchdog::Watchdog;
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, Tally};
use crate::office::{BoxOffice, Conditions, Durability, Observer, Order, Sale, Step, Writes};
#[cfg(feature = "etcd")]
use crate::store::etcd::event_store::EtcdStore;
use crate::store::file::file_store::FileStore;
use crate::store::file::recycled::RecycledVersions;
#[cfg(feature = "etcd")]
use crate::store::place::is_address;

/// What a buyer runs as.
#[derive(Debug, Clone, Copy)]
pub(super) enum RunsAs<'a> {
    Process,
    /// It shares what it may with the others.
    Thread(&'a RecycledVersions, &'a Arc<Mutex<()>>),
}

/// Runs one buyer to its end, whatever that is.
pub(super) fn run(
    assignment: &Assignment,
    parent: ParentPipe<'_>,
    read_barrier: Option<ParentPipe<'_>>,
    runs_as: RunsAs<'_>,
    out: &mut dyn Write,
) {
    let mut reports = ReportWriter {
        buyer: assignment.number,
        out,
    };
    // Threads count themselves.
    let told = matches!(runs_as, RunsAs::Thread(..)) || reports.send(Status::Ready).is_ok();
    if !told || !parent.wait_for_release() {
        return;
    }
    let mut observer = BuyerObserver {
        read_barrier,
        think: assignment.think,
        pauses: assignment.pauses,
        quantity: assignment.quantity,
        parent,
        reports,
        recorder: None,
    };
    let last = match buy(assignment, runs_as, &mut observer) {
        Ok(sale) => Status::Sold {
            warning: sale.unpublished.as_ref().map(ToString::to_string),
            id: sale.id,
            quantity: sale.quantity,
            left: sale.left,
            seq: sale.seq,
        },
        Err(error) => match error.kind() {
            Kind::SoldOut { left } => Status::Refused { left },
            _ => failed(&error),
        },
    };
    // When nobody listens any more, the ledger still tells.
    let _ = observer.reports.send(last);
}

fn failed(error: &Error) -> Status {
    Status::Failed {
        code: error.kind().code().to_owned(),
        message: error.to_string(),
    }
}

/// Ends a buyer's process that blocks on a lock.
fn give_up(buyer: u32, reason: Option<Error>) -> ! {
    if let Some(error) = reason {
        let out = &mut io::stdout();
        // When nobody listens any more, there is nobody to tell.
        let _ = ReportWriter { buyer, out }.send(failed(&error));
    }
    std::process::exit(0)
}

fn buy(
    assignment: &Assignment,
    runs_as: RunsAs<'_>,
    observer: &mut BuyerObserver<'_, '_>,
) -> Result<Sale> {
    let (mut office, lock_file) = opened(assignment, runs_as)?;
    if let Some(file) = &assignment.evidence {
        let recorder = Recorder::new(file, &assignment.name, assignment.lock, lock_file);
        observer.recorder = Some(recorder);
    }
    let seen = query(assignment, &mut office, observer)?;
    let queried = Status::Queried { left: seen.left };
    observer.reports.send(queried).map_err(|_| gone())?;
    let conditions = Conditions {
        lock: assignment.lock,
        writes: Writes::Replace,
        rush: Some(&assignment.run),
    };
    // A race is on paper only: it is made durable as a whole, before the rush is reported.
    let durability = match assignment.lock {
        LockKind::Exclusive | LockKind::Cas => Durability::Disk,
        _ => Durability::Process,
    };
    let order = Order::new(&assignment.name, assignment.quantity)
        .wait(assignment.wait)
        .durability(durability);
    observer.record(|recorder| recorder.begin(assignment.quantity))?;
    let result = office.purchase_under(&order, &conditions, observer);
    // A sale stands, recorded or not; the rush sees that the record is not whole.
    let _ = observer.record(|recorder| recorder.bought(&result));
    result
}

/// The buyer's office, and the file whose lock it takes, if any.
fn opened(assignment: &Assignment, runs_as: RunsAs<'_>) -> Result<(BoxOffice, Option<PathBuf>)> {
    #[cfg(feature = "etcd")]
    if is_address(&assignment.file) {
        let store =
            EtcdStore::at(&assignment.file)?.for_rush(assignment.lock, assignment.time_to_live);
        return Ok((BoxOffice::over(store), None));
    }
    let store = FileStore::at(&assignment.file)?;
    let store = match runs_as {
        RunsAs::Process => {
            let guard = Box::new(Watchdog::new(assignment.number, give_up));
            store.waiting(WaitStrategy::Guarded(guard))
        }
        RunsAs::Thread(recycled, mutex) => {
            let strategy = WaitStrategy::queued();
            store.waiting(strategy).sharing(recycled, mutex)
        }
    };
    let lock_file = locked_file(store.files(), assignment.lock);
    Ok((BoxOffice::over(store), lock_file))
}

/// Looks how many are left, before it buys.
fn query(
    assignment: &Assignment,
    office: &mut BoxOffice,
    observer: &mut BuyerObserver<'_, '_>,
) -> Result<Tally> {
    observer.record(|recorder| recorder.begin(0))?;
    let opened = office.open(assignment.lock, assignment.wait);
    let seen = opened.and_then(|()| office.look(assignment.lock));
    if let Ok(seen) = &seen {
        observer.record(|recorder| recorder.saw(seen))?;
    }
    observer.record(|recorder| recorder.queried(&seen))?;
    seen
}

/// Observer of a purchase: stops it when the supervisor is gone, holds it at the read barrier, and lets it think.
struct BuyerObserver<'a, 'b> {
    think: Duration,
    /// Whether it waits behind its read for the supervisor, which may stop it there.
    pauses: bool,
    /// A buyer that finds fewer left has nothing to think about.
    quantity: u64,
    read_barrier: Option<ParentPipe<'a>>,
    parent: ParentPipe<'a>,
    reports: ReportWriter<'b>,
    recorder: Option<Recorder>,
}

impl BuyerObserver<'_, '_> {
    /// Writes something down, where evidence is recorded.
    fn record(&mut self, write: impl FnOnce(&mut Recorder) -> Result<()>) -> Result<()> {
        self.recorder.as_mut().map_or(Ok(()), write)
    }
}

impl Observer for BuyerObserver<'_, '_> {
    fn at(&mut self, step: Step) -> Result<()> {
        if let Step::Write { .. } = step {
            alive(self.parent.is_open())?;
        }
        self.record(|recorder| recorder.step(step))?;
        let Step::Read { left, .. } = step else {
            return Ok(());
        };
        if let Some(barrier) = self.read_barrier.filter(|_| left > 0) {
            let waits = if self.pauses {
                let pid = std::process::id();
                Status::Holds { pid }
            } else {
                Status::Read
            };
            self.reports.send(waits).map_err(|_| gone())?;
            alive(barrier.wait_for_release())?;
        }
        if left >= self.quantity && self.think > Duration::ZERO {
            alive(self.parent.stays_open_for(self.think))?;
        }
        Ok(())
    }

    fn still_wanted(&mut self) -> bool {
        self.parent.is_open()
    }
}

fn alive(is_open: bool) -> Result<()> {
    if is_open { Ok(()) } else { Err(gone()) }
}

fn gone() -> Error {
    Error::new(
        Kind::Interrupted,
        "stopped before selling: the rush has ended",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::Nonce;
    use crate::rush::start_barrier::Barrier;
    use std::os::fd::AsFd;

    #[test]
    fn a_buyer_that_has_lost_its_supervisor_writes_no_sale() {
        let (reader, barrier) = Barrier::new().unwrap();
        let (buyer, out) = (1, &mut io::sink());
        let mut observer = BuyerObserver {
            think: Duration::ZERO,
            pauses: false,
            quantity: 1,
            read_barrier: None,
            parent: ParentPipe(reader.as_fd()),
            reports: ReportWriter { buyer, out },
            recorder: None,
        };
        let (left, seq, nonce) = (1, 2, Nonce::default());
        let write = Step::Write { left, seq, nonce };
        assert!(observer.at(write).is_ok() && observer.still_wanted());
        drop(barrier);
        assert_eq!(observer.at(write).unwrap_err().kind(), Kind::Interrupted);
        assert!(!observer.still_wanted());
    }
}
