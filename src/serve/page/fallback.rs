//! What a browser is answered where there is nothing: a page. Programs are answered a problem.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};

use super::language::Language;
use super::refusal;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Service;

/// Whether it is a browser that asks, for a page.
pub(in crate::serve) fn wanted(headers: &HeaderMap) -> bool {
    let sent = headers.get_all(ACCEPT).iter();
    sent.filter_map(|sent| sent.to_str().ok())
        .flat_map(|sent| sent.split([',', ';']))
        .any(|kind| kind.trim().eq_ignore_ascii_case("text/html"))
}

pub(in crate::serve) async fn not_found(
    service: State<Arc<Service>>,
    language: Language,
    headers: HeaderMap,
) -> Response {
    answer(&service, language, &headers, ProblemResponse::not_found())
}

pub(in crate::serve) async fn method_not_allowed(
    service: State<Arc<Service>>,
    language: Language,
    headers: HeaderMap,
) -> Response {
    let problem = ProblemResponse::method_not_allowed();
    answer(&service, language, &headers, problem)
}

fn answer(
    service: &Service,
    Language(words): Language,
    headers: &HeaderMap,
    problem: ProblemResponse,
) -> Response {
    if !wanted(headers) {
        return problem.into_response();
    }
    let home = format!("{}/", service.root());
    refusal::of_service(service, &home, words, &problem, None)
}
