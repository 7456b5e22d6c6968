//! Orders to buy that wait for a clerk, and how those that wait together are sold.

use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::order_state::OrderState;
use super::problem::ProblemResponse;
use crate::BoxOffice;
use crate::error::Result;
use crate::office::{Observed, Observer, Order, Sale};

/// How long an order may wait for a clerk.
const QUEUE_TIME: Duration = Duration::from_secs(4);

/// How long a clerk may wait for the lock of an event.
pub(super) const LOCK_TIME: Duration = Duration::from_secs(4);

/// What somebody is answered.
pub(super) type Answer<T> = std::result::Result<T, ProblemResponse>;

/// What somebody wants to buy.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) buyer: String,
    pub(super) quantity: u64,
    pub(super) key: String,
    pub(super) note: Option<String>,
    /// Who sells it; `None`: its buyer buys it.
    pub(super) by: Option<String>,
}

/// An order that waits.
#[derive(Debug)]
pub(super) struct WaitingOrder {
    wanted: Wanted,
    state: OrderState,
    queued: Instant,
    answer: oneshot::Sender<Answer<Sale>>,
}

impl WaitingOrder {
    /// One that begins to wait.
    pub(super) fn new(
        wanted: Wanted,
        state: OrderState,
        answer: oneshot::Sender<Answer<Sale>>,
    ) -> Self {
        Self {
            wanted,
            state,
            queued: Instant::now(),
            answer,
        }
    }

    fn answer(self, sold: Result<Sale>) {
        // Stopped because its client has gone: that is nobody's problem.
        if sold.is_ok() || self.state.is_wanted() {
            let answer = sold.map_err(|error| ProblemResponse::of(&error));
            let _ = self.answer.send(answer);
        }
    }
}

/// Whether what has waited since then is not to be begun any more.
pub(super) fn is_too_late(queued: Instant) -> bool {
    queued.elapsed() > QUEUE_TIME
}

/// Sells to those whose clients still wait, in one commit, and answers each.
pub(super) fn sell(office: &mut BoxOffice, orders: Vec<WaitingOrder>) {
    let mut begun = Vec::with_capacity(orders.len());
    for order in orders {
        if !order.state.is_wanted() {
            continue;
        }
        if is_too_late(order.queued) {
            let _ = order.answer.send(Err(ProblemResponse::overloaded()));
            continue;
        }
        begun.push(order);
    }
    let watched = begun.iter_mut().map(|order| {
        let WaitingOrder { wanted, state, .. } = order;
        let order = Order::new(&wanted.buyer, wanted.quantity)
            .key(wanted.key.as_str())
            .note(wanted.note.as_deref())
            .by(wanted.by.as_deref())
            .wait(LOCK_TIME);
        (order, state as &mut dyn Observer)
    });
    let watched: Vec<Observed<'_>> = watched.collect();
    let sold = office.purchase_observed(watched);
    for (order, sold) in begun.into_iter().zip(sold) {
        order.answer(sold);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An order of this buyer that has waited so long, its state, and what it is answered.
    fn waiting(
        buyer: &str,
        waited: Duration,
    ) -> (WaitingOrder, OrderState, oneshot::Receiver<Answer<Sale>>) {
        let state = OrderState::default();
        let (answer, answered) = oneshot::channel();
        let order = Wanted {
            buyer: buyer.to_owned(),
            quantity: 2,
            key: buyer.to_owned(),
            note: None,
            by: None,
        };
        let mut order = WaitingOrder::new(order, state.clone(), answer);
        order.queued = Instant::now().checked_sub(waited).unwrap();
        (order, state, answered)
    }

    #[test]
    fn each_is_answered_for_itself_and_who_waited_too_long_or_has_gone_is_not_sold_to() {
        let mut office = BoxOffice::in_memory(5).unwrap();
        let late = QUEUE_TIME + Duration::from_millis(1);
        let [ann, old, gone, bob, eve] = [
            ("ann", Duration::ZERO),
            ("old", late),
            ("gone", Duration::ZERO),
            ("bob", Duration::ZERO),
            ("eve", Duration::ZERO),
        ]
        .map(|(buyer, waited)| waiting(buyer, waited));
        assert!(gone.1.give_up());
        sell(&mut office, vec![ann.0, old.0, gone.0, bob.0, eve.0]);
        for (mut answered, buyer, left) in [(ann.2, "ann", 3), (bob.2, "bob", 1)] {
            let sale = answered.try_recv().unwrap().unwrap();
            assert_eq!((&*sale.buyer, sale.left), (buyer, left));
        }
        for (mut answered, code) in [(old.2, "overloaded"), (eve.2, "sold_out")] {
            assert_eq!(answered.try_recv().unwrap().unwrap_err().code(), code);
        }
        let mut nobody = gone.2;
        assert!(nobody.try_recv().is_err());
        assert_eq!(office.query().unwrap().sold, 4);
    }

    /// It went while its line was written: it is sold, and who still listens is told.
    #[test]
    fn who_goes_once_its_line_is_written_has_bought() {
        let mut office = BoxOffice::in_memory(5).unwrap();
        let (order, state, mut answered) = waiting("ann", Duration::ZERO);
        assert!(state.begin() && !state.give_up());
        sell(&mut office, vec![order]);
        assert_eq!(answered.try_recv().unwrap().unwrap().left, 3);
    }
}
