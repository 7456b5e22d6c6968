//! What is there before the processes of a scenario begin.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::super::scenario::{BOBS, Scenario};
use crate::error::{Error, Kind, Result};
use crate::ledger::EventSettings;
use crate::office::{BoxOffice, Order, TimeSource};

/// When Bob's hold is due, in milliseconds since 1970.
const DUE: i64 = 1_767_225_600_000;

/// How far clocks are from that, and how long he holds.
const HOUR: Duration = Duration::from_secs(3600);

/// What a clock says before that time.
pub(super) const EARLY: i64 = DUE - HOUR.as_millis() as i64;

/// What a clock says that is late.
pub(super) const LATE: i64 = DUE + HOUR.as_millis() as i64;

/// A clock that stands, before that time.
#[derive(Debug)]
pub(super) struct Standing;

impl TimeSource for Standing {
    fn now(&self) -> i64 {
        EARLY
    }
}

impl Scenario {
    /// Whether what the clocks say is tried both ways: where somebody may need what is due.
    pub(super) fn asks_the_time(self) -> bool {
        self == Self::ConfirmExpire
    }

    /// Makes the event there. What Carol has is nobody's aim: with it a ticket that was given back twice is not noticed by
    /// arithmetic alone.
    pub(in crate::lab) fn prepare(self, count: &Path) -> Result<()> {
        let mut office = BoxOffice::at(count)?.told_the_time(Arc::new(Standing));
        office.init(self.stock(), &EventSettings::default())?;
        let (bob, carol) = (Order::new("bob", 1), Order::new("carol", 1));
        let id = match self {
            Self::ConfirmExpire | Self::ConfirmRelease => {
                let hold = office.hold(&bob, Some(HOUR))?;
                office.hold(&carol, Some(HOUR * 24 * 365))?;
                hold.id
            }
            Self::CancelRename => {
                let sale = office.book(bob.buyer, bob.quantity)?;
                office.book(carol.buyer, carol.quantity)?;
                sale.id
            }
            Self::CloseBook | Self::SetBook | Self::HoldHold | Self::ImportImport => return Ok(()),
        };
        if id.split_once('-').is_none_or(|(line, _)| line != BOBS) {
            let message = format!("{id} stands where the line {BOBS} was expected");
            return Err(Error::new(Kind::Integrity, message));
        }
        Ok(())
    }
}
