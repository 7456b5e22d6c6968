//! What the next step of a buyer would touch.

use super::access_set::{AccessSet, StepAccess};
use super::protocol::Point;
use super::state::LabState;
use super::step::LabStep;
use crate::ledger::LockKind;

impl LabState {
    /// What a step would touch; `None`: it cannot be made.
    pub(super) fn access_set(&self, step: LabStep) -> Option<AccessSet> {
        use StepAccess::{Nothing, Reads, Writes};
        let buyer = self.buyers.get(step.buyer())?;
        if let LabStep::LeaseEnd(_) = step {
            return self.can(step).then_some(AccessSet {
                count: Nothing,
                ledger: Nothing,
                locks: true,
            });
        }
        if let LabStep::Kill(_) = step {
            return Some(AccessSet {
                count: Nothing,
                ledger: Nothing,
                // Its lock is free then.
                locks: buyer.holds || self.second_name,
            });
        }
        let (count, ledger) = match buyer.next? {
            // It reads as a buyer that sells soundly does: see below.
            Point::Query if self.is_scenario => (Nothing, Reads),
            Point::Query => (Reads, Nothing),
            // A buyer that sells soundly reads the count, and then the ledger behind what that counts: so it
            // sees the same whether or not somebody has published meanwhile.
            Point::Read if self.sound => (Nothing, Reads),
            Point::Read => (Reads, Reads),
            Point::Write if self.sound => (Nothing, Writes),
            Point::Write | Point::Fill => (Writes, Writes),
            Point::Publish => (Writes, Reads),
            Point::Lock if self.lock == LockKind::DataFile => (Reads, Nothing),
            Point::Lock | Point::Unlock | Point::Clock | Point::LeaseEnd => (Nothing, Nothing),
        };
        let locks = match buyer.next? {
            Point::Lock | Point::Unlock => true,
            // A sound sale that is written gives its lock up later, in a step of its own; in a scenario whatever
            // was done.
            Point::Write if self.sound => false,
            // It compares whether the lock is held still, or should: who has got it meanwhile matters.
            Point::Write if self.has_leases => true,
            _ if self.is_scenario => false,
            // A buyer that holds a lock gives it up by writing, by finding nothing left, by failing.
            _ => buyer.holds,
        };
        Some(AccessSet {
            count,
            ledger,
            locks,
        })
    }
}
