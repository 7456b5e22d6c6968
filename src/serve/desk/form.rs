//! What the forms of the desk send.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::access::Desk;
use super::frame;
use crate::ledger::MAX_STOCK;
use crate::office::MAX_REASON;
use crate::serve::page::{check_origin, foreign, read_form};

/// The longest time that tickets are held.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// A form as it was filled in, word for word. Each has some of these fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct DeskForm {
    /// That it is a form of this session.
    form: String,
    /// The idempotency key.
    pub(super) key: String,
    pub(super) buyer: String,
    pub(super) quantity: String,
    pub(super) note: String,
    pub(super) reason: String,
    pub(super) time: String,
}

impl DeskForm {
    /// Reads one that was sent from a page of this session; else what is answered.
    pub(super) async fn read(desk: &Desk, request: Request) -> Result<Self, Response> {
        let service = &desk.site.service;
        if let Err(other) = check_origin(service, request.headers()) {
            return Err(foreign(&desk.site, desk.page_words, &other));
        }
        let form = read_form::<Self>(request, &desk.site).await;
        let form = form.map_err(|problem| frame::problem(desk, &problem))?;
        if !desk.made(&form.form) {
            let status = StatusCode::FORBIDDEN;
            return Err(frame::plain(desk, status, desk.words.other_form));
        }
        if service.drain.has_begun() {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return Err(frame::plain(desk, status, desk.words.later));
        }
        if form.key.is_empty() {
            return Err(frame::plain(
                desk,
                StatusCode::BAD_REQUEST,
                desk.words.other_form,
            ));
        }
        Ok(form)
    }

    /// How many tickets; `None`: that is no number of tickets.
    pub(super) fn tickets(&self) -> Option<u64> {
        let number = self.quantity.trim().parse().ok();
        number.filter(|number| (1..=MAX_STOCK).contains(number))
    }

    /// By how many the stock is to be changed.
    pub(super) fn change(&self) -> Option<i64> {
        let text = self.quantity.trim().replace('\u{2212}', "-");
        let number = text.parse::<i64>().ok();
        number.filter(|number| (1..=MAX_STOCK).contains(&number.unsigned_abs()))
    }

    /// For how long tickets are to be held; `Err`: that is no time.
    pub(super) fn time(&self) -> Result<Option<Duration>, ()> {
        let text = self.time.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let time = humantime::parse_duration(text).map_err(|_| ())?;
        let fits = !time.is_zero() && time <= LONGEST;
        fits.then_some(Some(time)).ok_or(())
    }

    /// The note; `None`: there is none.
    pub(super) fn note(&self) -> Option<String> {
        text(&self.note)
    }

    /// The reason; `None`: there is none.
    pub(super) fn reason(&self) -> Option<String> {
        text(&self.reason)
    }

    /// Whether note and reason have room on the ledger.
    pub(super) fn has_room(&self) -> bool {
        self.note.trim().len() <= MAX_REASON && self.reason.trim().len() <= MAX_REASON
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.trim())
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_people_fill_them_in() {
        let form = |quantity: &str, time: &str| DeskForm {
            quantity: quantity.to_owned(),
            time: time.to_owned(),
            ..DeskForm::default()
        };
        let minutes = |minutes: u64| Ok(Some(Duration::from_secs(60 * minutes)));
        for (quantity, time, tickets, change, span) in [
            (" 3 ", "15m", Some(3), Some(3), minutes(15)),
            ("-2", " 2h ", None, Some(-2), minutes(120)),
            ("\u{2212}2", "", None, Some(-2), Ok(None)),
            ("0", "0s", None, None, Err(())),
            ("two", "soon", None, None, Err(())),
            ("99999999999999999999", "9999days", None, None, Err(())),
        ] {
            let form = form(quantity, time);
            assert_eq!(
                (form.tickets(), form.change(), form.time()),
                (tickets, change, span)
            );
        }
    }
}
