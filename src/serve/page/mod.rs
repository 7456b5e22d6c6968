//! The page: an event sold to people, in plain HTML. A script keeps open pages up to date, and tries again.
//!
//! Invariant: each page is made for one browser and is kept nowhere. The form's key, which the page makes, is the one proof of
//! the order that is given with it, and stands in no log.

mod assets;
mod book;
mod change;
mod fallback;
mod form;
mod home;
mod language;
mod layout;
mod list;
mod live;
mod origin;
mod page_key;
mod place;
mod receipt;
mod refusal;
mod view;
mod words;

use axum::Router;
use axum::routing::get;

use super::service::Site;

pub(super) use assets::{Asset, ICON, STYLE, routes as assets, routes_of as assets_of};
pub(super) use fallback::{method_not_allowed, not_found, wanted};
pub(super) use form::read as read_form;
pub(super) use language::Language;
pub(super) use layout::{Frame, document, headers, see_other};
pub(super) use list::page as list;
pub(super) use origin::check as check_origin;
pub(super) use refusal::foreign;
pub(super) use view::{EventView, moment, seconds_until};
pub(super) use words::{Plural, Words, fill};

/// The pages of one event, at their whole paths.
pub(super) fn routes(prefix: &str) -> Router<Site> {
    let at = |path: &str| format!("{prefix}/{path}");
    let back = change::to_the_receipt;
    let mut router = Router::new()
        .route(&at(""), get(home::home))
        .route(&at("book"), get(book::to_the_form).post(book::book))
        .route(&at("hold"), get(book::to_the_form).post(book::hold))
        .route(&at("r/{key}"), get(receipt::receipt))
        .route(&at("r/{key}/cancel"), get(back).post(change::cancel))
        .route(&at("r/{key}/confirm"), get(back).post(change::confirm))
        .route(&at("r/{key}/release"), get(back).post(change::release));
    if !prefix.is_empty() {
        // A slash is easily left out.
        router = router.route(prefix, get(book::to_the_form));
    }
    router
}
