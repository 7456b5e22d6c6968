//! Whatever is held, sold, ended, renamed and closed, in whatever order, and whatever count is left behind: the books
//! are those of a model in memory.

use std::fs;
use std::time::Duration;

use proptest::prelude::*;
use tickets::office::{Change, EventSettings, Order};
use tickets::{BoxOffice, Error, Kind};

use crate::harness::{TestEvent, try_many};

#[derive(Debug, Clone)]
enum Step {
    /// Due at once, or in an hour.
    Hold {
        buyer: u8,
        quantity: u64,
        due: bool,
    },
    Book {
        buyer: u8,
        quantity: u64,
    },
    Adjust(i64),
    /// Of the n-th sale or hold, counted round and round.
    Confirm(usize),
    Release(usize),
    Cancel(usize, Option<u64>),
    Rename(usize, u8),
    Close,
    Reopen,
    Limit(Option<u64>),
    NewOffice,
    /// The count is lost, or is one that there was before, counted backwards.
    LostCount,
    OldCount(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (buyer, quantity) = (0..3_u8, 1..5_u64);
    let hold = (buyer.clone(), quantity.clone(), any::<bool>());
    let which = || 0..20_usize;
    let step = prop_oneof![
        6 => hold.prop_map(|(buyer, quantity, due)| Step::Hold { buyer, quantity, due }),
        4 => (buyer.clone(), quantity).prop_map(|(buyer, quantity)| Step::Book { buyer, quantity }),
        2 => (-4..4_i64).prop_filter("0 changes nothing", |by| *by != 0).prop_map(Step::Adjust),
        3 => which().prop_map(Step::Confirm),
        2 => which().prop_map(Step::Release),
        2 => (which(), prop::option::of(1..4_u64)).prop_map(|(at, many)| Step::Cancel(at, many)),
        2 => (which(), buyer).prop_map(|(at, buyer)| Step::Rename(at, buyer)),
        1 => Just(Step::Close),
        2 => Just(Step::Reopen),
        1 => prop::option::of(1..9_u64).prop_map(Step::Limit),
        1 => Just(Step::NewOffice),
        1 => Just(Step::LostCount),
        1 => (0..9_usize).prop_map(Step::OldCount),
    ];
    prop::collection::vec(step, 1..40)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Held { due: bool },
    Sold,
    Released,
    Expired,
}

#[derive(Debug)]
struct Entry {
    id: String,
    buyer: u8,
    quantity: u64,
    /// Not given back.
    kept: u64,
    was_held: bool,
    state: State,
}

struct World {
    event: TestEvent,
    office: BoxOffice,
    left: u64,
    entries: Vec<Entry>,
    closed: bool,
    limit: Option<u64>,
    counts: Vec<Vec<u8>>,
}

fn name(buyer: u8) -> &'static str {
    ["Ann", "\u{c9}mile", "Bob"][usize::from(buyer)]
}

impl World {
    fn new() -> Self {
        let event = TestEvent::in_memory("{\"ticket\": 9, \"event\": \"Ball\"}\n");
        Self {
            office: BoxOffice::at(&event.file).unwrap(),
            event,
            left: 9,
            entries: Vec::new(),
            closed: false,
            limit: None,
            counts: Vec::new(),
        }
    }

    fn sum(&self, is_wanted: impl Fn(&Entry) -> bool) -> u64 {
        let wanted = self.entries.iter().filter(|entry| is_wanted(entry));
        wanted.map(|entry| entry.kept).sum()
    }

    fn due(&self) -> u64 {
        self.sum(|entry| entry.state == State::Held { due: true })
    }

    /// Why an order cannot be had; `None`: it can, and what is due has made room for it, in the stock and for the buyer.
    fn refusal(&mut self, buyer: u8, quantity: u64) -> Option<Kind> {
        let is_due = State::Held { due: true };
        let has = self.sum(|entry| {
            entry.buyer == buyer && matches!(entry.state, State::Held { .. } | State::Sold)
        });
        let own_due = self.sum(|entry| entry.buyer == buyer && entry.state == is_due);
        let over = self
            .limit
            .map_or(0, |most| (has + quantity).saturating_sub(most));
        if self.closed {
            return Some(Kind::Closed);
        } else if over > own_due {
            return Some(Kind::Limit);
        } else if self.left + self.due() < quantity {
            return self.short_of(quantity);
        }
        let mut given_up = 0;
        for entry in &mut self.entries {
            if given_up < over && entry.buyer == buyer && entry.state == is_due {
                given_up += entry.kept;
                self.left += entry.kept;
                (entry.state, entry.kept) = (State::Expired, 0);
            }
        }
        self.short_of(quantity)
    }

