//! Where a form was sent from: only from the service's own pages.

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderName, ORIGIN};

use crate::serve::service::Service;

/// From where a browser says that a request comes.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What was compared, where a form came from elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::serve) struct Foreign {
    pub(super) came: String,
    pub(super) expected: String,
}

/// Whether a form may be taken. A client that says nothing of where it comes from is no browser, and nobody is tricked
/// into using it.
pub(in crate::serve) fn check(service: &Service, headers: &HeaderMap) -> Result<(), Foreign> {
    let text = |name: &HeaderName| {
        let sent = headers.get(name)?;
        Some(String::from_utf8_lossy(sent.as_bytes()))
    };
    if let Some(came) = text(&ORIGIN) {
        let expected = match service.origin() {
            Some(origin) => origin.to_owned(),
            None => format!("http://{}", text(&HOST).unwrap_or_default()),
        };
        if !is_same(&came, &expected) {
            return Err(Foreign {
                came: format!("Origin: {came}"),
                expected,
            });
        }
    }
    match text(&SEC_FETCH_SITE) {
        Some(came) if !["same-origin", "none"].contains(&&*came) => Err(Foreign {
            came: format!("Sec-Fetch-Site: {came}"),
            expected: "same-origin".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Whether these are one origin; the port that goes without saying may be said.
fn is_same(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

fn plain(origin: &str) -> Cow<'_, str> {
    let lower = origin.to_ascii_lowercase();
    for (scheme, port) in [("http://", ":80"), ("https://", ":443")] {
        if let Some(host) = lower.strip_suffix(port)
            && host.starts_with(scheme)
        {
            return host.to_owned().into();
        }
    }
    lower.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_origin_is_written_in_several_ways() {
        for (one, other) in [
            ("https://a.example", "https://A.example:443"),
            ("http://a.example:80", "http://a.example"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert!(is_same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("https://a.example", "http://a.example"),
            ("https://a.example:80", "https://a.example"),
            ("https://a.example.evil", "https://a.example"),
            ("null", "https://a.example"),
            ("", "http://"),
        ] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }
}
