//! `POST /api/v1/holds`, and the end of a hold.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

#[cfg(test)]
use super::failures::{ChangeFailures, RightFailures, SaleFailures};
use super::replies::{
    ConfirmReply, HoldReply, NewHold, ReleaseReply, ReleasedHold, SaleInReply, warn,
};
use super::sale::SaleId;
use super::sell::{done, made};
use crate::office::{Change, Order};
use crate::serve::body::{Body, Described};
use crate::serve::caller::{Anybody, Manager, Right};
use crate::serve::keys::OrderKey;
#[cfg(test)]
use crate::serve::problem::ProblemReply;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;
use crate::serve::waiting_orders::LOCK_TIME;

/// The longest time that tickets are held.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// What is to be held.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schema(example = json!({"buyer": "Ann", "quantity": 2, "for": "10m"})))]
pub(super) struct HoldOrder {
    /// For whom: one line of at most 256 bytes, of which something can be seen.
    #[cfg_attr(test, schema(min_length = 1, max_length = 256))]
    buyer: String,
    /// How many.
    #[cfg_attr(test, schema(minimum = 1, maximum = 9_007_199_254_740_991_u64))]
    quantity: u64,
    /// For how long, as in `15m` or `2h`; without it, for as long as the event says.
    #[cfg_attr(test, schema(pattern = "^[1-9][0-9]{0,2}(s|m|h)$"))]
    r#for: Option<String>,
}

impl Described for HoldOrder {
    const NAME: &'static str = "HoldOrder";
}

/// Keep tickets for somebody until a time
///
/// Without a token only where the event says how long, and for no longer than that.
#[cfg_attr(test, utoipa::path(
    post,
    path = "/api/v1/holds",
    tag = "holds",
    params(("Idempotency-Key" = String, Header, description = "A key of the client's own for this hold; with it the hold is confirmed or released")),
    request_body = HoldOrder,
    security((), ("token" = [])),
    responses(
        (status = 201, description = "Held", body = HoldReply, headers(("Location" = String, description = "The hold"))),
        (status = 200, description = "Held before, under the same key", body = HoldReply, headers(("Location" = String, description = "The hold"))),
        (status = 403, description = "This event holds none for the public", body = ProblemReply, content_type = "application/problem+json"),
        RightFailures,
        ChangeFailures,
    )
))]
pub(super) async fn hold(
    State(site): State<Site>,
    Anybody(manager): Anybody,
    OrderKey(key): OrderKey,
    Body(wanted): Body<HoldOrder>,
) -> Result<Response, ProblemResponse> {
    let time = wanted.r#for.as_deref().map(time).transpose()?;
    let hold = site.event.clerks.change(move |office| {
        let order = Order::new(&wanted.buyer, wanted.quantity)
            .key(key.as_str())
            .by(manager.as_ref().map(|Manager(name)| name.as_str()))
            .wait(LOCK_TIME);
        match manager {
            Some(_) => office.hold(&order, time),
            None => office.hold_for_public(&order, time),
        }
    });
    let hold = hold.await?;
    warn(hold.unpublished.as_ref());
    let reply = HoldReply {
        left: hold.left,
        held: hold.held,
        replayed: hold.replayed,
        hold: NewHold {
            id: hold.id,
            buyer: hold.buyer,
            quantity: hold.quantity,
            until: hold.until,
        },
    };
    Ok(made(&site, reply.replayed, &reply.hold.id, Json(&reply)))
}

fn time(text: &str) -> Result<Duration, ProblemResponse> {
    let wrong = |why: String| {
        let detail = format!("for: {why}; write 15m or 2h");
        ProblemResponse::refused(StatusCode::UNPROCESSABLE_ENTITY, detail)
    };
    match humantime::parse_duration(text) {
        Ok(time) if time.is_zero() => Err(wrong("that is no time".to_owned())),
        Ok(time) if time <= LONGEST => Ok(time),
        Ok(_) => Err(wrong("at most 366days is allowed".to_owned())),
        Err(error) => Err(wrong(error.to_string())),
    }
}

/// Make a sale of a hold
///
/// By the hold's own key, in `Sale-Key`, or with a token. Again, it is answered as before.
#[cfg_attr(test, utoipa::path(
    post,
    path = "/api/v1/holds/{id}/confirm",
    tag = "holds",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Idempotency-Key" = String, Header, description = "A key of the client's own; a hold is confirmed once under any"),
        ("Sale-Key" = Option<String>, Header, description = "The key that the hold was made under, where no token is sent"),
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "Sold, now or before", body = ConfirmReply),
        RightFailures,
        SaleFailures,
        ChangeFailures,
    )
))]
pub(super) async fn confirm(
    State(site): State<Site>,
    SaleId(id): SaleId,
    right: Right,
    _: OrderKey,
) -> Result<Response, ProblemResponse> {
    let ended = site.event.clerks.change(move |office| {
        let change = ending(&right);
        office.confirm(&id, &change)
    });
    let hold = ended.await?;
    warn(hold.unpublished.as_ref());
    Ok(done(Json(ConfirmReply {
        sale: SaleInReply {
            id: hold.id,
            buyer: hold.buyer,
            quantity: hold.quantity,
        },
        left: hold.left,
        replayed: hold.replayed,
    })))
}

/// Give a hold back
///
/// By the hold's own key, in `Sale-Key`, or with a token. Again, it is answered as before.
#[cfg_attr(test, utoipa::path(
    delete,
    path = "/api/v1/holds/{id}",
    tag = "holds",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Sale-Key" = Option<String>, Header, description = "The key that the hold was made under, where no token is sent"),
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "Given back, now or before", body = ReleaseReply),
        RightFailures,
        SaleFailures,
        ChangeFailures,
    )
))]
pub(super) async fn release(
    State(site): State<Site>,
    SaleId(id): SaleId,
    right: Right,
) -> Result<Response, ProblemResponse> {
    let ended = site.event.clerks.change(move |office| {
        let change = ending(&right);
        office.release(&id, &change)
    });
    let hold = ended.await?;
    warn(hold.unpublished.as_ref());
    Ok(done(Json(ReleaseReply {
        released: ReleasedHold {
            id: hold.id,
            quantity: hold.quantity,
        },
        left: hold.left,
        replayed: hold.replayed,
    })))
}

fn ending(right: &Right) -> Change<'_> {
    Change::new()
        .by(right.manager())
        .sale_key(right.key())
        .wait(LOCK_TIME)
}
