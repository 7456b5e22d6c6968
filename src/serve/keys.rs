//! Keys that clients send: the idempotency key of an order, and a sale's key as a proof.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::problem::ProblemResponse;
use crate::office::{MAX_NAME, PAGE_PREFIX};

/// The header of an order's key.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The header of a sale's key, where an order about the sale has a key of its own.
pub(super) const SALE_KEY: &str = "sale-key";

/// The key of an order: however often it is sent, the order is done once.
#[derive(Debug, Clone)]
pub(super) struct OrderKey(pub(super) String);

/// The key of the sale that is meant, if one was sent.
#[derive(Debug, Clone)]
pub(super) struct SaleKey(pub(super) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for OrderKey {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ProblemResponse> {
        let missing = "send an Idempotency-Key: the same one again when an answer is lost, and it is done once";
        let key = sent(&parts.headers, IDEMPOTENCY_KEY)?;
        key.map(Self)
            .ok_or_else(|| ProblemResponse::bad_request(missing))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for OrderKey {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ProblemResponse> {
        Ok(sent(&parts.headers, IDEMPOTENCY_KEY)?.map(Self))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SaleKey {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ProblemResponse> {
        sent(&parts.headers, SALE_KEY).map(Self)
    }
}

/// The key in this header, bare or in the quotes of a structured field.
fn sent(headers: &HeaderMap, name: &str) -> Result<Option<String>, ProblemResponse> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let wrong = || {
        let detail = format!("{name}: one key of 1 to {MAX_NAME} visible ASCII characters");
        ProblemResponse::bad_request(detail)
    };
    let text = value.to_str().map_err(|_| wrong())?.trim();
    let quoted = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let key = quoted.unwrap_or(text);
    let visible = key
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    let is_plain = visible && !key.starts_with('"') && key.trim() == key;
    if !(1..=MAX_NAME).contains(&key.len()) || !is_plain || values.next().is_some() {
        return Err(wrong());
    }
    if key.starts_with(PAGE_PREFIX) {
        let detail =
            format!("{name}: keys that begin with {PAGE_PREFIX} are made by the service itself");
        return Err(ProblemResponse::bad_request(detail));
    }
    Ok(Some(key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(values: &[&str]) -> Result<Option<String>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, value.parse().unwrap());
        }
        sent(&headers, IDEMPOTENCY_KEY).map_err(|problem| format!("{problem:?}"))
    }

    #[test]
    fn a_key_is_one_visible_text_that_the_page_did_not_make() {
        let same = Ok(Some("web-7f1c".to_owned()));
        assert_eq!(key(&["web-7f1c"]), same);
        assert_eq!(key(&["\"web-7f1c\""]), same);
        assert_eq!(key(&[]), Ok(None));
        let long = "x".repeat(MAX_NAME + 1);
        for wrong in [
            &["p-1"][..],
            &["\"p-1\""],
            &["a", "b"],
            &["\"\""],
            &[""],
            &[&long],
            &["a\tb"],
            &["\"a"],
            &["\" a\""],
        ] {
            assert!(key(wrong).is_err(), "{wrong:?}");
        }
        assert!(key(&[&long[1..]]).is_ok());
    }
}
