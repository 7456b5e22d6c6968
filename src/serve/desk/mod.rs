//! The desk: an evening run from a browser, by those who have a token. Plain HTML; a script keeps the counts up to date.
//!
//! Invariant: nobody's name is answered without a session. What is done goes through the same clerks as everybody's orders, and
//! stands on the ledger with the token's name.

mod access;
mod actions;
mod assets;
mod audit;
mod change;
mod cookie;
mod door;
mod figures;
mod form;
mod frame;
mod login;
mod manage;
mod order;
mod orders;
mod picture;
mod refusal;
mod rows;
mod sale;
mod table;
mod words;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::page::see_other;
use super::service::Site;

pub(super) use assets::routes as assets;

/// The pages of the desk of one event, at their whole paths.
pub(super) fn routes(prefix: &str) -> Router<Site> {
    let at = |path: &str| format!("{prefix}/desk{path}");
    let back = change::to_the_sale;
    Router::new()
        .route(&at(""), get(orders::orders))
        .route(&at("/"), get(to_the_desk))
        .route(&at("/login"), get(login::page).post(login::log_in))
        .route(&at("/logout"), get(to_the_desk).post(login::log_out))
        .route(&at("/sell"), get(to_the_desk).post(order::sell))
        .route(&at("/hold"), get(to_the_desk).post(order::hold))
        .route(&at("/adjust"), get(to_the_desk).post(manage::adjust))
        .route(&at("/close"), get(to_the_desk).post(manage::close))
        .route(&at("/reopen"), get(to_the_desk).post(manage::reopen))
        .route(&at("/sale/{id}"), get(sale::sale))
        .route(&at("/sale/{id}/cancel"), get(back).post(change::cancel))
        .route(&at("/sale/{id}/confirm"), get(back).post(change::confirm))
        .route(&at("/sale/{id}/release"), get(back).post(change::release))
        .route(&at("/figures"), get(figures::figures))
        .route(&at("/audit"), get(audit::audit))
        .route(&at("/door"), get(door::page))
        .route(&at("/door.csv"), get(door::csv))
}

/// Leads one who asks for a form's address by itself to the desk.
async fn to_the_desk(State(site): State<Site>) -> Response {
    see_other(&site.page("desk"))
}
