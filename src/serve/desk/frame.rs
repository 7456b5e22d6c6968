//! The frame of each page of the desk: the event, the ways to its parts, and who has logged in.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use maud::{Markup, html};

use super::access::Desk;
use super::assets::{DESK_SCRIPT, DESK_STYLE};
use super::refusal;
use crate::serve::page::{EventView, Frame, STYLE, fill};
use crate::serve::problem::ProblemResponse;

/// A page of the desk.
#[derive(Debug)]
pub(super) struct DeskPage<'p> {
    pub(super) status: StatusCode,
    /// What the event is called, and when it takes place, where that is known.
    pub(super) event: Option<EventView<'p>>,
    /// The part of the desk that it is, as in its path.
    pub(super) part: &'p str,
    pub(super) main: Markup,
}

impl DeskPage<'_> {
    pub(super) fn answer(&self, desk: &Desk) -> Response {
        let words = desk.words;
        let event = self.event.map(|view| view.title(desk.page_words));
        let title = match event {
            Some(event) => format!("{} \u{b7} {event}", words.desk),
            None => words.desk.to_owned(),
        };
        let body = html! {
            main .desk {
                header {
                    h1 { (event.unwrap_or(words.desk)) }
                    @if let Some(date) = self.event.and_then(EventView::date) { p .date { (date) } }
                }
                (self.ways(desk))
                (self.main)
            }
        };
        let frame = Frame {
            status: self.status,
            lang: desk.page_words.lang,
            title: &title,
            styles: &[STYLE, DESK_STYLE],
            script: DESK_SCRIPT,
            body: &body,
        };
        frame.answer(&desk.site.service)
    }

    fn ways(&self, desk: &Desk) -> Markup {
        let words = desk.words;
        let parts = [
            ("", words.orders),
            ("/figures", words.figures),
            ("/door", words.door_list),
            ("/door.csv", words.door_csv),
        ];
        html! {
            nav aria-label=(words.desk) {
                ul {
                    @for (part, name) in parts {
                        li {
                            a href=(desk.path(part)) aria-current=[(part == self.part).then_some("page")] { (name) }
                        }
                    }
                }
                form method="post" action=(desk.path("/logout")) {
                    (desk.hidden(""))
                    span { (fill(words.logged_in_as, &desk.by)) }
                    button .second type="submit" { (words.log_out) }
                }
            }
        }
    }
}

/// A page that says only that.
pub(super) fn plain(desk: &Desk, status: StatusCode, text: &str) -> Response {
    let page = DeskPage {
        status,
        event: None,
        part: "-",
        main: html! {
            p .wrong role="alert" { (text) }
            p {
                a href=(desk.path("")) { (desk.words.back) }
                @if status == StatusCode::INTERNAL_SERVER_ERROR {
                    " " a href=(desk.path("/audit")) { (desk.words.audit_now) }
                }
            }
        },
    };
    page.answer(desk)
}

/// The same of a problem.
pub(super) fn problem(desk: &Desk, problem: &ProblemResponse) -> Response {
    let mut answer = plain(desk, problem.status(), &refusal::told(desk.words, problem));
    if let Some(seconds) = problem.seconds_to_wait() {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}
