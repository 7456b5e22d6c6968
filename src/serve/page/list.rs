//! `/`, where there are several events: which ones.

use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

use super::language::Language;
use super::layout::Page;
use super::live::off_sale;
use super::view::EventView;
use super::words::Words;
use crate::serve::service::Service;

/// All events, with what is left of each.
pub(in crate::serve) async fn page(service: &Service, Language(words): Language) -> Response {
    let mut seen = Vec::new();
    for event in &service.events {
        seen.push((event, event.reader.read().await));
    }
    let root = service.root();
    let main = html! {
        header { h1 { (words.events) } }
        ul .events {
            @for (event, count) in &seen {
                li {
                    a href={ (root) (event.prefix) "/" } {
                        @match count {
                            Ok(count) => (entry(EventView::of(event, count), words)),
                            Err(_) => strong { (event.name) },
                        }
                    }
                }
            }
        }
    };
    let page = Page {
        status: StatusCode::OK,
        title: words.events,
        main,
    };
    page.answer(service, words)
}

fn entry(view: EventView<'_>, words: &'static Words) -> maud::Markup {
    let told = off_sale(view, words).map_or_else(|| words.left.of(view.left()), |(title, _)| title);
    html! {
        strong { (view.title(words)) }
        @if let Some(date) = view.date() { span .date { (date) } }
        span .told { (told) }
    }
}
