//! The frame of each page, and what each says to a browser beside its text.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION,
    VARY, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::assets::{ICON, SCRIPT, STYLE};
use super::words::Words;
use crate::serve::service::Service;

/// All that a page may load is the service's own, and nothing of it stands within the page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Nobody keeps a page: it has a key of its own, or shows somebody's order.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// A page.
#[derive(Debug)]
pub(super) struct Page<'p> {
    pub(super) status: StatusCode,
    /// What stands on the browser's tab.
    pub(super) title: &'p str,
    pub(super) main: Markup,
}

impl Page<'_> {
    pub(super) fn answer(&self, service: &Service, words: &Words) -> Response {
        let root = service.root();
        let text = html! {
            (DOCTYPE)
            html lang=(words.lang) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noarchive";
                    title { (self.title) }
                    link rel="icon" href={ (root) (ICON.path()) };
                    link rel="stylesheet" href={ (root) (STYLE.path()) };
                    script src={ (root) (SCRIPT.path()) } defer {}
                }
                body { main { (self.main) } }
            }
        };
        let mut headers = headers();
        let mut add = |name: HeaderName, value| headers.insert(name, value);
        add(
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        add(CONTENT_LANGUAGE, HeaderValue::from_static(words.lang));
        (self.status, headers, text.into_string()).into_response()
    }
}

/// What every answer of the pages says.
fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(VARY, HeaderValue::from_static("accept-language"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers
}

/// Leads a browser to this path, which it is to ask for with GET.
pub(super) fn see_other(path: &str) -> Response {
    let mut headers = headers();
    if let Ok(path) = HeaderValue::from_str(path) {
        headers.insert(LOCATION, path);
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}
