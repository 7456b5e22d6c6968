//! The life of an event, tried as a whole: made, sold from, reset, audited.

use super::report::{Check, CheckResult};
use super::scratch::Scratch;
use crate::error::{Error, Kind, Result};
use crate::office::{BoxOffice, DEFAULT_WAIT, EventSettings};

/// The event that is made and goes with the scratch directory.
const EVENT: &str = "event.json";

/// Whether an event can be kept here: whatever single thing is missing, this says so.
pub(super) fn examine(scratch: &Scratch<'_>) -> Result<Check> {
    const NAME: &str = "sale";
    scratch.go_on()?;
    Ok(match live(scratch) {
        Ok(()) => Check::new(
            NAME,
            CheckResult::Pass,
            "an event was made, sold from, audited and reset",
        ),
        Err(error) if super::scratch::is_full(&error) => return Err(error),
        Err(error) => Check::new(
            NAME,
            CheckResult::Fail,
            format!("an event cannot be kept: {error}"),
        ),
    })
}

fn live(scratch: &Scratch<'_>) -> Result<()> {
    let mut office = BoxOffice::at(scratch.path(EVENT))?;
    office.init(2, &EventSettings::default())?;
    let sale = office.book("doctor", 1)?;
    if let Some(error) = sale.unpublished {
        return Err(error);
    }
    let audit = office.audit()?;
    if let Some(finding) = audit.findings.first() {
        return Err(Error::new(Kind::Integrity, finding.text.clone()));
    }
    office.reset(Some(2), true, DEFAULT_WAIT)?;
    Ok(())
}
