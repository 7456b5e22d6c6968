//! `GET /api/v1/sales`: who has bought.

use std::ops::ControlFlow;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::failures::{Failures, RightFailures};
use super::sell::done;
use crate::BoxOffice;
use crate::error::Result as OfficeResult;
use crate::office::Sold;
use crate::serve::caller::Manager;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;

/// So many sales are listed at once, unless the client wants fewer or more.
const USUAL: usize = 100;

/// So many at most.
const MOST: usize = 1000;

/// Which sales are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SalesQuery {
    /// Only those of this buyer: the whole name, capitals or not.
    buyer: Option<String>,
    /// Only those behind the sale with this id.
    #[param(pattern = "^[0-9]{1,19}(-[0-9A-Za-z]{1,6})?$")]
    after: Option<String>,
    /// How many at most: 1 to 1000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// Sales, in the order of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SalesReply {
    sales: Vec<ListedSale>,
    /// What `after` is to be for those behind these; null where these are the last.
    next: Option<String>,
}

/// A sale.
#[derive(Debug, Serialize, ToSchema)]
struct ListedSale {
    /// Its id.
    id: String,
    /// When it became a sale.
    #[schema(format = DateTime)]
    at: String,
    /// Who bought.
    buyer: String,
    /// How many.
    quantity: u64,
    /// How many of these were cancelled.
    cancelled: u64,
    /// How many of these still count.
    valid: u64,
    /// Its idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl ListedSale {
    fn of(sale: &Sold<'_>) -> Self {
        Self {
            id: sale.id.to_owned(),
            at: sale.at.to_owned(),
            buyer: sale.buyer.to_owned(),
            quantity: sale.quantity,
            cancelled: sale.cancelled,
            valid: sale.valid,
            key: sale.key.map(str::to_owned),
        }
    }
}

/// Who has bought
#[utoipa::path(
    get,
    path = "/api/v1/sales",
    tag = "management",
    params(SalesQuery),
    security(("token" = [])),
    responses(
        (status = 200, description = "Sales, in the order of the ledger", body = SalesReply),
        RightFailures,
        Failures,
    )
)]
pub(super) async fn sales(
    State(site): State<Site>,
    _: Manager,
    RawQuery(query): RawQuery,
) -> Result<Response, ProblemResponse> {
    let wanted = SalesQuery::parse(query.as_deref().unwrap_or_default())?;
    let found = site.event.lookups.look(move |office| list(office, &wanted));
    Ok(done(Json(found.await?)))
}

impl SalesQuery {
    fn parse(query: &str) -> Result<Self, ProblemResponse> {
        let wanted: Self = serde_urlencoded::from_str(query)
            .map_err(|error| ProblemResponse::bad_request(format!("the query: {error}")))?;
        if wanted
            .limit
            .is_some_and(|limit| !(1..=MOST).contains(&limit))
        {
            return Err(ProblemResponse::bad_request(format!(
                "limit is a number from 1 to {MOST}"
            )));
        }
        if wanted
            .after
            .as_deref()
            .is_some_and(|after| line(after).is_none())
        {
            return Err(ProblemResponse::bad_request(
                "after is the id of a sale, as in 7-k3v9xq",
            ));
        }
        Ok(wanted)
    }
}

/// The number of a sale's line, by which its id begins.
fn line(id: &str) -> Option<u64> {
    let (number, _) = id.split_once('-').unwrap_or((id, ""));
    number.parse().ok()
}

fn list(office: &BoxOffice, wanted: &SalesQuery) -> OfficeResult<SalesReply> {
    let after = wanted.after.as_deref().and_then(line).unwrap_or(0);
    let most = wanted.limit.unwrap_or(USUAL);
    let mut sales: Vec<ListedSale> = Vec::new();
    let mut more = false;
    office.sales(wanted.buyer.as_deref(), &mut |sale| {
        if line(sale.id).unwrap_or(0) <= after {
            return ControlFlow::Continue(());
        }
        more = sales.len() == most;
        if more {
            return ControlFlow::Break(());
        }
        sales.push(ListedSale::of(sale));
        ControlFlow::Continue(())
    })?;
    let last = sales.last().filter(|_| more);
    Ok(SalesReply {
        next: last.map(|sale| sale.id.clone()),
        sales,
    })
}
