//! The frame of each page, and what each says to a browser beside its text.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION,
    VARY, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::assets::{Asset, ICON, SCRIPT, STYLE};
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
        let frame = Frame {
            status: self.status,
            lang: words.lang,
            title: self.title,
            styles: &[STYLE],
            script: SCRIPT,
            body: &html! { main { (self.main) } },
        };
        frame.answer(service)
    }
}

/// A page of whichever part of the service.
#[derive(Debug)]
pub(in crate::serve) struct Frame<'f> {
    pub(in crate::serve) status: StatusCode,
    pub(in crate::serve) lang: &'static str,
    pub(in crate::serve) title: &'f str,
    pub(in crate::serve) styles: &'f [Asset],
    pub(in crate::serve) script: Asset,
    pub(in crate::serve) body: &'f Markup,
}

impl Frame<'_> {
    pub(in crate::serve) fn answer(&self, service: &Service) -> Response {
        let root = service.root();
        let text = html! {
            (DOCTYPE)
            html lang=(self.lang) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noarchive";
                    title { (self.title) }
                    link rel="icon" href={ (root) (ICON.path()) };
                    @for style in self.styles {
                        link rel="stylesheet" href={ (root) (style.path()) };
                    }
                    script src={ (root) (self.script.path()) } defer {}
                }
                body { (self.body) }
            }
        };
        document(self.status, self.lang, text.into_string())
    }
}

/// A whole page, with what each says beside its text.
pub(in crate::serve) fn document(status: StatusCode, lang: &'static str, text: String) -> Response {
    let mut headers = headers();
    let mut add = |name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    add(CONTENT_TYPE, "text/html; charset=utf-8");
    add(CONTENT_LANGUAGE, lang);
    (status, headers, text).into_response()
}

/// What every answer of the pages says.
pub(in crate::serve) fn headers() -> HeaderMap {
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
pub(in crate::serve) fn see_other(path: &str) -> Response {
    let mut headers = headers();
    if let Ok(path) = HeaderValue::from_str(path) {
        headers.insert(LOCATION, path);
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}
