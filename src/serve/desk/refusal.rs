//! What was refused, in words.

use super::words::DeskWords;
use crate::serve::problem::ProblemResponse;

/// Why it was refused, where nothing more is known of it.
pub(super) fn told(words: &DeskWords, problem: &ProblemResponse) -> String {
    if problem.is_key_of_another() {
        return words.used_form.to_owned();
    }
    if let Some((file, line)) = problem.broken_line() {
        return DeskWords::with(words.not_adding_up, file, &line.to_string());
    }
    let text = match (problem.code(), problem.left()) {
        ("sold_out", Some(0)) => words.gone_all,
        ("sold_out", Some(left)) => return words.gone.of(left),
        ("closed" | "not_yet" | "over", _) => words.not_on_sale,
        ("limit", _) => words.limit,
        ("usage" | "bad_request", _) => words.wrong_name,
        ("cancelled" | "expired", _) => words.hold_ended,
        ("refused", _) if problem.status().as_u16() == 404 => words.no_such_order,
        (
            "overloaded" | "draining" | "busy" | "interrupted" | "unreachable"
            | "too_many_requests",
            _,
        ) => words.later,
        ("outcome_unknown", _) => words.unknown,
        _ => words.broken,
    };
    text.to_owned()
}
