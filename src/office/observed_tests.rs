//! The one purchase under every lock that its buyers may take: an observer sees its steps and may stop it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{BoxOffice, Conditions, Nonce, Observer, Order, Sale, Step};
use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;

const GOT: Step = Step::LockGot {
    device: 0,
    inode: 0,
};

fn read(left: u64, seq: u64) -> Step {
    let sum = 0;
    Step::Read { left, seq, sum }
}

fn write(left: u64, seq: u64) -> Step {
    let nonce = Nonce::default();
    Step::Write { left, seq, nonce }
}

struct TestEvent {
    directory: tempfile::TempDir,
    file: PathBuf,
}

impl TestEvent {
    fn stock(tickets: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("tickets.json");
        fs::write(&file, format!("{{\"ticket\": {tickets}}}\n")).unwrap();
        Self { directory, file }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn sales(&self) -> usize {
        let ledger = fs::read_to_string(self.path("tickets.ledger.jsonl")).unwrap_or_default();
        ledger.matches(r#""op":"sell""#).count()
    }

    /// The count is what the stock less the ledger's sales is, and an audit finds nothing.
    #[track_caller]
    fn assert_adds_up(&self, stock: u64) {
        let office = BoxOffice::at(&self.file).unwrap();
        let (audit, left) = (office.audit().unwrap(), stock - self.sales() as u64);
        assert_eq!(audit.findings, []);
        assert_eq!((audit.left, office.written_count().unwrap()), (left, left));
    }
}

/// How many `flock`s there are on a file, as the kernel lists them.
fn flocks(path: &Path) -> usize {
    let locks = tickets_faults::locks(path);
    locks.iter().filter(|lock| lock.is_flock).count()
}

fn buy(office: &mut BoxOffice, lock: LockKind, observer: &mut impl Observer) -> Result<Sale> {
    let conditions = Conditions {
        lock,
        ..Conditions::REAL
    };
    office.purchase_under(&Order::new("alice", 1), &conditions, observer)
}

/// Notes every step, and stops at one.
struct Notes {
    seen: Vec<Step>,
    stop_at: usize,
}

impl Observer for Notes {
    fn at(&mut self, step: Step) -> Result<()> {
        self.seen.push(match step {
            // What chance decides, and where the lock file happens to be.
            Step::Read { left, seq, .. } => read(left, seq),
            Step::Write { left, seq, .. } => write(left, seq),
            Step::LockGot { .. } => GOT,
            step => step,
        });
        if self.seen.len() > self.stop_at {
            return Err(Error::new(Kind::Interrupted, "enough"));
        }
        Ok(())
    }
}

#[test]
fn the_steps_come_in_their_order() {
    let (read, write) = (read(5, 1), write(4, 2));
    for (lock, steps) in [
        (
            LockKind::None,
            vec![Step::LockWanted, read, write, Step::Written, Step::Durable],
        ),
        (
            LockKind::Exclusive,
            vec![
                Step::LockWanted,
                GOT,
                read,
                write,
                Step::Written,
                Step::LockReleasing,
                Step::LockReleased,
                Step::Durable,
            ],
        ),
    ] {
        let event = TestEvent::stock(5);
        let mut notes = Notes {
            seen: Vec::new(),
            stop_at: usize::MAX,
        };
        let mut office = BoxOffice::at(&event.file).unwrap();
        let sale = buy(&mut office, lock, &mut notes).unwrap();
        assert_eq!(notes.seen, steps);
        assert_eq!((sale.left, sale.seq), (4, 2));
        event.assert_adds_up(5);
    }
}

/// A process that finds none left gives its lock up too, and says so before it does: while the lock is held.
#[test]
fn a_lock_is_told_of_before_it_is_given_up() {
    /// How many locks there are on the lock file while it says that it is about to give its own up.
    struct Holder<'a>(&'a TestEvent, Vec<usize>);
    impl Observer for Holder<'_> {
        fn at(&mut self, step: Step) -> Result<()> {
            if step == Step::LockReleasing {
                self.1.push(flocks(&self.0.path("tickets.json.lock")));
            }
            Ok(())
        }
    }
    for lock in [LockKind::Exclusive, LockKind::Shared, LockKind::WriteOnly] {
        let event = TestEvent::stock(1);
        let mut holder = Holder(&event, Vec::new());
        let mut office = BoxOffice::at(&event.file).unwrap();
        buy(&mut office, lock, &mut holder).unwrap();
        let refused = buy(&mut office, lock, &mut holder).unwrap_err();
        assert_eq!(refused.kind(), Kind::SoldOut { left: 0 });
        // A process that locks only to write never got so far.
        let expected: &[usize] = match lock {
            LockKind::WriteOnly => &[1],
            _ => &[1, 1],
        };
        assert_eq!(holder.1, expected, "{lock:?}");
    }
}

/// Up to the write an observer's error stops the purchase, and nothing is sold; later ones are not
/// obeyed, and the sale stands.
#[test]
fn an_observer_stops_a_purchase_before_it_sells_and_not_after() {
    for (lock, steps, last_stop) in [(LockKind::None, 5, 2), (LockKind::Exclusive, 8, 3)] {
        for stop_at in 0..steps {
            let event = TestEvent::stock(5);
            let mut office = BoxOffice::at(&event.file).unwrap();
            let mut notes = Notes {
                seen: Vec::new(),
                stop_at,
            };
            let result = buy(&mut office, lock, &mut notes);
            if stop_at <= last_stop {
                assert_eq!(
                    result.unwrap_err().kind(),
                    Kind::Interrupted,
                    "{lock:?} at {stop_at}"
                );
                assert_eq!(event.sales(), 0, "{lock:?} at {stop_at}");
            } else {
                assert_eq!(result.unwrap().left, 4, "{lock:?} at {stop_at}");
                event.assert_adds_up(5);
            }
            assert_eq!(
                flocks(&event.path("tickets.json.lock")),
                0,
                "the lock is free"
            );
            assert!(office.book("bob", 1).is_ok());
            event.assert_adds_up(5);
        }
    }
}
