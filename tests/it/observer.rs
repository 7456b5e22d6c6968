//! The one purchase, through the library: an observer sees its steps and may stop it.

use tickets::office::{Nonce, Observer, Order, Step};
use tickets::{BoxOffice, Error, Kind, Result};

use crate::harness::{TestEvent, flocks};

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
            return Err(Error::interrupted("enough"));
        }
        Ok(())
    }
}

#[test]
fn the_steps_come_in_their_order() {
    let event = TestEvent::stock(5);
    let mut notes = Notes {
        seen: Vec::new(),
        stop_at: usize::MAX,
    };
    let order = Order::new("alice", 1);
    let sale = BoxOffice::at(&event.file)
        .unwrap()
        .purchase(&order, &mut notes)
        .unwrap();
    let steps = [
        Step::LockWanted,
        GOT,
        read(5, 1),
        write(4, 2),
        Step::Written,
        Step::LockReleasing,
        Step::LockReleased,
        Step::Durable,
    ];
    assert_eq!(notes.seen, steps);
    assert_eq!((sale.left, sale.seq), (4, 2));
    event.assert_adds_up();
}

/// Up to the write an observer's error stops the purchase, and nothing is sold; later ones are not
/// obeyed, and the sale stands.
#[test]
fn an_observer_stops_a_purchase_before_it_sells_and_not_after() {
    const LAST_STOP: usize = 3;
    for stop_at in 0..8 {
        let event = TestEvent::stock(5);
        let mut office = BoxOffice::at(&event.file).unwrap();
        let mut notes = Notes {
            seen: Vec::new(),
            stop_at,
        };
        let result = office.purchase(&Order::new("alice", 1), &mut notes);
        if stop_at <= LAST_STOP {
            assert_eq!(
                result.unwrap_err().kind(),
                Kind::Interrupted,
                "at {stop_at}"
            );
            assert_eq!(event.sales().len(), 0, "at {stop_at}");
        } else {
            assert_eq!(result.unwrap().left, 4, "at {stop_at}");
            event.assert_adds_up();
        }
        assert_eq!(
            flocks(&event.path("tickets.json.lock")),
            [],
            "the lock is free"
        );
        assert!(office.book("bob", 1).is_ok());
        event.assert_adds_up();
    }
}

#[test]
fn limits_of_an_order_are_kept() {
    let event = TestEvent::stock(5);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let long = "x".repeat(tickets::office::MAX_NAME + 1);
    for (name, quantity) in [
        ("", 1),
        (long.as_str(), 1),
        ("a\nb\u{1b}[31m", 1),
        ("alice", 0),
        ("alice", u64::MAX),
    ] {
        assert_eq!(office.book(name, quantity).unwrap_err().kind(), Kind::Usage);
    }
    assert_eq!(
        office.book("alice", 6).unwrap_err().kind(),
        Kind::SoldOut { left: 5 }
    );
    // Whatever a name holds, it stays one line.
    let sale = office.book("a\"\\\u{202e}", 1).unwrap();
    assert_eq!(sale.left, 4);
    assert_eq!(event.ledger().len(), 2);
    event.assert_adds_up();
}

#[test]
fn one_office_sells_again_and_again_and_after_a_reset() {
    let event = TestEvent::stock(3);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let mut other = BoxOffice::at(&event.file).unwrap();
    assert_eq!(office.book("alice", 1).unwrap().left, 2);
    assert_eq!(other.book("bob", 1).unwrap().left, 1);
    other
        .reset(Some(10), true, tickets::office::DEFAULT_WAIT)
        .unwrap();
    assert_eq!(office.book("carol", 1).unwrap().left, 9);
    assert_eq!(office.query().unwrap().left, 9);
    event.assert_adds_up();
}
