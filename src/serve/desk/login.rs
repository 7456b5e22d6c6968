//! Logging in with a token, and out.

use std::time::Instant;

use axum::extract::{RawQuery, Request, State};
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::assets::{DESK_SCRIPT, DESK_STYLE};
use super::cookie::{cookie, secrets};
use super::words::DeskWords;
use crate::serve::caller::Caller;
use crate::serve::page::{
    Frame, Language, STYLE, Words, check_origin, foreign, read_form, see_other,
};
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
struct LoginForm {
    token: String,
}

pub(super) async fn page(
    State(site): State<Site>,
    Language(page_words): Language,
    RawQuery(query): RawQuery,
) -> Response {
    if site.service.tokens.is_empty() {
        return no_desk(&site, page_words);
    }
    let words = DeskWords::of(page_words.lang);
    let has_ended = query.as_deref() == Some("said=ended");
    let notice = has_ended.then(|| words.ended.to_owned());
    show(&site, page_words, StatusCode::OK, notice.as_deref())
}

/// Begins a session. Wrong tokens of one address are counted with those of the API; behind too many, none is looked at.
pub(super) async fn log_in(
    State(site): State<Site>,
    caller: Caller,
    Language(page_words): Language,
    request: Request,
) -> Response {
    if site.service.tokens.is_empty() {
        return no_desk(&site, page_words);
    }
    if let Err(other) = check_origin(&site.service, request.headers()) {
        return foreign(&site, page_words, &other);
    }
    match begin(&site, caller, request).await {
        Ok(secret) => {
            let mut answer = see_other(&site.page("desk"));
            if let Some(cookie) = cookie(&site, Some(&secret)) {
                answer.headers_mut().insert(SET_COOKIE, cookie);
            }
            answer
        }
        Err(problem) => refused(&site, page_words, &problem),
    }
}

async fn begin(site: &Site, caller: Caller, request: Request) -> Result<String, ProblemResponse> {
    site.service.limits.may_guess(caller.counted)?;
    let form: LoginForm = read_form(request, site).await?;
    let Some(name) = site.service.tokens.name_of(form.token.trim()) else {
        site.service.limits.guessed(caller.counted);
        return Err(ProblemResponse::unauthorized("there is no such token"));
    };
    let begun = site.service.sessions.begin(name, Instant::now());
    begun.map_err(|error| ProblemResponse::of(&error))
}

fn refused(site: &Site, page_words: &'static Words, problem: &ProblemResponse) -> Response {
    let words = DeskWords::of(page_words.lang);
    let notice = match problem.code() {
        "unauthorized" => words.wrong_token.to_owned(),
        "too_many_requests" => {
            let seconds = problem.seconds_to_wait().unwrap_or(1);
            words.too_many_tokens.of(seconds)
        }
        _ => words.later.to_owned(),
    };
    let mut answer = show(site, page_words, problem.status(), Some(&notice));
    if let Some(seconds) = problem.seconds_to_wait() {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

/// Ends the session, without a name being told.
pub(super) async fn log_out(
    State(site): State<Site>,
    Language(page_words): Language,
    headers: HeaderMap,
) -> Response {
    if let Err(other) = check_origin(&site.service, &headers) {
        return foreign(&site, page_words, &other);
    }
    for secret in secrets(&headers) {
        site.service.sessions.end(secret);
    }
    let mut answer = see_other(&site.page("desk/login"));
    if let Some(cookie) = cookie(&site, None) {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

fn show(
    site: &Site,
    page_words: &'static Words,
    status: StatusCode,
    notice: Option<&str>,
) -> Response {
    let words = DeskWords::of(page_words.lang);
    let main = html! {
        header { h1 { (words.desk) } }
        @if let Some(notice) = notice { p #wrong .wrong role="alert" { (notice) } }
        form method="post" action=(site.page("desk/login")) {
            div .field {
                label for="token" { (words.token) }
                input #token name="token" type="password" required autocomplete="current-password" autofocus
                    aria-describedby=(if notice.is_some() { "token-hint wrong" } else { "token-hint" });
                p #token-hint .hint { (words.token_hint) }
            }
            button type="submit" { (words.log_in) }
        }
        p .to-event { a href=(site.page("")) { (page_words.to_the_event) } }
    };
    small(site, page_words, status, words.desk, &main)
}

/// What is said where there are no tokens.
pub(super) fn no_desk(site: &Site, page_words: &'static Words) -> Response {
    let words = DeskWords::of(page_words.lang);
    let main = html! {
        header { h1 { (words.no_desk) } }
        p { (words.no_desk_how) " " code { "tickets serve --tokens FILE" } }
        p .to-event { a href=(site.page("")) { (page_words.to_the_event) } }
    };
    small(
        site,
        page_words,
        StatusCode::NOT_FOUND,
        words.no_desk,
        &main,
    )
}

fn small(
    site: &Site,
    page_words: &'static Words,
    status: StatusCode,
    title: &str,
    main: &Markup,
) -> Response {
    let frame = Frame {
        status,
        lang: page_words.lang,
        title,
        styles: &[STYLE, DESK_STYLE],
        script: DESK_SCRIPT,
        body: &html! { main { (main) } },
    };
    frame.answer(&site.service)
}
