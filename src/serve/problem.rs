//! Problems: what a refusal or a failure is answered with, as RFC 9457 says, with the command line's codes.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::office_problem::{AGAIN, code, detail, status};
use crate::error::{Error, Kind};
use crate::shown;

/// A problem.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(super) struct ProblemResponse(Box<ProblemReply>);

/// A problem, as `application/problem+json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[cfg_attr(test, schema(as = ProblemResponse))]
pub(super) struct ProblemReply {
    /// Always `about:blank`: `code` says which.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    #[cfg_attr(test, schema(minimum = 400, maximum = 599))]
    status: u16,
    /// What happened, in words for people.
    detail: String,
    /// What it is, for programs: as the command line names it, or `bad_request`, `unauthorized`, `forbidden`,
    /// `not_found`, `method_not_allowed`, `too_many_requests`, `overloaded`, `draining`, `unready`, `unreachable`.
    code: &'static str,
    /// How many are left, where fewer are than were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
    /// How many are held by others then.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<u64>,
    /// When the next of those is due, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    /// After how many seconds it may be tried again: in `Retry-After`.
    #[serde(skip)]
    retry_after: Option<u64>,
    /// The file of the event that does not add up, and its line: for those who run it.
    #[serde(skip)]
    broken_line: Option<(String, u64)>,
}

impl ProblemResponse {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(ProblemReply {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            left: None,
            held: None,
            due: None,
            retry_after: None,
            broken_line: None,
        }))
    }

    /// What a failure of the office is answered with. A failure of the house is told in the log, with its file.
    pub(super) fn of(error: &Error) -> Self {
        let status = status(error);
        if status.is_server_error() {
            tracing::error!(code = error.kind().code(), "{}", shown(&error.to_string()));
        }
        let mut problem = Self::new(status, code(error), detail(error));
        if let Kind::SoldOut { left } = error.kind() {
            problem.0.left = Some(left);
        }
        if error.kind() == Kind::Integrity {
            let place = error.place().filter(|place| place.line > 0);
            problem.0.broken_line =
                place.map(|it| (shown(&it.file.display().to_string()), it.line));
        }
        problem.0.held = error.held_tickets();
        problem.0.due = error.next_due().map(str::to_owned);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return problem.retry_after(1);
        }
        problem
    }

    /// The request itself makes no sense.
    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::refused(StatusCode::BAD_REQUEST, detail)
    }

    /// The same with another status of that kind.
    pub(super) fn refused(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::new(status, "bad_request", detail)
    }

    pub(super) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here")
    }

    /// There is no such sale, or its key is another one: nobody is told which.
    pub(super) fn no_such_sale() -> Self {
        let detail = "there is no such sale, or it has another key";
        Self::new(StatusCode::NOT_FOUND, Kind::Refused.code(), detail)
    }

    pub(super) fn method_not_allowed() -> Self {
        let detail = "this cannot be done here: the Allow header says what can";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    pub(super) fn too_many_requests(seconds: u64) -> Self {
        let detail = "too many of these from one address: try again later";
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self::new(status, "too_many_requests", detail).retry_after(seconds)
    }

    /// The queue is full, or an order has waited too long in it.
    pub(super) fn overloaded() -> Self {
        Self::later("overloaded", "too many orders at once; nothing was sold", 1)
    }

    /// All places of those who follow a count are taken.
    pub(super) fn too_many_follow() -> Self {
        let detail =
            "too many follow the count already: ask for /api/v1/event now and then instead";
        Self::later("overloaded", detail, 10)
    }

    /// The service is to end.
    pub(super) fn draining() -> Self {
        Self::later("draining", "the service ends just now; nothing was sold", 5)
    }

    /// An order was not begun in time.
    pub(super) fn stuck() -> Self {
        Self::later(
            "busy",
            "the event's files do not answer; nothing was changed",
            5,
        )
    }

    /// A part of the service is not ready.
    pub(super) fn unready(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unready", detail)
    }

    fn later(code: &'static str, detail: &str, seconds: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(seconds)
    }

    fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The sale has ended, and with it the time in which buyers cancel on their own.
    pub(super) fn too_late() -> Self {
        let detail = "the sale has ended; nothing was cancelled";
        Self::new(StatusCode::CONFLICT, Kind::Closed.code(), detail)
    }

    /// An order was begun, and nobody can say how it ended.
    pub(super) fn outcome_unknown() -> Self {
        let code = Kind::OutcomeUnknown.code();
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, AGAIN)
    }

    pub(super) fn code(&self) -> &'static str {
        self.0.code
    }

    pub(super) fn status(&self) -> StatusCode {
        let status = StatusCode::from_u16(self.0.status);
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// After how many seconds it may be tried again, where nothing was begun.
    pub(super) fn seconds_to_wait(&self) -> Option<u64> {
        self.0.retry_after
    }

    /// Whether the same can be sent again, with the same key, and come to something else.
    pub(super) fn may_be_tried_again(&self) -> bool {
        let status = self.status();
        status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
    }

    /// Whether it is that the key belongs to another order.
    pub(super) fn is_key_of_another(&self) -> bool {
        self.status() == StatusCode::UNPROCESSABLE_ENTITY && self.code() == Kind::Refused.code()
    }

    /// How many are left, where fewer are than were asked for.
    pub(super) fn left(&self) -> Option<u64> {
        self.0.left
    }

    /// Where the event's files do not add up: in which of them, and in which line.
    pub(super) fn broken_line(&self) -> Option<(&str, u64)> {
        let (file, line) = self.0.broken_line.as_ref()?;
        Some((file, *line))
    }

    pub(super) fn detail(&self) -> &str {
        &self.0.detail
    }
}

impl IntoResponse for ProblemResponse {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.0.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let body = serde_json::to_vec(&self).unwrap_or_default();
        (status, headers, body).into_response()
    }
}
