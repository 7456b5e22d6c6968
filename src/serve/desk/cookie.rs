//! The cookie that a session is proved with: for the desk of one event alone, and for no script.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use crate::serve::service::Site;

/// What a session is proved with. Behind https no page without it can set such a cookie.
fn cookie_name(site: &Site) -> &'static str {
    if is_secure(site) {
        "__Secure-desk"
    } else {
        "desk"
    }
}

fn is_secure(site: &Site) -> bool {
    site.service.public_url.starts_with("https://")
}

/// All that came as proofs: a browser may have several, of several paths.
pub(super) fn secrets(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let sent = headers.get_all(COOKIE).iter();
    sent.filter_map(|sent| sent.to_str().ok())
        .flat_map(|sent| sent.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(name, _)| ["desk", "__Secure-desk"].contains(name))
        .map(|(_, secret)| secret)
        .take(8)
}

/// A cookie with this proof, for the desk of this event alone; without one it is taken back.
pub(super) fn cookie(site: &Site, secret: Option<&str>) -> Option<HeaderValue> {
    let name = cookie_name(site);
    let path = site.page("desk");
    let secure = if is_secure(site) { "; Secure" } else { "" };
    let rest = format!("; Path={path}; HttpOnly; SameSite=Strict{secure}");
    let text = match secret {
        Some(secret) => format!("{name}={secret}{rest}"),
        None => format!("{name}=; Max-Age=0{rest}"),
    };
    HeaderValue::try_from(text).ok()
}
