//! By which rules an event is sold: its settings, and whether it is closed.

use std::time::Duration;

use jiff::Timestamp;

use super::buyer_totals::{BuyerTotals, OwnHold, OwnTickets, due};
use super::name::breaks_a_list;
use super::on_sale::OnSale;
use super::order::{MAX_NAME, Order};
use super::taking::Stock;
use crate::error::{About, Error, Kind, Result};
use crate::ledger::{EventSettings, Tally};
use crate::span::span;
use crate::store::{LedgerQuery, Lookup, SaleState};

/// How long tickets are held unless the event says otherwise.
const HOLD: Duration = Duration::from_secs(15 * 60);

/// Who asks for a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    Seller,
    Public,
}

/// The rules.
pub(super) struct Rules {
    settings: Option<EventSettings>,
}

impl Rules {
    pub(super) fn of(ledger: &mut dyn LedgerQuery) -> Result<Self> {
        Ok(Self {
            settings: ledger.settings()?,
        })
    }

    /// How long tickets are held.
    pub(super) fn hold(&self) -> Result<Duration> {
        let Some(settings) = &self.settings else {
            return Ok(HOLD);
        };
        humantime::parse_duration(&settings.hold).map_err(|error| {
            let message = format!("the event's settings hold for {:?}: {error}", settings.hold);
            Error::new(Kind::Integrity, message)
        })
    }

    /// How long tickets are held for which so long was asked: for the public at most as long as the event says.
    pub(super) fn held_for(&self, time: Option<Duration>, asker: Asker) -> Result<Duration> {
        let usual = self.hold()?;
        if asker == Asker::Seller {
            return Ok(time.unwrap_or(usual));
        }
        if self.settings.is_none() || usual.is_zero() {
            let message = "this event holds no tickets for the public";
            return Err(Error::new(Kind::Refused, message).about(About::SellersOnly));
        }
        match time {
            Some(time) if time > usual => {
                let most = span(usual);
                let message = format!("tickets are held for {most} at most");
                Err(Error::new(Kind::Limit, message))
            }
            time => Ok(time.unwrap_or(usual)),
        }
    }

    /// An error where they do not allow this order at this time; else the buyer's own holds that are due and end, so that
    /// the limit allows it.
    pub(super) fn allow(
        &self,
        order: &Order<'_>,
        head: &Tally,
        ledger: &mut dyn LedgerQuery,
        stock: &mut Stock,
        now: i64,
    ) -> Result<Vec<OwnHold>> {
        known_bad!(CloseUnlocked | RulesUnlocked => return Ok(Vec::new()));
        let settings = self.settings.as_ref();
        OnSale::by_rules(settings, head.index.closed, now).check(settings)?;
        let Some(settings) = settings else {
            return Ok(Vec::new());
        };
        if let Some(most) = settings.max_per_sale
            && order.quantity > most
        {
            let message = format!("asked for {}; one sale has at most {most}", order.quantity);
            let error = Error::new(Kind::Limit, message);
            return Err(error.hint("'tickets set --max-per-sale N' changes that limit"));
        }
        let Some(most) = settings.max_per_buyer else {
            return Ok(Vec::new());
        };
        let has = stock.tickets_of(order.buyer, head, ledger)?;
        let over = has.saturating_add(order.quantity).saturating_sub(most);
        if over == 0 {
            return Ok(Vec::new());
        }
        let totals = stock.buyers.as_ref();
        let holds = totals.map_or_else(Vec::new, |totals| totals.holds(order.buyer));
        ended(&holds, over, now).ok_or_else(|| over_the_limit(order, (most, has), &holds))
    }
}

