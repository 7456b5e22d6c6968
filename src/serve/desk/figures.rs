//! What was sold over time: as a picture, and as a table that says the same.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};

use super::access::Desk;
use super::audit::short;
use super::frame::{self, DeskPage};
use super::picture::SoldCurve;
use super::words::DeskWords;
use crate::serve::page::{EventView, fill};
use crate::serve::problem::ProblemResponse;

/// So many rows say what the picture shows.
const ROWS: i64 = 12;

pub(super) async fn figures(desk: Desk) -> Response {
    match page(&desk).await {
        Ok(answer) => answer,
        Err(problem) => frame::problem(&desk, &problem),
    }
}

async fn page(desk: &Desk) -> Result<Response, ProblemResponse> {
    let event = &desk.site.event;
    let count = event.reader.read().await?;
    let looks = event
        .roll
        .look(&event.lookups, |roll| roll.sold_over_time().totals());
    let points = looks.await?;
    let audit = event.roll.last_audit(&event.lookups).await?;
    let curve = SoldCurve::of(points, Timestamp::now().as_millisecond());
    let view = EventView::of(event, &count);
    let words = desk.words;
    let main = html! {
        h2 { (words.over_time) }
        @match &curve {
            Some(curve) => (shown(words, curve)),
            None => p { (words.nothing_sold) },
        }
        dl {
            div { dt { (words.left) } dd { (view.left()) } }
            div { dt { (words.sold) } dd { (view.sold()) } }
            div { dt { (words.held) } dd { (view.held()) } }
        }
        @if view.due() > 0 { p .hint { (words.due_still.of(view.due())) } }
        (short(desk, audit.as_ref()))
    };
    let page = DeskPage {
        status: StatusCode::OK,
        event: Some(view),
        part: "/figures",
        main,
    };
    Ok(page.answer(desk))
}

fn shown(words: &DeskWords, curve: &SoldCurve) -> Markup {
    let text = DeskWords::with(words.over_time_text, &curve.start(), &curve.end());
    let text = fill(&text, &curve.total().to_string());
    html! {
        figure {
            (curve.svg(words.over_time, &text))
            figcaption .hint { (text) }
        }
        details {
            summary { (words.until_then) }
            table .plain {
                thead { tr { th scope="col" { (words.when) } th scope="col" .number { (words.sold) } } }
                tbody {
                    @for (when, sold) in curve.rows(ROWS) { tr { td { (when) } td .number { (sold) } } }
                }
            }
        }
    }
}
