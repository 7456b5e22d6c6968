//! How far an order has come: whether its client can still give it up, or it is being done.
//!
//! Invariant: an order that was given up is never written, and one that is being written is never given up. Both are
//! decided by one atomic step.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::error::{Error, Result};
use crate::office::{Observer, Step};

/// It waits, or a clerk looks whether it can be done.
const OPEN: u8 = 0;
/// Its line is being written, or is written.
const BEGUN: u8 = 1;
/// Its client has gone, or does not wait for it any longer.
const GIVEN_UP: u8 = 2;

/// How far an order has come, as its client and its clerk both see it.
#[derive(Debug, Clone, Default)]
pub(super) struct OrderState(Arc<AtomicU8>);

impl OrderState {
    /// The clerk is about to write. `false`: nobody waits for it any more, and it is not to be done.
    pub(super) fn begin(&self) -> bool {
        known_bad!(OrderKept => return true);
        self.moves_to(BEGUN)
    }

    /// The client waits no longer. `false`: it is being done.
    pub(super) fn give_up(&self) -> bool {
        self.moves_to(GIVEN_UP)
    }

    pub(super) fn is_wanted(&self) -> bool {
        known_bad!(OrderKept => return true);
        self.0.load(Ordering::SeqCst) != GIVEN_UP
    }

    fn moves_to(&self, state: u8) -> bool {
        let before = self
            .0
            .compare_exchange(OPEN, state, Ordering::SeqCst, Ordering::SeqCst);
        before.map_or_else(|before| before == state, |_| true)
    }
}

/// Stops a purchase up to its last moment where its client has gone.
impl Observer for OrderState {
    fn at(&mut self, step: Step) -> Result<()> {
        let goes_on = match step {
            Step::Write { .. } => self.begin(),
            _ => self.is_wanted(),
        };
        if goes_on {
            return Ok(());
        }
        Err(Error::interrupted(
            "nobody waits for this order any more; nothing was sold",
        ))
    }

    fn still_wanted(&mut self) -> bool {
        self.is_wanted()
    }
}

/// Gives an order up when its client goes.
#[derive(Debug)]
pub(super) struct Waiting(pub(super) OrderState);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Nonce;

    const WRITE: Step = Step::Write {
        left: 1,
        seq: 2,
        nonce: Nonce(3),
    };

    #[test]
    fn what_was_given_up_is_not_written() {
        let mut order = OrderState::default();
        assert!(order.at(Step::LockWanted).is_ok() && order.still_wanted());
        drop(Waiting(order.clone()));
        assert!(!order.still_wanted());
        assert!(order.at(Step::LockWanted).is_err() && order.at(WRITE).is_err());
        assert!(!order.begin());
    }

    #[test]
    fn what_is_being_written_is_not_given_up() {
        let mut order = OrderState::default();
        assert!(order.at(WRITE).is_ok());
        assert!(!order.give_up());
        // Decided once more, because the lock was lost.
        assert!(order.at(WRITE).is_ok() && order.still_wanted());
    }
}
