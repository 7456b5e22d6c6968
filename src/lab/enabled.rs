//! Who can make a step, and which: pure.

use super::buyer::LabBuyer;
use super::protocol::Point;
use super::state::LabState;
use super::step::LabStep;
use crate::ledger::LockKind;

impl LabState {
    /// Whether a buyer can make a step.
    pub(super) fn is_enabled(&self, buyer: usize) -> bool {
        let can = |buyer: &LabBuyer| buyer.next.is_some() && !buyer.blocked;
        self.buyers.get(buyer).is_some_and(can)
    }

    /// Whether this step can be made.
    pub(super) fn can(&self, step: LabStep) -> bool {
        let number = step.buyer();
        match step {
            LabStep::LeaseEnd(_) => self.may_lose(number),
            LabStep::Late(_) => self.is_enabled(number) && self.next(number) == Some(Point::Clock),
            LabStep::Go(_) | LabStep::Kill(_) => self.is_enabled(number),
        }
    }

    /// Whether the lease of a buyer's lock may end.
    fn may_lose(&self, buyer: usize) -> bool {
        let may = |buyer: &LabBuyer| buyer.holds && (buyer.killed || !self.lease_ended);
        self.has_leases && self.buyers.get(buyer).is_some_and(may)
    }

    /// The step that is made where nobody says one: of those who can go on, that of the lowest number; and where all wait
    /// for one who was killed, the end of its lease. `None`: the run is over.
    pub(super) fn next_step(&self) -> Option<LabStep> {
        let all = || 0..self.buyers.len();
        let goes = all().find(|&buyer| self.is_enabled(buyer));
        let waits = self.buyers.iter().any(|buyer| buyer.blocked);
        let ends = || all().find(|&buyer| waits && self.may_lose(buyer));
        goes.map(LabStep::Go)
            .or_else(|| ends().map(LabStep::LeaseEnd))
    }

    /// What a buyer does next; `None`: it has come to its end.
    fn next(&self, buyer: usize) -> Option<Point> {
        self.buyers.get(buyer)?.next
    }

    /// Those who can make a step.
    pub(super) fn enabled(&self) -> Vec<usize> {
        (0..self.buyers.len())
            .filter(|&buyer| self.is_enabled(buyer))
            .collect()
    }

    /// What a buyer that can make a step has done and seen, and how many who can have done and seen the same.
    pub(super) fn kind(&self, buyer: usize) -> Option<(u64, u64)> {
        let history = |buyer: usize| self.buyers.get(buyer).map(|buyer| buyer.history);
        let own = history(buyer)?;
        let alike = (0..self.buyers.len())
            .filter(|&other| self.is_enabled(other) && history(other) == Some(own));
        Some((own, alike.count() as u64))
    }

    /// Whether its next step is to find its lock taken, and nothing else: that changes nothing. Not where
    /// the lock is on a file that is replaced: then it matters which it was when it was opened. Nor where there are two lock
    /// files: what is taken is seen only when it is tried.
    pub(super) fn would_wait(&self, buyer: usize) -> bool {
        let locks = self.next(buyer) == Some(Point::Lock);
        let one = matches!(
            self.lock,
            LockKind::Exclusive | LockKind::WriteOnly | LockKind::Lease | LockKind::DataFile
        );
        one && self.locked_file_stays
            && !self.second_name
            && locks
            && self.buyers.iter().any(|other| other.holds)
    }
}
