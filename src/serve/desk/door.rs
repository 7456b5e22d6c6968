//! The list for the door: to print, and for a spreadsheet.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use maud::html;

use super::access::Desk;
use super::assets::{DESK_SCRIPT, DOOR_BAR_STYLE, DOOR_STYLE};
use super::frame;
use crate::guest_list::{self, GuestListPage, MARK};
use crate::serve::page::{ICON, document, headers};
use crate::serve::problem::ProblemResponse;

/// As it is printed.
pub(super) async fn page(desk: Desk) -> Response {
    match print(&desk).await {
        Ok(answer) => answer,
        Err(problem) => frame::problem(&desk, &problem),
    }
}

async fn print(desk: &Desk) -> Result<Response, ProblemResponse> {
    let read =
        |office: &crate::BoxOffice| Ok((office.settings()?, office.guests()?, office.state()?));
    let (settings, guests, state) = desk.site.event.lookups.look(read).await?;
    let mut settings = settings.unwrap_or_default();
    if settings.title.is_none() {
        let name = Some(desk.site.event.name.clone());
        settings.title = name.filter(|name| !name.is_empty());
    }
    let (words, root) = (desk.words, desk.site.service.root());
    let head = html! {
        meta name="robots" content="noarchive";
        link rel="icon" href={ (root) (ICON.path()) };
        link rel="stylesheet" href={ (root) (DOOR_STYLE.path()) };
        link rel="stylesheet" href={ (root) (DOOR_BAR_STYLE.path()) };
        script src={ (root) (DESK_SCRIPT.path()) } defer {}
    };
    let top = html! {
        nav {
            a href=(desk.path("")) { (words.back) } " "
            a href=(desk.path("/door.csv")) { (words.door_csv) } " "
            button #print type="button" hidden { (words.print) }
        }
    };
    let page = GuestListPage {
        event: &settings,
        total: guests.iter().map(|guest| guest.quantity).sum(),
        guests: &guests,
        held: state.held.saturating_add(state.due),
        words: &words.guest_list,
    };
    let text = page.with(&head.into_string(), &top.into_string());
    Ok(document(StatusCode::OK, desk.page_words.lang, text))
}

/// With the mark by which spreadsheets know its letters: people open it there.
pub(super) async fn csv(desk: Desk) -> Response {
    let separator = desk.words.separator();
    let read =
        move |office: &crate::BoxOffice| guest_list::csv(&office.guests()?, separator, false);
    let rows = match desk.site.event.lookups.look(read).await {
        Ok(rows) => rows,
        Err(problem) => return frame::problem(&desk, &problem),
    };
    let mut headers = headers();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    let name = file_name(&desk.site.event.name);
    let disposition = format!("attachment; filename=\"{name}-door.csv\"");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    (headers, [MARK.as_bytes(), &rows].concat()).into_response()
}

/// The event's name as far as it can be a part of a file's everywhere.
fn file_name(event: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    event.chars().filter(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_plain_letters() {
        assert_eq!(file_name("g\u{e4}la\"; x/..\\1-b"), "glax1-b");
    }
}
