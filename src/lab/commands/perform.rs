//! A command is given to the box office.

use super::super::protocol::Answer;
use super::super::scenario::{BOBS, CommandCall, ROWS};
use crate::error::{Error, Kind, Result};
use crate::ledger::EventSettings;
use crate::office::{BoxOffice, Change, DEFAULT_WAIT, Order, Outcome, Unobserved};

impl CommandCall {
    /// Does it; says what it was told. A refusal is an answer.
    ///
    /// # Errors
    /// What is no answer that the command promises.
    pub(super) fn perform(self, office: &mut BoxOffice) -> Result<Vec<Answer>> {
        let told = match self {
            Self::Import => return import(office),
            Self::Book(buyer, quantity) => {
                let sale = office.purchase(&Order::new(buyer, quantity), &mut Unobserved);
                sale.map(|sale| answered(sale.id, sale.replayed))
            }
            Self::Hold(buyer, quantity) => {
                let hold = office.hold(&Order::new(buyer, quantity), None);
                hold.map(|hold| answered(hold.id, hold.replayed))
            }
            Self::Confirm => {
                let sale = office.confirm(BOBS, &Change::new());
                sale.map(|sale| answered(sale.id, sale.replayed))
            }
            Self::Release => {
                let hold = office.release(BOBS, &Change::new());
                hold.map(|hold| answered(hold.id, hold.replayed))
            }
            Self::Cancel => {
                let done = office.cancel(BOBS, None, &Change::new());
                done.map(|done| answered(done.id, done.replayed))
            }
            Self::Rename(buyer) => {
                let sale = office.rename(BOBS, buyer, &Change::new());
                sale.map(|sale| answered(sale.id, false))
            }
            Self::Close => office.close(&Change::new()).map(|_| done()),
            Self::LimitSale(most) => set(office, |settings| EventSettings {
                max_per_sale: Some(most),
                ..settings
            }),
            Self::Retitle(title) => set(office, |settings| EventSettings {
                title: Some(title.to_owned()),
                ..settings
            }),
        };
        told.or_else(refused).map(|answer| vec![answer])
    }
}

fn set(office: &mut BoxOffice, to: impl Fn(EventSettings) -> EventSettings) -> Result<Answer> {
    let set = office.set(&Change::new(), &mut |settings| Ok(to(settings)));
    set.map(|_| done())
}

fn import(office: &mut BoxOffice) -> Result<Vec<Answer>> {
    let orders = ROWS.map(|(buyer, key)| Order::new(buyer, 1).key(key));
    let mut outcomes = Vec::new();
    office.purchase_all(&orders, DEFAULT_WAIT, &mut |_, outcome| {
        outcomes.push(outcome);
    })?;
    let told = outcomes.into_iter().map(|outcome| match outcome {
        Outcome::Sold { id } => Ok(answered(id, false)),
        Outcome::Replayed { id } => Ok(answered(id, true)),
        Outcome::Refused(error) => refused(error),
    });
    told.collect()
}

/// Done, to no sale in particular.
fn done() -> Answer {
    Answer::Done { id: String::new() }
}

fn answered(id: String, replayed: bool) -> Answer {
    if replayed {
        Answer::Replayed { id }
    } else {
        Answer::Done { id }
    }
}

/// The refusals that a command promises.
fn refused(error: Error) -> Result<Answer> {
    match error.kind() {
        Kind::SoldOut { .. }
        | Kind::Refused
        | Kind::Closed
        | Kind::Limit
        | Kind::Expired
        | Kind::Cancelled => Ok(Answer::Refused {
            code: error.kind().code().to_owned(),
        }),
        _ => Err(error),
    }
}
