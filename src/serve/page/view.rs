//! An event as its page tells it.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::words::Words;
use crate::office::{EventSettings, OnSale};
use crate::serve::event::Event;
use crate::serve::reader::StreamCount;

/// An event, as one look found it.
#[derive(Debug, Clone, Copy)]
pub(in crate::serve) struct EventView<'e> {
    event: &'e Event,
    count: &'e StreamCount,
}

impl<'e> EventView<'e> {
    pub(in crate::serve) fn of(event: &'e Event, count: &'e StreamCount) -> Self {
        Self { event, count }
    }

    fn settings(self) -> Option<&'e EventSettings> {
        self.count.settings.as_ref()
    }

    /// What it is called: as its settings say, else as its file.
    pub(in crate::serve) fn title(self, words: &'static Words) -> &'e str {
        let title = self.settings().and_then(|it| it.title.as_deref());
        let name = Some(self.event.name.as_str()).filter(|name| !name.is_empty());
        title.or(name).unwrap_or(words.tickets)
    }

    pub(in crate::serve) fn date(self) -> Option<&'e str> {
        self.settings()?.date.as_deref()
    }

    pub(in crate::serve) fn left(self) -> u64 {
        self.count.state.left
    }

    pub(in crate::serve) fn sold(self) -> u64 {
        self.count.state.sold
    }

    pub(in crate::serve) fn held(self) -> u64 {
        self.count.state.held
    }

    /// How many are held in all, also those whose time is over, which count as left.
    pub(in crate::serve) fn held_in_all(self) -> u64 {
        self.held().saturating_add(self.due())
    }

    /// How many of those that are left have a hold whose time is over.
    pub(in crate::serve) fn due(self) -> u64 {
        self.count.state.due
    }

    pub(in crate::serve) fn on_sale(self) -> OnSale {
        self.count.state.on_sale
    }

    /// A tag of its settings, which the stream tells too.
    pub(super) fn rules(self) -> String {
        self.count.rules_tag()
    }

    pub(in crate::serve) fn most_per_sale(self) -> Option<u64> {
        self.settings()?.max_per_sale
    }

    pub(in crate::serve) fn most_per_buyer(self) -> Option<u64> {
        self.settings()?.max_per_buyer
    }

    /// How many can be bought at once.
    pub(super) fn most(self) -> u64 {
        let limits = [self.most_per_sale(), self.most_per_buyer()];
        let limits = limits.into_iter().flatten();
        limits.fold(self.left(), u64::min).max(1)
    }

    /// For how long tickets are held where nobody says, as the event's settings have it.
    pub(in crate::serve) fn hold_text(self) -> &'e str {
        let own = self.settings().map(|settings| settings.hold.as_str());
        own.filter(|time| humantime::parse_duration(time).is_ok_and(|time| !time.is_zero()))
            .unwrap_or("15m")
    }

    /// For how long the public may hold tickets; `None`: not at all.
    pub(super) fn hold(self) -> Option<Duration> {
        let time = humantime::parse_duration(&self.settings()?.hold).ok()?;
        Some(time).filter(|time| !time.is_zero())
    }

    /// From when on it is sold.
    pub(super) fn from(self) -> Option<&'e str> {
        self.settings()?.from.as_deref()
    }

    /// Whether buyers may cancel on their own: as long as the sale goes on. Once it has ended the list at the door may be
    /// printed.
    pub(super) fn may_cancel(self) -> bool {
        matches!(self.on_sale(), OnSale::Open | OnSale::SoldOut)
    }
}

/// A time of the ledger on the clock of this system, with its zone, for the reader may be in another one.
pub(in crate::serve) fn moment(at: &str) -> String {
    at.parse::<Timestamp>().map_or_else(
        |_| at.to_owned(),
        |at| {
            let here = at.to_zoned(TimeZone::system());
            here.strftime("%Y-%m-%d %H:%M %Z").to_string()
        },
    )
}

/// How many seconds it is until then; 0, where that is over.
pub(in crate::serve) fn seconds_until(at: &str) -> u64 {
    let left = at.parse::<Timestamp>().map_or(0, |at| {
        at.as_millisecond() - Timestamp::now().as_millisecond()
    });
    u64::try_from(left).unwrap_or(0).div_ceil(1000)
}
