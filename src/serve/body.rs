//! Bodies: JSON of a bounded size, read in a bounded time.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::timeout;

use super::api::openapi::schema;
use super::members;
use super::problem::ProblemResponse;
use super::service::Site;

/// The largest body, in bytes.
pub(super) const MAX_BODY: usize = 16 << 10;

/// How long a client may take to send one.
const TIME: Duration = Duration::from_secs(10);

/// What the description of the API has a schema of.
pub(super) trait Described: DeserializeOwned {
    /// Its name there.
    const NAME: &'static str;
}

/// A body that must be there.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

/// A body that may be left out: then it says nothing.
#[derive(Debug)]
pub(super) struct OptionalBody<T>(pub(super) T);

impl<T: Described> FromRequest<Site> for Body<T> {
    type Rejection = ProblemResponse;

    async fn from_request(request: Request, site: &Site) -> Result<Self, ProblemResponse> {
        check_type(request.headers())?;
        let bytes = read(request, site).await?;
        parse(&bytes).map(Self)
    }
}

impl<T: Described + Default> FromRequest<Site> for OptionalBody<T> {
    type Rejection = ProblemResponse;

    async fn from_request(request: Request, site: &Site) -> Result<Self, ProblemResponse> {
        let headers = request.headers().clone();
        let bytes = read(request, site).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        check_type(&headers)?;
        if bytes.trim_ascii() == b"null" {
            return Ok(Self(T::default()));
        }
        parse(&bytes).map(Self)
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), ProblemResponse> {
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|sent| sent.to_str().ok());
    let essence = sent.and_then(|sent| sent.split(';').next()).map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    let detail = "send the body as Content-Type: application/json";
    Err(ProblemResponse::refused(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        detail,
    ))
}

/// The whole body. An order whose body has not come when the service is to end was not accepted.
pub(super) async fn read(request: Request, site: &Site) -> Result<Bytes, ProblemResponse> {
    let body = Limited::new(request.into_body(), MAX_BODY).collect();
    known_bad!(BodyAwaited => return body.await.map(|body| body.to_bytes()).map_err(|_| ProblemResponse::not_found()));
    let read = tokio::select! {
        biased;
        read = timeout(TIME, body) => read,
        () = site.service.drain.begun() => return Err(ProblemResponse::draining()),
    };
    match read {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let detail = format!("a body has at most {MAX_BODY} bytes");
            Err(ProblemResponse::refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                detail,
            ))
        }
        Ok(Err(_)) => Err(ProblemResponse::bad_request("the body was broken off")),
        Err(_) => {
            let detail = format!("the body took longer than {} s", TIME.as_secs());
            Err(ProblemResponse::refused(
                StatusCode::REQUEST_TIMEOUT,
                detail,
            ))
        }
    }
}

/// JSON that is not what is expected is told from what is no JSON.
fn parse<T: Described>(bytes: &[u8]) -> Result<T, ProblemResponse> {
    serde_json::from_slice(bytes).map_err(|error| {
        let status = match error.classify() {
            Category::Data => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::BAD_REQUEST,
        };
        ProblemResponse::refused(status, members::wrong(schema(T::NAME), bytes))
    })
}
