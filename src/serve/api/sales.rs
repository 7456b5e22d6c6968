//! `GET /api/v1/sales`: who has bought.

use std::ops::ControlFlow;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;

#[cfg(test)]
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
#[derive(Debug, Default)]
#[cfg_attr(test, derive(utoipa::IntoParams))]
#[cfg_attr(test, into_params(parameter_in = Query))]
pub(super) struct SalesQuery {
    /// Only those of this buyer: the whole name, capitals or not.
    buyer: Option<String>,
    /// Only those behind the sale with this id.
    #[cfg_attr(test, param(pattern = "^[0-9]{1,19}(-[0-9A-Za-z]{1,6})?$"))]
    after: Option<String>,
    /// How many at most: 1 to 1000.
    #[cfg_attr(test, param(minimum = 1, maximum = 1000))]
    limit: Option<usize>,
}

/// Sales, in the order of the ledger.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct SalesReply {
    sales: Vec<ListedSale>,
    /// What `after` is to be for those behind these; null where these are the last.
    next: Option<String>,
}

/// A sale.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
struct ListedSale {
    /// Its id.
    id: String,
    /// When it became a sale.
    #[cfg_attr(test, schema(format = DateTime))]
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
#[cfg_attr(test, utoipa::path(
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
))]
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
        let wrong = |why: &str| ProblemResponse::bad_request(format!("the query: {why}"));
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(query).map_err(|_| wrong("it cannot be read"))?;
        let mut wanted = Self::default();
        for (name, value) in pairs {
            let twice = match name.as_str() {
                "buyer" => wanted.buyer.replace(value).is_some(),
                "after" if line(&value).is_some() => wanted.after.replace(value).is_some(),
                "after" => return Err(wrong("after is the id of a sale, as in 7-k3v9xq")),
                "limit" => {
                    let limit = value.parse().ok();
                    let limit = limit.filter(|limit| (1..=MOST).contains(limit));
                    let why = format!("limit is a number from 1 to {MOST}");
                    let limit = limit.ok_or_else(|| wrong(&why))?;
                    wanted.limit.replace(limit).is_some()
                }
                _ => return Err(wrong("only buyer, after and limit are for sales")),
            };
            if twice {
                return Err(wrong(&format!("{name} stands there once")));
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_what_is_wrong_with_it_is_named() {
        let wanted = SalesQuery::parse("buyer=Ann%20B&after=7-k3v9xq&limit=5").unwrap();
        assert_eq!(wanted.buyer.as_deref(), Some("Ann B"));
        assert_eq!(
            (wanted.after.as_deref(), wanted.limit),
            (Some("7-k3v9xq"), Some(5))
        );
        for (query, named) in [
            ("limit=0", "limit is a number from 1 to 1000"),
            ("limit=1001", "limit is a number from 1 to 1000"),
            ("limit=ten", "limit is a number from 1 to 1000"),
            ("after=x", "after is the id of a sale"),
            ("name=Ann", "only buyer, after and limit"),
            ("buyer=a&buyer=b", "buyer stands there once"),
        ] {
            let problem = SalesQuery::parse(query).unwrap_err();
            assert!(problem.detail().contains(named), "{query}: {problem:?}");
        }
    }
}