    fn short_of(&mut self, quantity: u64) -> Option<Kind> {
        let free = self.left + self.due();
        if free < quantity {
            return Some(Kind::SoldOut { left: free });
        }
        for entry in &mut self.entries {
            if self.left < quantity && entry.state == (State::Held { due: true }) {
                self.left += entry.kept;
                (entry.state, entry.kept) = (State::Expired, 0);
            }
        }
        self.left -= quantity;
        None
    }

    /// What an order came to, and should come to.
    fn ordered(&mut self, order: (u8, u64), result: Result<(String, u64), Error>, state: State) {
        let (buyer, quantity) = order;
        match (self.refusal(buyer, quantity), result) {
            (None, Ok((id, left))) => {
                assert_eq!(left, self.left);
                self.entries.push(Entry {
                    id,
                    buyer,
                    quantity,
                    kept: quantity,
                    was_held: state != State::Sold,
                    state,
                });
            }
            (refusal, result) => assert_eq!(refusal, result.err().map(|error| error.kind())),
        }
    }

    fn take(&mut self, step: &Step) {
        let change = Change::new().reason("because");
        match *step {
            Step::Hold {
                buyer,
                quantity,
                due,
            } => {
                let time = Duration::from_secs(if due { 0 } else { 3600 });
                let held = self
                    .office
                    .hold(&Order::new(name(buyer), quantity), Some(time));
                let held = held.map(|hold| (hold.id, hold.left));
                self.ordered((buyer, quantity), held, State::Held { due });
            }
            Step::Book { buyer, quantity } => {
                let sale = self.office.book(name(buyer), quantity);
                let sale = sale.map(|sale| (sale.id, sale.left));
                self.ordered((buyer, quantity), sale, State::Sold);
            }
            Step::Adjust(by) => {
                let done = self
                    .office
                    .adjust(by, &change)
                    .map_err(|error| error.kind());
                let refusal = match u64::try_from(by) {
                    Ok(more) => {
                        self.left += more;
                        None
                    }
                    Err(_) => self.short_of(by.unsigned_abs()),
                };
                assert_eq!(
                    done.map(|done| done.left).ok(),
                    refusal.is_none().then_some(self.left)
                );
            }
            Step::Close | Step::Reopen => {
                let closes = matches!(step, Step::Close);
                let turn = if closes {
                    BoxOffice::close
                } else {
                    BoxOffice::reopen
                };
                turn(&mut self.office, &change).unwrap();
                self.closed = closes;
            }
            Step::Limit(most) => {
                let set = &mut |before: EventSettings| {
                    Ok(EventSettings {
                        max_per_buyer: most,
                        ..before
                    })
                };
                self.office.set(&change, set).unwrap();
                self.limit = most;
            }
            Step::NewOffice => self.office = BoxOffice::at(&self.event.file).unwrap(),
            // Without a ledger the count is all that there is.
            Step::LostCount if self.event.path("tickets.ledger.jsonl").exists() => {
                let _ = fs::remove_file(&self.event.file);
            }
            Step::LostCount => {}
            Step::OldCount(back) => {
                if let Some(at) = self.counts.len().checked_sub(back + 1) {
                    fs::write(&self.event.file, &self.counts[at]).unwrap();
                }
            }
            Step::Confirm(at) | Step::Release(at) | Step::Cancel(at, _) | Step::Rename(at, _) => {
                if !self.entries.is_empty() {
                    self.change(step, at % self.entries.len());
                }
            }
        }
        self.check();
    }

