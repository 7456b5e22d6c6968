//! `POST /api/v1/sales/{id}/cancel`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

#[cfg(test)]
use super::failures::{ChangeFailures, RightFailures, SaleFailures};
use super::replies::{CancelReply, SaleInReply, warn};
use super::sale::SaleId;
use super::sell::done;
use crate::BoxOffice;
use crate::error::{Error, Kind, Result as OfficeResult};
use crate::office::{Change, State as SaleState};
use crate::serve::body::{Described, OptionalBody};
use crate::serve::caller::Right;
use crate::serve::keys::OrderKey;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;
use crate::serve::waiting_orders::LOCK_TIME;

/// What is to be cancelled.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, schema(example = json!({"quantity": 1, "reason": "ill"})))]
pub(super) struct CancelOrder {
    /// How many; without it, all that are not cancelled yet.
    #[cfg_attr(test, schema(minimum = 1, maximum = 9_007_199_254_740_991_u64))]
    quantity: Option<u64>,
    /// Why; kept on the ledger.
    #[cfg_attr(test, schema(min_length = 1, max_length = 1000))]
    reason: Option<String>,
}

impl Described for CancelOrder {
    const NAME: &'static str = "CancelOrder";
}

/// Cancel a sale, or a part of it
///
/// By the sale's own key, in `Sale-Key`, or with a token. A sale that is cancelled already is answered as before.
#[cfg_attr(test, utoipa::path(
    post,
    path = "/api/v1/sales/{id}/cancel",
    tag = "sales",
    params(
        ("id" = String, Path, description = "The sale's id"),
        ("Idempotency-Key" = String, Header, description = "A key of the client's own for this cancellation"),
        ("Sale-Key" = Option<String>, Header, description = "The key that the sale was made under, where no token is sent"),
    ),
    request_body = Option<CancelOrder>,
    security((), ("token" = [])),
    responses(
        (status = 200, description = "Cancelled, now or before", body = CancelReply),
        RightFailures,
        SaleFailures,
        ChangeFailures,
    )
))]
pub(super) async fn cancel(
    State(site): State<Site>,
    SaleId(id): SaleId,
    right: Right,
    OrderKey(key): OrderKey,
    OptionalBody(wanted): OptionalBody<CancelOrder>,
) -> Result<Response, ProblemResponse> {
    let done_now = site.event.clerks.change(move |office| {
        let change = Change::new()
            .reason(wanted.reason.as_deref())
            .by(right.manager())
            .sale_key(right.key())
            .key(key.as_str())
            .wait(LOCK_TIME);
        let done = office.cancel(&id, wanted.quantity, &change);
        match done {
            Err(error) if error.kind() == Kind::Cancelled && wanted.quantity.is_none() => {
                as_before(office, &id, error)
            }
            Err(error) => Err(error),
            Ok(done) => {
                warn(done.unpublished.as_ref());
                Ok(CancelReply {
                    cancelled: SaleInReply {
                        id: done.id,
                        buyer: done.buyer,
                        quantity: done.quantity,
                    },
                    kept: done.kept,
                    left: done.left,
                    replayed: done.replayed,
                })
            }
        }
    });
    Ok(done(Json(done_now.await?)))
}

/// The answer about a sale that is cancelled as a whole; a hold that was given back is none.
fn as_before(office: &BoxOffice, id: &str, error: Error) -> OfficeResult<CancelReply> {
    let sale = office.sale(id)?;
    if sale.state != SaleState::Cancelled {
        return Err(error);
    }
    Ok(CancelReply {
        cancelled: SaleInReply {
            id: sale.id,
            buyer: sale.buyer,
            quantity: sale.quantity,
        },
        kept: 0,
        left: office.state()?.left,
        replayed: true,
    })
}
