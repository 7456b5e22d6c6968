//! By what an event is sold, remembered: a line that says it does not change.

use std::cell::RefCell;

use super::lines::Look;
use crate::error::Result;
use crate::ledger::EventSettings;

/// Which ledger, and the number of the line that says it.
type Where = ((u64, u64), Option<u64>);

/// The settings that were read last.
#[derive(Debug, Default)]
pub(super) struct KnownSettings(RefCell<Option<(Where, Option<EventSettings>)>>);

impl KnownSettings {
    /// Those at this head.
    pub(super) fn at(&self, look: Look<'_>) -> Result<Option<EventSettings>> {
        let at = (look.head.ledger(), look.head.anchor.set);
        if let Some((known, settings)) = &*self.0.borrow()
            && *known == at
        {
            return Ok(settings.clone());
        }
        let settings = look.settings()?;
        // The second line says it too, which may not be written yet.
        let remembered = (look.head.tally.seq >= 2).then(|| (at, settings.clone()));
        *self.0.borrow_mut() = remembered;
        Ok(settings)
    }
}
