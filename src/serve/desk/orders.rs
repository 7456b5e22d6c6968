//! The desk itself: what is left, what can be done, and the list of orders.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::access::Desk;
use super::actions::{FilledAct, actions};
use super::audit::short;
use super::frame::{self, DeskPage};
use super::rows::list;
use super::table::TableQuery;
use crate::office::OnSale;
use crate::serve::page::EventView;
use crate::serve::problem::ProblemResponse;

pub(super) async fn orders(desk: Desk, RawQuery(query): RawQuery) -> Response {
    let wanted = TableQuery::parse(query.as_deref());
    show(&desk, &wanted, None, StatusCode::OK).await
}

/// The same with a form that was refused, as it was filled in.
pub(super) async fn again(desk: &Desk, filled: FilledAct<'_>, status: StatusCode) -> Response {
    show(desk, &TableQuery::default(), Some(filled), status).await
}

async fn show(
    desk: &Desk,
    wanted: &TableQuery,
    filled: Option<FilledAct<'_>>,
    status: StatusCode,
) -> Response {
    match page(desk, wanted, filled, status).await {
        Ok(answer) => answer,
        Err(problem) => frame::problem(desk, &problem),
    }
}

async fn page(
    desk: &Desk,
    wanted: &TableQuery,
    filled: Option<FilledAct<'_>>,
    status: StatusCode,
) -> Result<Response, ProblemResponse> {
    let event = &desk.site.event;
    let count = event.reader.read().await?;
    let query = wanted.clone();
    let looks = event
        .roll
        .look(&event.lookups, move |roll| query.page_of(roll));
    let table = looks.await?;
    let audit = event.roll.last_audit(&event.lookups).await?;
    let view = EventView::of(event, &count);
    let done = desk.words.done(&wanted.done);
    // Whose hold stands, or is due, can buy by it while nothing else is sold.
    let held = Some(view.held_in_all()).filter(|held| *held > 0 && wanted.done == "closed");
    let held = held.map(|held| desk.words.held_still.of(held));
    let main = html! {
        @if let Some(filled) = &filled { p #wrong .wrong role="alert" { (filled.wrong) } }
        @if let Some(done) = done {
            p .notice role="status" { (done) @if let Some(held) = held { " " (held) } }
        }
        (counts(desk, view))
        (short(desk, audit.as_ref()))
        (actions(desk, view, filled.as_ref())?)
        p #changed .notice role="status" data-text=(desk.words.stale) {}
        p #reload hidden { a href=(desk.path(&wanted.at_page(table.page))) { (desk.words.reload) } }
        (list(desk, wanted, &table))
    };
    let page = DeskPage {
        status,
        event: Some(view),
        part: "",
        main,
    };
    Ok(page.answer(desk))
}

/// What is left, sold and held, which the script keeps up to date.
fn counts(desk: &Desk, view: EventView<'_>) -> Markup {
    let words = desk.words;
    let on = |on_sale| words.on_sale(on_sale);
    let numbers = [
        ("left", view.left(), words.left),
        ("sold", view.sold(), words.sold),
        ("held", view.held(), words.held),
    ];
    html! {
        section #counts .counts data-stream=(desk.site.page("api/v1/stream"))
            data-open=(on(OnSale::Open)) data-closed=(on(OnSale::Closed)) data-not_yet=(on(OnSale::NotYet))
            data-over=(on(OnSale::Over)) data-sold_out=(on(OnSale::SoldOut)) {
            dl {
                @for (id, number, name) in numbers {
                    div { dt { (name) } dd id=(id) { (number) } }
                }
            }
            p #on-sale .state { (on(view.on_sale())) }
            @if view.due() > 0 { p #due .hint { (words.due_still.of(view.due())) } }
        }
    }
}
