//! Where each buyer of a rush stands, as the supervisor was told.

use std::collections::HashMap;

use super::buyer_outcome::{BuyerOutcome, BuyerReport};
use super::outcome_reader::ReportedSale;
use super::outcomes::Outcomes;
use super::report_pipe::{Message, Status};

/// All buyers of a rush, and how far they are.
#[derive(Debug)]
pub(super) struct Roster {
    buyers: Vec<Buyer>,
    done: u32,
    sold: u32,
    /// How many buyers are in [`BuyerState::Starting`].
    starting: u32,
    /// How many have not come to the read barrier: in [`BuyerState::Starting`], `Ready` or `Buying`.
    before_read: u32,
    not_started: Option<String>,
}

#[derive(Debug)]
pub(super) struct Buyer {
    pub(super) name: String,
    state: BuyerState,
}

#[derive(Debug)]
enum BuyerState {
    Starting,
    Ready,
    Buying,
    /// Has read, and waits at the read barrier.
    Read,
    Done(BuyerOutcome),
    /// Gone without a report of its outcome.
    Gone(String),
}

impl Roster {
    pub(super) fn new(users: u32) -> Self {
        let buyer = |number| Buyer {
            name: format!("user-{number}"),
            state: BuyerState::Starting,
        };
        Self {
            buyers: (1..=users).map(buyer).collect(),
            done: 0,
            sold: 0,
            starting: users,
            before_read: users,
            not_started: None,
        }
    }

    /// Takes note of what a buyer reported; returns the buyer.
    pub(super) fn note(&mut self, message: Message) -> Option<&Buyer> {
        let index = (message.buyer as usize).wrapping_sub(1);
        let state = match message.status {
            Status::Ready => BuyerState::Ready,
            Status::AllReady => {
                for index in 0..self.buyers.len() {
                    self.set(index, BuyerState::Ready);
                }
                return None;
            }
            Status::Queried { .. } | Status::Holds { .. } => BuyerState::Buying,
            Status::Read => BuyerState::Read,
            Status::Gone { cause } => BuyerState::Gone(cause),
            Status::NotStarted { error } => {
                self.not_started = Some(error);
                return None;
            }
            Status::Sold {
                id,
                quantity,
                left,
                seq,
                warning,
            } => BuyerState::Done(BuyerOutcome::Sold {
                id,
                quantity,
                left,
                seq,
                warning,
            }),
            Status::Refused { left } => BuyerState::Done(BuyerOutcome::Refused { left }),
            Status::Failed { code, message } => {
                BuyerState::Done(BuyerOutcome::Failed { code, message })
            }
        };
        self.set(index, state)
    }

    /// Buyers whose fork server was killed: nobody reports their end, so they count as gone, unless they
    /// report their outcome themselves.
    pub(super) fn orphaned(&mut self, number: u32) {
        let cause = "the process that started it was killed".to_owned();
        self.set(number as usize - 1, BuyerState::Gone(cause));
    }

    /// Puts a buyer into another state, and counts. `None`: it is done, and stays so.
    fn set(&mut self, index: usize, state: BuyerState) -> Option<&Buyer> {
        let buyer = self.buyers.get_mut(index)?;
        if matches!(buyer.state, BuyerState::Done(_)) {
            return None;
        }
        self.starting -= u32::from(buyer.state.is_starting());
        self.before_read -= u32::from(buyer.state.is_before_read());
        self.starting += u32::from(state.is_starting());
        self.before_read += u32::from(state.is_before_read());
        if let BuyerState::Done(outcome) = &state {
            self.done += 1;
            self.sold += u32::from(matches!(outcome, BuyerOutcome::Sold { .. }));
        }
        buyer.state = state;
        Some(buyer)
    }

    pub(super) fn len(&self) -> usize {
        self.buyers.len()
    }

    /// How many buyers are done, and how many of these bought.
    pub(super) fn done(&self) -> (u32, u32) {
        (self.done, self.sold)
    }

    /// Whether this buyer is done, or gone.
    pub(super) fn is_done(&self, number: u32) -> bool {
        let buyer = self.buyers.get((number as usize).wrapping_sub(1));
        buyer.is_none_or(|buyer| matches!(buyer.state, BuyerState::Done(_) | BuyerState::Gone(_)))
    }

    /// The name of this buyer.
    pub(super) fn name(&self, number: u32) -> Option<&str> {
        let buyer = self.buyers.get((number as usize).wrapping_sub(1))?;
        Some(&buyer.name)
    }

    /// How many are done or gone, and how many of these bought.
    pub(super) fn over(&self) -> (u32, u32) {
        let gone = |buyer: &&Buyer| matches!(buyer.state, BuyerState::Gone(_));
        let gone = self.buyers.iter().filter(gone).count() as u32;
        (self.done + gone, self.sold)
    }

    /// Whether all that still live wait for the start.
    pub(super) fn all_ready(&self) -> bool {
        self.starting == 0
    }

    /// Whether all that still live wait at the read barrier or are done.
    pub(super) fn all_read(&self) -> bool {
        self.before_read == 0
    }

    /// Why not every buyer could be started.
    pub(super) fn not_started(&self) -> Option<&str> {
        self.not_started.as_deref()
    }

    /// The sales that buyers reported, by their ids.
    pub(super) fn sales(&self) -> HashMap<String, ReportedSale> {
        let sale = |buyer: &Buyer| match buyer.outcome()? {
            BuyerOutcome::Sold {
                id, seq, warning, ..
            } => {
                let sale = ReportedSale {
                    buyer: buyer.name.clone(),
                    seq: *seq,
                    published: warning.is_none(),
                };
                Some((id.clone(), sale))
            }
            _ => None,
        };
        self.buyers.iter().filter_map(sale).collect()
    }

    /// The outcome that the buyer of this name reported, if it did.
    pub(super) fn outcome(&self, name: &str) -> Option<&BuyerOutcome> {
        let number: usize = name.strip_prefix("user-")?.parse().ok()?;
        self.buyers.get(number.checked_sub(1)?)?.outcome()
    }

    /// How each buyer ended; where it did not report it, the ledger tells.
    pub(super) fn into_reports(self, outcomes: &Outcomes) -> Vec<BuyerReport> {
        let report = |buyer: Buyer| {
            let bought = outcomes.bought_by(&buyer.name);
            let outcome = match buyer.state {
                BuyerState::Done(outcome) => outcome,
                BuyerState::Gone(cause) => BuyerOutcome::crashed(&cause, bought),
                _ => BuyerOutcome::crashed("stopped before buying", bought),
            };
            BuyerReport {
                name: buyer.name,
                outcome,
            }
        };
        self.buyers.into_iter().map(report).collect()
    }
}

impl Buyer {
    /// The outcome that it reported, if it did.
    pub(super) fn outcome(&self) -> Option<&BuyerOutcome> {
        match &self.state {
            BuyerState::Done(outcome) => Some(outcome),
            _ => None,
        }
    }
}

impl BuyerState {
    fn is_starting(&self) -> bool {
        matches!(self, Self::Starting)
    }

    /// Whether a buyer in this state is still on its way to the read barrier.
    fn is_before_read(&self) -> bool {
        matches!(self, Self::Starting | Self::Ready | Self::Buying)
    }
}
