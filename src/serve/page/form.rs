//! What a form sends.

use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;

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
}

/// Reads an order.
pub(super) async fn read(request: Request, site: &Site) -> Result<OrderForm, ProblemResponse> {
    if !is_form(request.headers()) {
        return Err(ProblemResponse::refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the body as Content-Type: application/x-www-form-urlencoded",
        ));
    }
    let bytes = body::read(request, site).await?;
    serde_urlencoded::from_bytes(&bytes)
        .map_err(|error| ProblemResponse::bad_request(format!("the form: {error}")))
}

fn is_form(headers: &HeaderMap) -> bool {
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|sent| sent.to_str().ok());
    let essence = sent.and_then(|sent| sent.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}
