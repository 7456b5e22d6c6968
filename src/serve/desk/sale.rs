//! One sale or hold: what it is by now, what happened, and what can be done with it.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::access::{Desk, new_key};
use super::form::DeskForm;
use super::frame::{self, DeskPage};
use super::table::TableQuery;
use super::words::DeskWords;
use crate::office::{Happened, History, MAX_REASON, OnSale, State};
use crate::serve::page::{EventView, fill, moment, seconds_until};
use crate::serve::problem::ProblemResponse;

/// The longest id, in bytes: a number of 20 digits and six letters.
const LONGEST_ID: usize = 27;

pub(super) async fn sale(
    desk: Desk,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let wanted = TableQuery::parse(query.as_deref());
    let notice = desk.words.done(&wanted.done).map(Notice::Done);
    match show(&desk, &id, notice, StatusCode::OK).await {
        Ok(answer) => answer,
        Err(problem) => frame::problem(&desk, &problem),
    }
}

/// What is said above it.
#[derive(Debug)]
pub(super) enum Notice<'n> {
    Done(&'static str),
    /// Why a form was refused; as it was filled in, where it can be sent again.
    Refused(String, Option<&'n DeskForm>),
}

/// A sale or a hold with all that happened to it.
pub(super) async fn find(desk: &Desk, id: &str) -> Result<History, ProblemResponse> {
    let id = checked(id)?;
    let lookups = &desk.site.event.lookups;
    lookups.look(move |office| office.history(&id)).await
}

/// The id, where it can be one.
pub(super) fn checked(id: &str) -> Result<String, ProblemResponse> {
    if id.len() > LONGEST_ID || !id.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(ProblemResponse::no_such_sale());
    }
    Ok(id.to_owned())
}

pub(super) async fn show(
    desk: &Desk,
    id: &str,
    notice: Option<Notice<'_>>,
    status: StatusCode,
) -> Result<Response, ProblemResponse> {
    let event = &desk.site.event;
    let count = event.reader.read().await?;
    let view = EventView::of(event, &count);
    let sale = find(desk, id).await?;
    let words = desk.words;
    let (wrong, form) = match &notice {
        Some(Notice::Refused(wrong, form)) => (Some(wrong), *form),
        _ => (None, None),
    };
    let main = html! {
        @if let Some(wrong) = wrong { p #wrong .wrong role="alert" { (wrong) } }
        @if let Some(Notice::Done(done)) = &notice { p .notice role="status" { (done) } }
        h2 { (sale.buyer) }
        p .state { (state(words, &sale)) }
        (details(words, &sale))
        @match sale.state {
            State::Valid | State::Part => (cancel(desk, &sale, (form, view.on_sale()))?),
            State::Held => (end(desk, &sale)?),
            _ => {},
        }
        (history(words, &sale))
        p { a href=(desk.path("")) { (words.back) } }
    };
    let page = DeskPage {
        status,
        event: Some(view),
        part: "/sale",
        main,
    };
    Ok(page.answer(desk))
}

fn kept(sale: &History) -> u64 {
    sale.quantity.saturating_sub(sale.cancelled)
}

/// Until when it is held, or was.
fn until(sale: &History) -> Option<&str> {
    sale.events.iter().find_map(|it| it.until.as_deref())
}

fn state(words: &DeskWords, sale: &History) -> String {
    let (cancelled, quantity) = (sale.cancelled.to_string(), sale.quantity.to_string());
    match (sale.state, until(sale)) {
        (State::Part, _) => DeskWords::with(words.part, &cancelled, &quantity),
        (State::Held, Some(until)) if seconds_until(until) > 0 => {
            fill(words.held_until, &moment(until))
        }
        (State::Held, _) => words.held_due.to_owned(),
        (state, _) => words.state(state).to_owned(),
    }
}

fn details(words: &DeskWords, sale: &History) -> Markup {
    let tickets = match sale.state {
        State::Valid | State::Part => kept(sale),
        _ => sale.quantity,
    };
    let note = sale.events.iter().find_map(|it| it.note.as_deref());
    html! {
        dl {
            div { dt { (words.tickets) } dd { (tickets) } }
            div { dt { (words.number) } dd { (sale.id) } }
            @if let Some(note) = note { div { dt { (words.note) } dd { (note) } } }
        }
    }
}

/// The form that cancels: as many as are kept, unless it is told otherwise.
fn cancel(
    desk: &Desk,
    sale: &History,
    (form, on_sale): (Option<&DeskForm>, OnSale),
) -> Result<Markup, ProblemResponse> {
    let (words, kept) = (desk.words, kept(sale).to_string());
    let hint = match on_sale {
        OnSale::Open | OnSale::SoldOut => words.cancel_hint,
        OnSale::Closed | OnSale::NotYet | OnSale::Over => words.cancel_hint_unsold,
    };
    let key = match form {
        Some(form) => form.key.clone(),
        None => new_key()?,
    };
    let quantity = form.map_or(&*kept, |form| &form.quantity);
    let reason = form.map_or("", |form| &form.reason);
    Ok(html! {
        details open[form.is_some()] {
            summary { (words.cancel) }
            p { (hint) }
            form method="post" action=(desk.path(&format!("/sale/{}/cancel", sale.id))) {
                (desk.hidden(&key))
                div .field {
                    label for="quantity" { (words.tickets) }
                    input #quantity name="quantity" type="number" inputmode="numeric" min="1" max=(kept) step="1"
                        value=(quantity) required;
                }
                div .field {
                    label for="reason" { (words.reason) " " span .hint { (words.optional) } }
                    input #reason name="reason" maxlength=(MAX_REASON) autocomplete="off" value=(reason);
                }
                button .danger type="submit" { (words.cancel_now) }
            }
        }
    })
}

/// The buttons that end a hold.
fn end(desk: &Desk, sale: &History) -> Result<Markup, ProblemResponse> {
    let words = desk.words;
    let confirm = words.confirm.of(sale.quantity);
    let (confirm_key, release_key) = (new_key()?, new_key()?);
    let button = |act: &str, class: &str, key: &str, name: &str| {
        html! {
            form method="post" action=(desk.path(&format!("/sale/{}/{act}", sale.id))) {
                (desk.hidden(key))
                button type="submit" class=(class) { (name) }
            }
        }
    };
    Ok(html! {
        div .actions {
            (button("confirm", "first", &confirm_key, &confirm))
            (button("release", "second", &release_key, words.release))
        }
    })
}

fn history(words: &DeskWords, sale: &History) -> Markup {
    html! {
        h2 { (words.history) }
        ol .history {
            @for event in &sale.events {
                li { (happened(words, event)) }
            }
        }
    }
}

fn happened(words: &DeskWords, event: &Happened) -> Markup {
    html! {
        span .when { (moment(&event.at)) } " "
        strong { (words.happened(event.what)) }
        @if event.quantity > 0 { ": " (words.tickets_in_all.of(event.quantity)) }
        @if event.what == "rename" { ": " (event.buyer) }
        @if let Some(by) = &event.by { " " (fill(words.by, by)) }
        @if let Some(why) = event.reason.as_ref().or(event.note.as_ref()) { " \u{b7} " (why) }
    }
}
