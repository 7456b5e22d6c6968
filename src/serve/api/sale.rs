//! `GET /api/v1/sales/{id}`: one sale or hold.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::Response;

#[cfg(test)]
use super::failures::{Failures, RightFailures, SaleFailures};
use super::replies::{SaleStatusMember, SaleStatusReply};
use super::sell::done;
use crate::office::SaleStatus;
use crate::serve::caller::Anybody;
use crate::serve::keys::OrderKey;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;

/// The longest id, in bytes: a number of 20 digits and six letters.
const LONGEST_ID: usize = 27;

/// The id of a sale or hold, as the path has it. What cannot be one is none that exists.
#[derive(Debug)]
pub(super) struct SaleId(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for SaleId {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ProblemResponse> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| ProblemResponse::not_found())?;
        let is_id = id.len() <= LONGEST_ID && id.starts_with(|c: char| c.is_ascii_digit());
        if is_id {
            Ok(Self(id))
        } else {
            Err(ProblemResponse::no_such_sale())
        }
    }
}

/// One sale or hold, as it is by now
///
/// With the key that it was made under, or a token.
#[cfg_attr(test, utoipa::path(
    get,
    path = "/api/v1/sales/{id}",
    tag = "sales",
    params(
        ("id" = String, Path, description = "The sale's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The key that it was made under, where no token is sent"),
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "As it is by now", body = SaleStatusReply),
        RightFailures,
        SaleFailures,
        Failures,
    )
))]
pub(super) async fn sale(
    State(site): State<Site>,
    SaleId(id): SaleId,
    Anybody(manager): Anybody,
    key: Option<OrderKey>,
) -> Result<Response, ProblemResponse> {
    let key = key.map(|OrderKey(key)| key);
    if manager.is_none() && key.is_none() {
        let detail = "this takes the sale's key, in Idempotency-Key, or a token";
        return Err(ProblemResponse::unauthorized(detail));
    }
    let sale = site
        .event
        .lookups
        .look(move |office| office.sale(&id))
        .await?;
    let is_theirs = |key: String| sale.is_under_key(&key);
    if manager.is_none() && !key.is_some_and(is_theirs) {
        return Err(ProblemResponse::no_such_sale());
    }
    Ok(done(Json(SaleStatusReply::of(sale))))
}

impl SaleStatusReply {
    fn of(sale: SaleStatus) -> Self {
        let sale = SaleStatusMember {
            id: sale.id,
            buyer: sale.buyer,
            quantity: sale.quantity,
            cancelled: sale.cancelled,
            state: sale.state,
            at: sale.at,
            until: sale.until,
        };
        Self { sale }
    }
}
