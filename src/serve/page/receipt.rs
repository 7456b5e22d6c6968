//! `/r/KEY`: what has become of an order that the page took. Its address is the proof, and is told to nobody.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use xxhash_rust::xxh3::xxh3_64;

use super::home::heading;
use super::language::Language;
use super::layout::Page;
use super::page_key::PageKey;
use super::refusal;
use super::view::{EventView, moment, seconds_until};
use super::words::{Words, fill};
use crate::office::{OnSale, SaleStatus, State as SaleState};
use crate::serve::api::stream::HEARTBEAT;
use crate::serve::caller::Caller;
use crate::serve::problem::ProblemResponse;
use crate::serve::reader::StreamCount;
use crate::serve::service::Site;

pub(super) async fn receipt(
    State(site): State<Site>,
    caller: Caller,
    Language(words): Language,
    Path(key): Path<String>,
) -> Response {
    let found = find(&site, caller, &key).await;
    match found {
        Ok(found) => show(&site, words, &found, StatusCode::OK, None),
        Err(problem) => refusal::page(&site, words, &problem, None),
    }
}

/// An order that the page took, and its key.
#[derive(Debug)]
pub(super) struct Found {
    /// The event. Invariant: it was looked at before the order was, so that what the order lacks has a later number.
    count: Arc<StreamCount>,
    pub(super) key: PageKey,
    pub(super) sale: SaleStatus,
}

/// Looks for the order of this key. What is no key of the page, and what is one of no order, is answered alike, and counted.
/// A right key is answered however many wrong ones came from its address: many share one, and nobody guesses 128 random bits.
pub(super) async fn find(site: &Site, caller: Caller, key: &str) -> Result<Found, ProblemResponse> {
    if let Some(key) = PageKey::parse(key) {
        let count = site.event.reader.read().await?;
        let wanted = key.as_str().to_owned();
        let looks = site
            .event
            .lookups
            .look(move |office| office.sale_by_key(&wanted));
        if let Some(sale) = looks.await? {
            return Ok(Found { count, key, sale });
        }
    }
    site.service.limits.may_guess(caller.counted)?;
    site.service.limits.guessed(caller.counted);
    Err(ProblemResponse::no_such_sale())
}

/// The receipt, with a notice above it where something was refused.
pub(super) fn show(
    site: &Site,
    words: &'static Words,
    found: &Found,
    status: StatusCode,
    notice: Option<&str>,
) -> Response {
    let view = EventView::of(&site.event, &found.count);
    let main = html! {
        (heading(view, words))
        @if let Some(notice) = notice { p .wrong role="alert" { (notice) } }
        (order(site, words, found, view, notice.is_some()))
        @if is_bought(&found.sale) { (cancel(site, words, found, view, notice)) }
        p .to-event { a href=(site.page("")) { (words.to_the_event) } }
    };
    let page = Page {
        status,
        title: view.title(words),
        main,
    };
    page.answer(&site.service, words)
}

/// What is shown of the order, and what the script follows it by. A page that stays answers a change, and says what came of it.
fn order(site: &Site, words: &Words, found: &Found, view: EventView<'_>, stays: bool) -> Markup {
    let sale = &found.sale;
    let own = site.page(&format!("r/{}", found.key.as_str()));
    html! {
        section #order data-stream=(site.page("api/v1/stream")) data-heartbeat=(HEARTBEAT.as_secs()) data-own=(own) data-home=(site.page(""))
            data-seq=(found.count.seq) data-version=(version(sale, view)) data-already=[already(words, sale)]
            data-lost=(words.lost) data-halted=(words.halted) data-stays=[stays.then_some("stays")] {
            (status_of(site, words, found, view))
            (details(words, sale))
            @if is_bought(sale) {
                p .hint { (words.receipt_hint) }
                p #address .hint {}
                button #copy .second type="button" hidden { (words.copy_link) }
                p #copied .hint role="status" data-text=(words.copied) {}
            }
            @if stays {
                p #changed .notice role="status" data-text=(words.overtaken) {}
                p #reload hidden { a href=(own) { (words.reload) } }
            }
        }
    }
}

