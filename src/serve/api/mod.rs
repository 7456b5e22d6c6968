//! The API: what is asked for, what is answered, and its description.

mod audit;
mod cancel;
#[cfg(test)]
mod description;
mod event;
#[cfg(test)]
mod failures;
mod holds;
mod management;
pub(super) mod openapi;
pub(super) mod replies;
mod sale;
mod sales;
pub(super) mod sell;
pub(super) mod stream;

use axum::Router;
use axum::routing::{delete, get, post};

use super::service::Site;

/// The API of one event.
pub(super) fn routes(site: &Site) -> Router<Site> {
    let text = openapi::text(site);
    let description = get(move || std::future::ready(openapi::answer(text.clone())));
    Router::new()
        .route("/api/v1/event", get(event::event))
        .route("/api/v1/sales", post(sell::sell).get(sales::sales))
        .route("/api/v1/sales/{id}", get(sale::sale))
        .route("/api/v1/sales/{id}/cancel", post(cancel::cancel))
        .route("/api/v1/holds", post(holds::hold))
        .route("/api/v1/holds/{id}/confirm", post(holds::confirm))
        .route("/api/v1/holds/{id}", delete(holds::release))
        .route("/api/v1/adjustments", post(management::adjust))
        .route("/api/v1/close", post(management::close))
        .route("/api/v1/reopen", post(management::reopen))
        .route("/api/v1/audit", get(audit::audit))
        .route("/api/v1/stream", get(stream::stream))
        .route("/api/v1/openapi.json", description)
}
