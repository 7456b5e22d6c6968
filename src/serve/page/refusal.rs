//! Pages of what was refused or failed. Each has the status that the API answers with.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use maud::{Markup, html};

use super::form::OrderForm;
use super::layout::Page;
use super::origin::Foreign;
use super::page_key::PageKey;
use super::words::{Told, Words, fill};
use crate::serve::problem::ProblemResponse;
use crate::serve::service::{Service, Site};

/// What is to be sent again: the same, with the same key.
#[derive(Debug, Clone)]
pub(super) struct Again {
    pub(super) action: String,
    pub(super) order: OrderForm,
}

/// A problem, with a way to try again, or back.
pub(super) fn page(
    site: &Site,
    words: &Words,
    problem: &ProblemResponse,
    again: Option<&Again>,
) -> Response {
    let home = site.page("");
    of_service(&site.service, &home, words, problem, again)
}

/// The same where it is about no event.
pub(super) fn of_service(
    service: &Service,
    home: &str,
    words: &Words,
    problem: &ProblemResponse,
    again: Option<&Again>,
) -> Response {
    let again = again.filter(|_| problem.may_be_tried_again());
    let said = Said {
        status: problem.status(),
        told: words.problem(problem),
        more: html! { @if let Some(again) = again { (retry(words, problem, again)) } },
    };
    let mut answer = said.answer(service, home, words);
    if let Some(seconds) = problem.seconds_to_wait() {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

/// What a page says that sells nothing.
struct Said {
    status: StatusCode,
    told: Told,
    /// What stands below it.
    more: Markup,
}

impl Said {
    fn answer(self, service: &Service, home: &str, words: &Words) -> Response {
        let (title, text) = self.told;
        let main = html! {
            header { h1 { (title) } }
            p { (text) }
            (self.more)
            p { a href=(home) { (words.to_the_event) } }
        };
        let page = Page {
            status: self.status,
            title,
            main,
        };
        page.answer(service, words)
    }
}

/// The form that sends it again. What was not begun is tried again by the script too, without end.
fn retry(words: &Words, problem: &ProblemResponse, again: &Again) -> Markup {
    let OrderForm {
        key,
        buyer,
        quantity,
        time,
    } = &again.order;
    html! {
        form #again method="post" action=(again.action) data-wait=[problem.seconds_to_wait()]
            data-in=(words.trying_in) data-now=(words.trying_now) {
            @for (name, value) in [("key", key), ("buyer", buyer), ("quantity", quantity), ("for", time)] {
                @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
            button type="submit" { (words.try_again) }
            p #wait .hint role="status" {}
        }
    }
}

/// A form that was sent from another site. What was compared is told, for it may be a setting that is missing.
pub(in crate::serve) fn foreign(site: &Site, words: &Words, foreign: &Foreign) -> Response {
    tracing::warn!(
        "a form came from another origin than that of --public-url or, without it, of Host"
    );
    let compared = fill(&fill(words.compared, &foreign.came), &foreign.expected);
    let said = Said {
        status: StatusCode::FORBIDDEN,
        told: words.foreign,
        more: html! {
            p .hint { (compared) }
            @if site.service.public_url.is_empty() {
                p .hint { (words.for_operators) " " code { "tickets serve --public-url https://\u{2026}" } }
            }
        },
    };
    said.answer(&site.service, &site.page(""), words)
}

/// A form that made another order already.
pub(super) fn used(site: &Site, words: &Words, key: &PageKey) -> Response {
    let receipt = site.page(&format!("r/{}", key.as_str()));
    let said = Said {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        told: words.used_key,
        more: html! { p { a href=(receipt) { (words.see_order) } } },
    };
    said.answer(&site.service, &site.page(""), words)
}

#[cfg(test)]
mod tests {
    use super::super::words::ENGLISH;
    use super::*;

    fn form(problem: &ProblemResponse) -> String {
        let again = Again {
            action: "/book".to_owned(),
            order: OrderForm {
                key: "p-00".to_owned(),
                buyer: "a\"<b>".to_owned(),
                quantity: "2".to_owned(),
                time: "15m".to_owned(),
            },
        };
        retry(&ENGLISH, problem, &again).into_string()
    }

    #[test]
    fn the_same_is_sent_again_with_the_same_key_by_itself_only_where_nothing_was_begun() {
        let later = form(&ProblemResponse::overloaded());
        let unknown = form(&ProblemResponse::outcome_unknown());
        for form in [&later, &unknown] {
            for field in [
                "name=\"key\" value=\"p-00\"",
                "name=\"buyer\" value=\"a&quot;&lt;b&gt;\"",
                "name=\"quantity\" value=\"2\"",
                "name=\"for\" value=\"15m\"",
            ] {
                assert!(form.contains(field), "{form}");
            }
        }
        assert!(later.contains("data-wait=\"1\""), "{later}");
        assert!(!unknown.contains("data-wait"), "{unknown}");
        assert!(ProblemResponse::outcome_unknown().may_be_tried_again());
        assert!(!ProblemResponse::not_found().may_be_tried_again());
    }
}