/// Changes with what the receipt shows.
fn version(sale: &SaleStatus, view: EventView<'_>) -> String {
    let shown = (
        sale.state,
        &sale.buyer,
        sale.quantity,
        sale.cancelled,
        &sale.until,
        view.may_cancel(),
    );
    format!("{:016x}", xxh3_64(format!("{shown:?}").as_bytes()))
}

/// What the form says of it to who comes back to it.
fn already(words: &Words, sale: &SaleStatus) -> Option<String> {
    match sale.state {
        SaleState::Valid | SaleState::Part => Some(words.already.of(kept(sale))),
        SaleState::Held => Some(words.already_held.of(sale.quantity)),
        _ => None,
    }
}

fn is_bought(sale: &SaleStatus) -> bool {
    matches!(sale.state, SaleState::Valid | SaleState::Part)
}

/// How many of an order are still the buyer's.
fn kept(sale: &SaleStatus) -> u64 {
    sale.quantity.saturating_sub(sale.cancelled)
}

fn status_of(site: &Site, words: &Words, found: &Found, view: EventView<'_>) -> Markup {
    let sale = &found.sale;
    let plain = |(title, text): (&str, &str)| {
        html! { h2 .state { (title) } p { (text) } }
    };
    match sale.state {
        SaleState::Valid | SaleState::Part => {
            html! { h2 .state .good { (words.bought.of(kept(sale))) } }
        }
        SaleState::Held => held(site, words, found),
        SaleState::Cancelled => plain(words.cancelled),
        SaleState::Released => plain(words.released),
        SaleState::Expired => html! {
            (plain(words.expired))
            @if view.on_sale() == OnSale::Open { p .count { (words.left.of(view.left())) } }
        },
    }
}

fn details(words: &Words, sale: &SaleStatus) -> Markup {
    html! {
        dl {
            div { dt { (words.label_name) } dd { (sale.buyer) } }
            div { dt { (words.label_quantity) } dd { (sale.quantity) } }
            @if sale.cancelled > 0 {
                div { dt { (words.label_cancelled) } dd { (sale.cancelled) } }
            }
            div { dt { (words.label_id) } dd { (sale.id) } }
            div { dt { (words.label_at) } dd { (moment(&sale.at)) } }
        }
    }
}

/// A button that does something with this order.
fn button(site: &Site, found: &Found, action: &str, class: &str, text: &str) -> Markup {
    let place = site.page(&format!("r/{}/{action}", found.key.as_str()));
    html! {
        form method="post" action=(place) {
            button type="submit" class=(class) { (text) }
        }
    }
}

/// What is held: until when, and what can be done with it.
fn held(site: &Site, words: &Words, found: &Found) -> Markup {
    let sale = &found.sale;
    let until = sale.until.as_deref().unwrap_or_default();
    let left = seconds_until(until);
    let time = std::time::Duration::from_secs(left);
    html! {
        h2 .state { (words.held.of(sale.quantity)) }
        @if left > 0 {
            p #until { (fill(words.held_until, &moment(until))) }
            p .count { (words.time_left) " " span #remaining data-seconds=(left) { (words.span(time)) } }
        }
        p #over .notice role="status" data-text=(words.held_over) {
            @if left == 0 { (words.held_over) }
        }
        p #silent .notice role="status" {}
        div .actions {
            (button(site, found, "confirm", "first", &words.confirm.of(sale.quantity)))
            (button(site, found, "release", "second", words.release))
        }
    }
}

/// The button that cancels, behind another one: a slip of the finger gives nothing back.
fn cancel(
    site: &Site,
    words: &Words,
    found: &Found,
    view: EventView<'_>,
    notice: Option<&str>,
) -> Markup {
    if !view.may_cancel() {
        let is_said = notice == Some(words.cancel_too_late);
        return html! { @if !is_said { p .hint { (words.cancel_too_late) } } };
    }
    let many = words.cancel_now.of(kept(&found.sale));
    html! {
        details {
            summary { (words.cancel) }
            p { (words.cancel_hint) }
            (button(site, found, "cancel", "danger", &many))
        }
    }
}
