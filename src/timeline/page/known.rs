//! What a process knows of the count by a look at it.

use super::super::operation::{Doing, DrawnOperation, Sight};
use super::event::StepEvent;
use super::read_reasons::less;
use super::situation::{Pending, Situation};

impl Situation<'_> {
    /// Notes what an operation sees in an event, and that it goes by it, where it does.
    pub(super) fn learns(&mut self, event: &StepEvent, operation: &DrawnOperation, doing: &Doing) {
        let lane = event.place.lane;
        let asks = *doing == Doing::Query && operation.span(Doing::reads).is_none();
        let looked = operation.looked.filter(|_| *doing == Doing::Query);
        let knows = match looked {
            Some(version) => self.version(version),
            None if doing.reads() || asks => self.seen(operation.read.as_ref()),
            None => return,
        };
        let row = self.row(lane);
        if let Some(process) = row.and_then(|row| self.processes.get_mut(row)) {
            process.knows = knows;
        }
        if let (Some(Sight::Version(version)), true) = (&operation.read, doing.reads()) {
            let pending = Pending {
                version: *version,
                step: event.number,
                less: less(operation, event),
            };
            self.pending.insert(lane, pending);
        }
    }

    /// What it means that somebody only looks; `reads`: whether it reads later what it goes by.
    pub(super) fn looks(&self, reads: bool) -> String {
        let mut words = "A query only looks, and buys nothing.".to_owned();
        if reads {
            words += " What it buys by, it reads later, in a step of its own.";
        }
        match self.ahead() {
            Some(ahead) => format!(
                "{words} It looks at the count in the file, which is behind the ledger: that says {}.",
                self.version(ahead)
            ),
            None => words,
        }
    }
}