    fn change(&mut self, step: &Step, at: usize) {
        let change = Change::new();
        let entry = &mut self.entries[at];
        let (id, state, kept) = (entry.id.clone(), entry.state, entry.kept);
        let office = &mut self.office;
        let (done, expected) = match *step {
            Step::Confirm(_) => {
                let done = office
                    .confirm(&id, &change)
                    .map(|end| (end.replayed, end.left));
                let expected = match state {
                    _ if !entry.was_held => Err(Kind::Refused),
                    State::Held { .. } => Ok(false),
                    State::Sold if kept > 0 => Ok(true),
                    State::Sold | State::Released => Err(Kind::Cancelled),
                    State::Expired => Err(Kind::Expired),
                };
                if expected == Ok(false) {
                    entry.state = State::Sold;
                }
                (done, expected)
            }
            Step::Release(_) => {
                let done = office
                    .release(&id, &change)
                    .map(|end| (end.replayed, end.left));
                let expected = match state {
                    State::Held { .. } => Ok(false),
                    State::Released => Ok(true),
                    State::Expired => Err(Kind::Expired),
                    State::Sold => Err(Kind::Refused),
                };
                if expected == Ok(false) {
                    (entry.state, entry.kept) = (State::Released, 0);
                    self.left += kept;
                }
                (done, expected)
            }
            Step::Cancel(_, quantity) => {
                let done = office
                    .cancel(&id, quantity, &change)
                    .map(|done| (done.replayed, done.left));
                let given = quantity.unwrap_or(kept);
                let expected = match state {
                    State::Sold if kept == 0 => Err(Kind::Cancelled),
                    State::Sold if given > kept => Err(Kind::Refused),
                    State::Sold => Ok(false),
                    State::Held { .. } => Err(Kind::Refused),
                    State::Released | State::Expired => Err(Kind::Cancelled),
                };
                if expected == Ok(false) {
                    entry.kept -= given;
                    self.left += given;
                }
                (done, expected)
            }
            Step::Rename(_, buyer) => {
                let done = office.rename(&id, name(buyer), &change);
                if kept > 0 {
                    entry.buyer = buyer;
                }
                let done = done.map(|renamed| {
                    assert_eq!(
                        (renamed.buyer.as_str(), renamed.quantity),
                        (name(buyer), kept)
                    );
                    (false, self.left)
                });
                (
                    done,
                    if kept > 0 {
                        Ok(false)
                    } else {
                        Err(Kind::Cancelled)
                    },
                )
            }
            _ => return,
        };
        let done = done.map_err(|error| error.kind());
        assert_eq!(
            done,
            expected.map(|replayed| (replayed, self.left)),
            "{step:?} {id}"
        );
    }

    /// An audit, a query and the lists say what the model says.
    fn check(&mut self) {
        let sold = self.sum(|entry| entry.state == State::Sold);
        let held = self.sum(|entry| matches!(entry.state, State::Held { .. }));
        let audit = self.office.audit().unwrap();
        assert_eq!(
            [audit.left - audit.due, audit.sold, audit.held + audit.due],
            [self.left, sold, held]
        );
        assert!(
            audit.findings.iter().all(|finding| finding.repairable),
            "{audit:?}"
        );
        let state = self.office.state().unwrap();
        let due = self.due();
        assert_eq!(
            [state.left, state.sold, state.held],
            [self.left + due, sold, held - due]
        );
        let mut open = Vec::new();
        let list = self.office.open_holds(None, &mut |hold| {
            open.push((hold.id.to_owned(), hold.buyer.to_owned(), hold.quantity));
            std::ops::ControlFlow::Continue(())
        });
        list.unwrap();
        let model = self
            .entries
            .iter()
            .filter(|entry| matches!(entry.state, State::Held { .. }));
        let model: Vec<_> = model
            .map(|entry| {
                (
                    entry.id.clone(),
                    name(entry.buyer).to_owned(),
                    entry.quantity,
                )
            })
            .collect();
        assert_eq!(open, model);
        let guests = self.office.guests().unwrap();
        assert_eq!(guests.iter().map(|guest| guest.quantity).sum::<u64>(), sold);
        let count = fs::read(&self.event.file).unwrap_or_default();
        if count.starts_with(b"{") && self.counts.last() != Some(&count) {
            self.counts.push(count);
        }
    }

    fn end(mut self) {
        self.take(&Step::Adjust(1));
        assert_eq!(self.office.audit().unwrap().findings, []);
        drop(self.office);
        self.event.assert_adds_up();
    }
}

#[test]
fn whatever_becomes_of_holds_the_books_are_those_of_a_model() {
    try_many(&steps(), |steps| {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        world.end();
    });
}
