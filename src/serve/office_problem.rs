//! What a client is answered of an error of the office: a status, and words that name no file and no other buyer.

use axum::http::StatusCode;

use crate::error::{About, Error, Kind};

/// What is to be done where an outcome is unknown.
pub(super) const AGAIN: &str =
    "it may have been done or not: send it again with the same key, and it is never done twice";

/// The code of what is nobody's fault here: the cluster that keeps the event has done nothing, and may soon.
const UNREACHABLE: &str = "unreachable";

fn is_unreachable(error: &Error) -> bool {
    error.kind() == Kind::Io && error.is_about(About::Unreachable)
}

/// What it is, for programs.
pub(super) fn code(error: &Error) -> &'static str {
    if is_unreachable(error) {
        UNREACHABLE
    } else {
        error.kind().code()
    }
}

/// The status of an error of the office.
pub(super) fn status(error: &Error) -> StatusCode {
    match error.kind() {
        Kind::Io if is_unreachable(error) => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Usage | Kind::Limit => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Refused if error.is_no_such_sale() => StatusCode::NOT_FOUND,
        Kind::Refused if error.is_key_of_another() => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Refused if error.is_about(About::SellersOnly) => StatusCode::FORBIDDEN,
        Kind::SoldOut { .. }
        | Kind::Refused
        | Kind::Closed
        | Kind::NotYet
        | Kind::Over
        | Kind::Expired
        | Kind::Cancelled => StatusCode::CONFLICT,
        Kind::Busy { .. } | Kind::Interrupted => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Missing | Kind::Io | Kind::OutcomeUnknown | Kind::Integrity => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// What a client is told: nothing of files, and nothing of other buyers.
pub(super) fn detail(error: &Error) -> String {
    let text = match error.kind() {
        Kind::OutcomeUnknown => AGAIN,
        Kind::Io if is_unreachable(error) => {
            "the cluster that keeps the event does not do it just now; nothing was changed"
        }
        Kind::Missing | Kind::Io => {
            "the event's files cannot be used just now; nothing was changed"
        }
        Kind::Integrity => "the event's files do not add up; nothing was changed",
        Kind::Busy { .. } => "others are at it just now; nothing was changed",
        _ if error.is_no_such_sale() => "there is no such sale, or it has another key",
        _ if error.is_key_of_another() => "the key belongs to another order",
        _ if error.is_about(About::BuyersTickets) => "one buyer has fewer than that",
        _ => error.message(),
    };
    text.to_owned()
}
