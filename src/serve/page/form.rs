//! What a form sends.

use std::time::Duration;

use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::serve::body;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;

/// An order as the form has it, word for word.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct OrderForm {
    pub(super) key: String,
    pub(super) buyer: String,
    pub(super) quantity: String,
    /// For how long the page offered to hold them, by its other button.
    #[serde(rename = "for")]
    pub(super) time: String,
}

impl OrderForm {
    /// For how long the page has promised to hold them.
    pub(super) fn promised(&self) -> Option<Duration> {
        let time = humantime::parse_duration(&self.time).ok()?;
        Some(time).filter(|time| !time.is_zero())
    }
}

/// Reads a form.
pub(in crate::serve) async fn read<T: DeserializeOwned>(
    request: Request,
    site: &Site,
) -> Result<T, ProblemResponse> {
    if !is_form(request.headers()) {
        return Err(ProblemResponse::refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the body as Content-Type: application/x-www-form-urlencoded",
        ));
    }
    let bytes = body::read(request, site).await?;
    if !is_text(&bytes) {
        let detail = "the form: percent-encoded UTF-8 is expected";
        return Err(ProblemResponse::bad_request(detail));
    }
    serde_urlencoded::from_bytes(&bytes)
        .map_err(|error| ProblemResponse::bad_request(format!("the form: {error}")))
}

/// Whether each percent sign is followed by two digits, and all together is UTF-8. What decodes a form puts other letters in
/// the place of what is not, and a name would be another one than was sent.
fn is_text(form: &[u8]) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut rest = form;
    let mut plain = Vec::with_capacity(form.len());
    loop {
        rest = match rest {
            [] => return String::from_utf8(plain).is_ok(),
            [b'%', high, low, rest @ ..] => {
                let (Some(high), Some(low)) = (digit(*high), digit(*low)) else {
                    return false;
                };
                plain.extend(u8::try_from(16 * high + low));
                rest
            }
            [b'%', ..] => return false,
            [byte, rest @ ..] => {
                plain.push(*byte);
                rest
            }
        };
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|sent| sent.to_str().ok());
    let essence = sent.and_then(|sent| sent.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_percent_encoded_utf_8() {
        for form in [
            "",
            "buyer=%C3%89mile+x",
            "a=%25zz",
            "a=\u{e9}",
            "a=%e2%80%8d&b=",
        ] {
            assert!(is_text(form.as_bytes()), "{form}");
        }
        for form in ["a=%zz", "a=%", "a=%4", "a=%+1", "a=%ff%fe", "a=%C3&b=%89"] {
            assert!(!is_text(form.as_bytes()), "{form}");
        }
        assert!(!is_text(b"a=\xff"));
    }
}
