//! Whether an event is on sale: not closed, and in its time.

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Error, Kind, Result};
use crate::ledger::EventSettings;

/// Whether tickets can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OnSale {
    /// They can.
    Open,
    /// The sale was closed.
    Closed,
    /// It has not begun.
    NotYet,
    /// It is over.
    Over,
    /// None is left.
    SoldOut,
}

impl OnSale {
    /// Whether the rules allow a sale at this time, in milliseconds since 1970, whatever is left.
    pub(super) fn by_rules(settings: Option<&EventSettings>, closed: bool, now: i64) -> Self {
        let time = |text: Option<&String>| {
            let parsed = text.map(|text| text.parse::<Timestamp>());
            parsed
                .and_then(std::result::Result::ok)
                .map(Timestamp::as_millisecond)
        };
        let from = settings.and_then(|settings| time(settings.from.as_ref()));
        let until = settings.and_then(|settings| time(settings.until.as_ref()));
        if closed {
            Self::Closed
        } else if from.is_some_and(|from| now < from) {
            Self::NotYet
        } else if until.is_some_and(|until| now >= until) {
            Self::Over
        } else {
            Self::Open
        }
    }

    /// An error, unless the rules allow it.
    pub(super) fn check(self, settings: Option<&EventSettings>) -> Result<()> {
        let at = |time: Option<&String>| time.cloned().unwrap_or_default();
        let (kind, message) = match self {
            Self::Open | Self::SoldOut => return Ok(()),
            Self::Closed => (Kind::Closed, "the sale is closed".to_owned()),
            Self::NotYet => {
                let from = at(settings.and_then(|settings| settings.from.as_ref()));
                (Kind::NotYet, format!("the sale begins at {from}"))
            }
            Self::Over => {
                let until = at(settings.and_then(|settings| settings.until.as_ref()));
                (Kind::Over, format!("the sale ended at {until}"))
            }
        };
        let hint = match self {
            Self::Closed => "nothing was sold; 'tickets reopen' goes on with it",
            _ => "nothing was sold; 'tickets set' changes from when until when it is sold",
        };
        Err(Error::new(kind, message).hint(hint))
    }
}
