//! The problems that the requests of the API can meet, as its description lists them.

use utoipa::IntoResponses;

use crate::serve::problem::ProblemReply;

/// Of every request.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "they stand in the description only")]
pub(super) enum Failures {
    /// The event's files cannot be used, or do not add up
    #[response(status = 500, content_type = "application/problem+json")]
    Failed(ProblemReply),
    /// Overloaded, busy, draining, or the cluster that keeps the event is `unreachable`: try again after `Retry-After` seconds
    #[response(status = 503, content_type = "application/problem+json")]
    Later(ProblemReply),
}

/// Of what changes something.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "they stand in the description only")]
pub(super) enum ChangeFailures {
    /// The request makes no sense, or its key is missing
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemReply),
    /// The body did not come in time
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(ProblemReply),
    /// Sold out, closed, not yet, over, expired, cancelled, or against what is on the ledger
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemReply),
    /// The body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemReply),
    /// The body is no JSON
    #[response(status = 415, content_type = "application/problem+json")]
    NoJson(ProblemReply),
    /// A member makes no sense, the key belongs to another order, or a limit is reached
    #[response(status = 422, content_type = "application/problem+json")]
    Unprocessable(ProblemReply),
    /// Too many by one address: try again after `Retry-After` seconds
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemReply),
    /// Failed, or the outcome is unknown (`outcome_unknown`): send it again with the same key
    #[response(status = 500, content_type = "application/problem+json")]
    Failed(ProblemReply),
    /// Overloaded, busy, draining, or the cluster that keeps the event is `unreachable`, and nothing was done: try again after `Retry-After` seconds
    #[response(status = 503, content_type = "application/problem+json")]
    Later(ProblemReply),
}

/// Of what takes a token or a key.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "they stand in the description only")]
pub(super) enum RightFailures {
    /// The key makes no sense
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemReply),
    /// No token, or a wrong one
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(ProblemReply),
    /// Too many wrong tokens from one address: try again after `Retry-After` seconds
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemReply),
}

/// Of what is about one sale or hold.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "they stand in the description only")]
pub(super) enum SaleFailures {
    /// There is no such sale, or it has another key
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemReply),
}
