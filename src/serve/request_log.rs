//! A line of the log for each request, and its place in the metrics.
//!
//! Invariant: no key, no name and no query stands in it, and nothing that a client sends begins a line of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;

use super::peer::ClientPeer;
use super::service::Service;

/// By which an answer is found in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A client that went away before it was answered: no status of HTTP, but what servers log.
const GONE: u16 = 499;

/// A request, whose line is written when it is answered, or when its client goes.
struct Logged {
    service: Arc<Service>,
    method: Method,
    route: String,
    path: String,
    peer: String,
    id: String,
    start: Instant,
    status: u16,
}

pub(super) async fn log(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    let mut logged = Logged::of(service, &request);
    let mut answer = next.run(request).await;
    logged.status = answer.status().as_u16();
    harden(answer.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&logged.id) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}

/// What every answer says to a browser.
fn harden(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    // Pages have a policy of their own. What is no page loads nothing, and stands in no frame.
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(nothing);
}

impl Logged {
    fn of(service: Arc<Service>, request: &Request) -> Self {
        let route = request
            .extensions()
            .get::<MatchedPath>()
            .map(MatchedPath::as_str);
        let peer = request.extensions().get::<ClientPeer>();
        Self {
            id: service.metrics.requests.next(),
            service,
            method: request.method().clone(),
            path: loggable(route, request.uri()),
            route: route.unwrap_or("none").to_owned(),
            peer: peer.map_or_else(String::new, ToString::to_string),
            start: Instant::now(),
            status: GONE,
        }
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        let time = self.start.elapsed();
        let method = method_name(&self.method);
        self.service
            .metrics
            .answered(method, &self.route, self.status, time);
        let (path, peer, id, status) = (&self.path, &self.peer, &self.id, self.status);
        let ms = milliseconds(time);
        tracing::info!(method, path, status, ms, peer, id, "request");
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 1e2
}

/// A method that is known; another one could be any text.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// The path without what a client has put in it, but for the id of a sale. A path that leads nowhere could hold a key.
fn loggable(route: Option<&str>, uri: &Uri) -> String {
    let Some(route) = route else {
        return "(unknown)".to_owned();
    };
    let parts = route.split('/').zip(uri.path().split('/'));
    let known = parts.map(|(template, part)| {
        if template.starts_with('{') && (*template == *"{key}" || !is_id(part)) {
            template
        } else {
            part
        }
    });
    known.collect::<Vec<_>>().join("/")
}

/// Whether it is the id of a sale, and not a key.
fn is_id(text: &str) -> bool {
    let mut parts = text.split('-');
    let number = parts.next().unwrap_or_default();
    let random = parts.next().unwrap_or_default();
    let digits =
        (1..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    digits
        && random.len() <= 6
        && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_path_has_no_key() {
        for (route, path, logged) in [
            (
                Some("/api/v1/event"),
                "/api/v1/event?buyer=bob",
                "/api/v1/event",
            ),
            (
                Some("/api/v1/sales/{id}"),
                "/api/v1/sales/7-k3v9xq",
                "/api/v1/sales/7-k3v9xq",
            ),
            (
                Some("/api/v1/sales/{id}"),
                "/api/v1/sales/web-7f1c",
                "/api/v1/sales/{id}",
            ),
            (Some("/r/{key}"), "/r/p-0123456789abcdef", "/r/{key}"),
            (
                Some("/r/{key}/cancel"),
                "/r/7-k3v9xq/cancel",
                "/r/{key}/cancel",
            ),
            (None, "/r/p-0123456789abcdef/x", "(unknown)"),
        ] {
            assert_eq!(loggable(route, &path.parse().unwrap()), logged);
        }
    }
}
