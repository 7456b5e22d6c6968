//! The API: what is asked for, what is answered, and its description.

mod audit;
mod cancel;
mod event;
pub(super) mod failures;
mod holds;
mod management;
mod openapi;
pub(super) mod replies;
mod sale;
mod sales;
pub(super) mod sell;
pub(super) mod stream;

use axum::Router;
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service::Site;

/// The API of one event.
pub(super) fn routes(site: &Site) -> Router<Site> {
    let (router, document) = OpenApiRouter::with_openapi(openapi::Document::openapi())
        .routes(routes!(event::event))
        .routes(routes!(sell::sell, sales::sales))
        .routes(routes!(sale::sale))
        .routes(routes!(cancel::cancel))
        .routes(routes!(holds::hold))
        .routes(routes!(holds::confirm))
        .routes(routes!(holds::release))
        .routes(routes!(management::adjust))
        .routes(routes!(management::close))
        .routes(routes!(management::reopen))
        .routes(routes!(audit::audit))
        .routes(routes!(stream::stream))
        .split_for_parts();
    let text = openapi::text(document, site);
    let description = get(move || std::future::ready(openapi::answer(text.clone())));
    router.route("/api/v1/openapi.json", description)
}
