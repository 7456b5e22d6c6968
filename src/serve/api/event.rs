//! `GET /api/v1/event`.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

#[cfg(test)]
use super::failures::Failures;
#[cfg(test)]
use super::replies::EventReply;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;

/// What the event holds, and whether it is on sale
#[cfg_attr(test, utoipa::path(
    get,
    path = "/api/v1/event",
    tag = "event",
    params(("If-None-Match" = Option<String>, Header, description = "The ETag of what is known already")),
    responses(
        (status = 200, description = "What it holds", body = EventReply, content_type = "application/json", headers(("ETag" = String, description = "Changes with what it holds"))),
        (status = 304, description = "As it is known already"),
        Failures,
    )
))]
pub(super) async fn event(
    State(site): State<Site>,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    let count = site.event.reader.read().await?;
    let revalidated = HeaderValue::from_static("no-cache");
    let about = [(ETAG, count.etag.clone()), (CACHE_CONTROL, revalidated)];
    if is_known(&headers, &count.etag) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let kind = [(CONTENT_TYPE, "application/json")];
    Ok((about, kind, count.body.clone()).into_response())
}

/// Whether one of the tags that the client has is this one.
fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let tag = etag.to_str().unwrap_or_default().trim_start_matches("W/");
    let sent = headers.get_all(IF_NONE_MATCH).iter();
    let tags = sent
        .filter_map(|sent| sent.to_str().ok())
        .flat_map(|sent| sent.split(','));
    tags.map(str::trim)
        .any(|sent| sent == "*" || sent.trim_start_matches("W/") == tag)
}
