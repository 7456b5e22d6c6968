//! Whether everything adds up.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::access::Desk;
use super::frame::{self, DeskPage};
use super::words::DeskWords;
use crate::serve::page::{EventView, moment};
use crate::serve::problem::ProblemResponse;
use crate::serve::roll::AuditState;

/// What the last audit found, in a line.
pub(super) fn short(desk: &Desk, audit: Option<&AuditState>) -> Markup {
    let words = desk.words;
    let (class, told) = match audit {
        None => ("hint", words.audit_none),
        Some(audit) if audit.findings.is_empty() => ("hint", words.audit_good),
        Some(_) => ("bad", words.audit_bad),
    };
    html! {
        p #audit .(class) {
            (words.audit) ": " (told)
            @if let Some(audit) = audit { " (" (checked(words, audit)) ")" }
            " " a href=(desk.path("/audit")) { (words.audit_now) }
        }
    }
}

fn checked(words: &DeskWords, audit: &AuditState) -> String {
    DeskWords::with(words.audit_at, &audit.lines.to_string(), &moment(&audit.at))
}

/// Verifies all of it, and says what was found.
pub(super) async fn audit(desk: Desk) -> Response {
    match page(&desk).await {
        Ok(answer) => answer,
        Err(problem) => frame::problem(&desk, &problem),
    }
}

async fn page(desk: &Desk) -> Result<Response, ProblemResponse> {
    let event = &desk.site.event;
    let audit = event.roll.audit(&event.lookups).await?;
    // An event that does not add up has no count, and its audit says why.
    let count = event.reader.read().await.ok();
    let words = desk.words;
    let main = html! {
        h2 { (words.audit) }
        @if audit.findings.is_empty() {
            p .state .good { (words.audit_good) }
        } @else {
            p .state .bad role="alert" { (words.audit_bad) }
            ul { @for finding in &audit.findings { li lang="en" { (finding) } } }
        }
        p .hint { (checked(words, &audit)) }
        p { a href=(desk.path("")) { (words.back) } }
    };
    let page = DeskPage {
        status: StatusCode::OK,
        event: count.as_ref().map(|count| EventView::of(event, count)),
        part: "/audit",
        main,
    };
    Ok(page.answer(desk))
}
