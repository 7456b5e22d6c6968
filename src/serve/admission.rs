//! Admission: what a request must pass before its handler sees it: the drain, and the limits of its address.

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::caller::Caller;
use super::problem::ProblemResponse;
use super::service::Site;

/// One more order of this caller: refused once the service is to end, or where its address has given too many.
pub(super) fn order(site: &Site, caller: Caller) -> Result<(), ProblemResponse> {
    if site.service.drain.has_begun() {
        return Err(ProblemResponse::draining());
    }
    site.service.limits.order(caller.counted)
}

/// What changes something is counted, and refused once the service is to end. So is what tries keys of sales.
pub(super) async fn admit(
    State(site): State<Site>,
    caller: Caller,
    request: Request,
    next: Next,
) -> Result<Response, ProblemResponse> {
    if [Method::POST, Method::DELETE].contains(request.method()) {
        order(&site, caller)?;
    }
    let route = request.extensions().get::<MatchedPath>();
    let is_of_one = route.is_some_and(|route| route.as_str().contains("{id}"));
    let is_by_key = is_of_one && !request.headers().contains_key(AUTHORIZATION);
    if !is_by_key {
        return Ok(next.run(request).await);
    }
    site.service.limits.may_guess(caller.counted)?;
    let answer = next.run(request).await;
    if answer.status() == StatusCode::NOT_FOUND {
        site.service.limits.guessed(caller.counted);
    }
    Ok(answer)
}
