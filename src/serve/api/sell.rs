//! `POST /api/v1/sales`: the one purchase, over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[cfg(test)]
use super::failures::ChangeFailures;
use super::replies::{NewSale, SaleReply, warn};
use crate::office::Sale;
use crate::serve::body::{Body, Described};
use crate::serve::keys::OrderKey;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;
use crate::serve::waiting_orders::Wanted;

/// What somebody wants to buy.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schema(example = json!({"buyer": "Ann", "quantity": 2})))]
pub(in crate::serve) struct SaleOrder {
    /// Who buys: one line of at most 256 bytes, of which something can be seen.
    #[cfg_attr(test, schema(min_length = 1, max_length = 256))]
    pub(in crate::serve) buyer: String,
    /// How many.
    #[cfg_attr(test, schema(minimum = 1, maximum = 9_007_199_254_740_991_u64))]
    pub(in crate::serve) quantity: u64,
    /// What to remember of it; kept on the ledger.
    #[cfg_attr(test, schema(min_length = 1, max_length = 1000))]
    pub(in crate::serve) note: Option<String>,
}

impl Described for SaleOrder {
    const NAME: &'static str = "SaleOrder";
}

/// Buy
///
/// However often an order is sent with its key, it is sold once; so after a lost answer it is sent again.
#[cfg_attr(test, utoipa::path(
    post,
    path = "/api/v1/sales",
    tag = "sales",
    params(("Idempotency-Key" = String, Header, description = "A key of the client's own for this order, of 1 to 256 visible characters; p- is no beginning of one")),
    request_body = SaleOrder,
    responses(
        (status = 201, description = "Sold", body = SaleReply, headers(("Location" = String, description = "The sale"))),
        (status = 200, description = "Sold before, under the same key", body = SaleReply, headers(("Location" = String, description = "The sale"))),
        ChangeFailures,
    )
))]
pub(super) async fn sell(
    State(site): State<Site>,
    OrderKey(key): OrderKey,
    Body(wanted): Body<SaleOrder>,
) -> Result<Response, ProblemResponse> {
    let sale = buy(&site, key, wanted).await?;
    let reply = SaleReply {
        left: sale.left,
        replayed: sale.replayed,
        sale: NewSale {
            id: sale.id,
            buyer: sale.buyer,
            quantity: sale.quantity,
            at: sale.at,
        },
    };
    Ok(made(&site, reply.replayed, &reply.sale.id, Json(&reply)))
}

/// The purchase itself, by a clerk.
pub(in crate::serve) async fn buy(
    site: &Site,
    key: String,
    wanted: SaleOrder,
) -> Result<Sale, ProblemResponse> {
    let wanted = Wanted {
        buyer: wanted.buyer,
        quantity: wanted.quantity,
        key,
        note: wanted.note,
        by: None,
    };
    let sale = site.event.clerks.sell(wanted).await?;
    warn(sale.unpublished.as_ref());
    Ok(sale)
}

/// The answer to what made a sale or a hold, or found it made.
pub(super) fn made(site: &Site, replayed: bool, id: &str, reply: impl IntoResponse) -> Response {
    let status = if replayed {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let place = format!(
        "{}{}/api/v1/sales/{id}",
        site.service.public_url, site.event.prefix
    );
    let headers = [(LOCATION, place), (CACHE_CONTROL, "no-store".to_owned())];
    (status, headers, reply).into_response()
}

/// The answer to what changed something else.
pub(super) fn done(reply: impl IntoResponse) -> Response {
    ([(CACHE_CONTROL, "no-store")], reply).into_response()
}