/// The holds that end, of those that are due, so that so many tickets are given up; `None`: they have fewer.
fn ended(holds: &[OwnHold], tickets: u64, now: i64) -> Option<Vec<OwnHold>> {
    let (mut ended, mut given_up) = (Vec::new(), 0_u64);
    for hold in holds.iter().filter(|hold| hold.due <= now) {
        if given_up >= tickets {
            break;
        }
        given_up = given_up.saturating_add(hold.tickets);
        ended.push(hold.clone());
    }
    (given_up >= tickets).then_some(ended)
}

/// Why a buyer who has so many gets no more.
fn over_the_limit(order: &Order<'_>, (most, has): (u64, u64), holds: &[OwnHold]) -> Error {
    const SET: &str = "'tickets set --max-per-buyer N' changes that limit";
    let held = holds
        .iter()
        .fold(0, |all: u64, hold| all.saturating_add(hold.tickets));
    let of_holds = match held {
        0 => String::new(),
        tickets => format!(", {tickets} of them held"),
    };
    let message = format!(
        "asked for {}; one buyer has at most {most}, and {:?} has {has}{of_holds}",
        order.quantity, order.buyer
    );
    let hint = match holds {
        [] => SET.to_owned(),
        [OwnHold { id, .. }] => {
            format!(
                "'tickets confirm {id}' sells the hold, 'tickets release {id}' gives it up; {SET}"
            )
        }
        _ => format!(
            "'tickets confirm ID' sells a hold, 'tickets release ID' gives it up, 'tickets sales --held' lists them; {SET}"
        ),
    };
    let error = Error::new(Kind::Limit, message).about(About::BuyersTickets);
    error.hint(hint)
}

/// An error where such settings make no sense.
pub(super) fn check_settings(settings: &EventSettings) -> Result<()> {
    let usage = |message: String| Err(Error::new(Kind::Usage, message));
    for (what, text) in [("title", &settings.title), ("date", &settings.date)] {
        let is_wrong = |text: &String| text.len() > MAX_NAME || text.contains(breaks_a_list);
        if text.as_ref().is_some_and(is_wrong) {
            return usage(format!(
                "a {what} has at most {MAX_NAME} bytes, and no control characters"
            ));
        }
    }
    if let Err(error) = humantime::parse_duration(&settings.hold) {
        return usage(format!(
            "tickets cannot be held for {:?}: {error}",
            settings.hold
        ));
    }
    let moment = |text: &Option<String>| text.as_deref().map(str::parse::<Timestamp>).transpose();
    let (Ok(from), Ok(until)) = (moment(&settings.from), moment(&settings.until)) else {
        return usage("a time is written as 2026-12-31T17:00:00Z".to_owned());
    };
    match from.zip(until) {
        Some((from, until)) if from >= until => usage(format!(
            "the sale cannot end at {until}: it begins at {from}"
        )),
        _ => Ok(()),
    }
}

impl Stock {
    /// How many tickets this buyer has. The long way is gone without the lock: see [`super::taking::Wants`].
    fn tickets_of(
        &mut self,
        buyer: &str,
        head: &Tally,
        ledger: &mut dyn LedgerQuery,
    ) -> Result<u64> {
        let totals = self.buyers.get_or_insert_with(|| BuyerTotals::of([buyer]));
        let far = head.bytes.saturating_sub(totals.seen_up_to()) > super::taking::UNDER_THE_LOCK;
        if far && !self.wants.buyers {
            self.wants.buyers = true;
            return Err(Error::interrupted("the buyer's tickets are counted first"));
        }
        ledger.follow(totals)?;
        totals.tickets(buyer, &mut |id| {
            let found = ledger.find(Lookup::Id(id))?;
            Ok(found.map_or_else(Default::default, |sale| {
                let kept = match sale.state {
                    SaleState::Sold | SaleState::Held => sale.kept(),
                    SaleState::Released | SaleState::Expired => 0,
                };
                OwnTickets {
                    tickets: kept,
                    due: (sale.state == SaleState::Held).then(|| due(sale.until.as_deref())),
                    buyer: sale.buyer,
                }
            }))
        })
    }
}
