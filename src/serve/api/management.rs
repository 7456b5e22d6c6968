//! `POST /api/v1/adjustments`, `/api/v1/close` and `/api/v1/reopen`: for those who have a token.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

#[cfg(test)]
use super::failures::{ChangeFailures, RightFailures};
#[cfg(test)]
use super::replies::OnSaleWord;
use super::replies::warn;
use super::sell::done;
use crate::BoxOffice;
use crate::error::Result as OfficeResult;
use crate::office::{Change, OnSale, Turned};
use crate::serve::body::{Body, Described, OptionalBody};
use crate::serve::caller::Manager;
use crate::serve::keys::OrderKey;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;
use crate::serve::waiting_orders::LOCK_TIME;

/// By how much the stock is to be changed.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schema(example = json!({"quantity": 5, "reason": "more chairs"})))]
pub(super) struct AdjustOrder {
    /// How many are added, or, below 0, taken away.
    #[cfg_attr(test, schema(minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64))]
    quantity: i64,
    /// Why; kept on the ledger.
    #[cfg_attr(test, schema(min_length = 1, max_length = 1000))]
    reason: String,
}

impl Described for AdjustOrder {
    const NAME: &'static str = "AdjustOrder";
}

/// A stock that was changed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct AdjustReply {
    /// By how much.
    quantity: i64,
    /// How many are left.
    left: u64,
    /// Whether it was done before, under the same key.
    replayed: bool,
}

/// Add tickets to the stock, or take away some that are left
#[cfg_attr(test, utoipa::path(
    post,
    path = "/api/v1/adjustments",
    tag = "management",
    params(("Idempotency-Key" = String, Header, description = "A key of the client's own for this change")),
    request_body = AdjustOrder,
    security(("token" = [])),
    responses(
        (status = 200, description = "Done, now or before", body = AdjustReply),
        RightFailures,
        ChangeFailures,
    )
))]
pub(super) async fn adjust(
    State(site): State<Site>,
    Manager(by): Manager,
    OrderKey(key): OrderKey,
    Body(wanted): Body<AdjustOrder>,
) -> Result<Response, ProblemResponse> {
    let adjusted = site.event.clerks.change(move |office| {
        let change = Change::new()
            .reason(wanted.reason.as_str())
            .by(by.as_str())
            .key(key.as_str())
            .wait(LOCK_TIME);
        office.adjust(wanted.quantity, &change)
    });
    let adjusted = adjusted.await?;
    warn(adjusted.unpublished.as_ref());
    Ok(done(Json(AdjustReply {
        quantity: adjusted.quantity,
        left: adjusted.left,
        replayed: adjusted.replayed,
    })))
}

/// Why the sale is closed or reopened.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, schema(example = json!({"reason": "a break"})))]
pub(super) struct TurnOrder {
    /// Why; kept on the ledger.
    #[cfg_attr(test, schema(min_length = 1, max_length = 1000))]
    reason: Option<String>,
}

impl Described for TurnOrder {
    const NAME: &'static str = "TurnOrder";
}

/// An event that was closed or reopened.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct TurnReply {
    /// Whether tickets can be had by now.
    #[cfg_attr(test, schema(value_type = OnSaleWord))]
    on_sale: OnSale,
}

/// End the sale for now
///
/// Closed already, nothing is changed.
#[cfg_attr(test, utoipa::path(
    post,
    path = "/api/v1/close",
    tag = "management",
    params(("Idempotency-Key" = String, Header, description = "A key of the client's own")),
    request_body = Option<TurnOrder>,
    security(("token" = [])),
    responses(
        (status = 200, description = "It is closed", body = TurnReply),
        RightFailures,
        ChangeFailures,
    )
))]
pub(super) async fn close(
    State(site): State<Site>,
    manager: Manager,
    _: OrderKey,
    OptionalBody(wanted): OptionalBody<TurnOrder>,
) -> Result<Response, ProblemResponse> {
    turn(site, manager, wanted, BoxOffice::close).await
}

/// Go on with the sale
///
/// Open already, nothing is changed.
#[cfg_attr(test, utoipa::path(
    post,
    path = "/api/v1/reopen",
    tag = "management",
    params(("Idempotency-Key" = String, Header, description = "A key of the client's own")),
    request_body = Option<TurnOrder>,
    security(("token" = [])),
    responses(
        (status = 200, description = "It goes on, as far as its times and its stock allow", body = TurnReply),
        RightFailures,
        ChangeFailures,
    )
))]
pub(super) async fn reopen(
    State(site): State<Site>,
    manager: Manager,
    _: OrderKey,
    OptionalBody(wanted): OptionalBody<TurnOrder>,
) -> Result<Response, ProblemResponse> {
    turn(site, manager, wanted, BoxOffice::reopen).await
}

type Turn = fn(&mut BoxOffice, &Change<'_>) -> OfficeResult<Turned>;

async fn turn(
    site: Site,
    Manager(by): Manager,
    wanted: TurnOrder,
    turn: Turn,
) -> Result<Response, ProblemResponse> {
    let turned = site.event.clerks.change(move |office| {
        let change = Change::new()
            .reason(wanted.reason.as_deref())
            .by(by.as_str())
            .wait(LOCK_TIME);
        turn(office, &change)
    });
    let turned = turned.await?;
    warn(turned.unpublished.as_ref());
    Ok(done(Json(TurnReply {
        on_sale: turned.on_sale,
    })))
}
