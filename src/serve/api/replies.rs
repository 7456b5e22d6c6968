//! What is answered, as JSON.

use serde::Serialize;

use crate::error::Error;
use crate::office::{EventState, OnSale, State};
use crate::shown;

/// What an event holds, and whether it is on sale.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(in crate::serve) struct EventReply {
    /// How many are left.
    left: u64,
    /// How many are sold.
    sold: u64,
    /// How many are held for somebody.
    held: u64,
    /// Whether tickets can be had.
    #[cfg_attr(test, schema(value_type = OnSaleWord))]
    on_sale: OnSale,
    /// What the event is called.
    title: Option<String>,
}

impl EventReply {
    pub(in crate::serve) fn of(state: &EventState) -> Self {
        Self {
            left: state.left,
            sold: state.sold,
            held: state.held,
            on_sale: state.on_sale,
            title: state.title.clone(),
        }
    }
}

/// Whether tickets can be had.
#[cfg(test)]
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it stands in the description only")]
pub(super) enum OnSaleWord {
    Open,
    Closed,
    NotYet,
    Over,
    SoldOut,
}

/// What a sale or a hold is by now.
#[cfg(test)]
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it stands in the description only")]
pub(super) enum StateWord {
    Valid,
    Part,
    Cancelled,
    Held,
    Released,
    Expired,
}

/// A new sale.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct SaleReply {
    pub(super) sale: NewSale,
    /// How many are left.
    pub(super) left: u64,
    /// Whether it was sold before, under the same key.
    pub(super) replayed: bool,
}

/// A sale.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct NewSale {
    /// Its id.
    pub(super) id: String,
    /// Who bought, as it is written down.
    pub(super) buyer: String,
    /// How many.
    pub(super) quantity: u64,
    /// When it was written.
    #[cfg_attr(test, schema(format = DateTime))]
    pub(super) at: String,
}

/// A sale, or a part of one.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct SaleInReply {
    /// Its id.
    pub(super) id: String,
    /// Who bought.
    pub(super) buyer: String,
    /// How many.
    pub(super) quantity: u64,
}

/// A sale that was cancelled, or a part of it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct CancelReply {
    pub(super) cancelled: SaleInReply,
    /// How many of the sale are not cancelled.
    pub(super) kept: u64,
    /// How many are left.
    pub(super) left: u64,
    /// Whether it was done before.
    pub(super) replayed: bool,
}

/// A hold that became a sale, with the same id.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct ConfirmReply {
    pub(super) sale: SaleInReply,
    /// How many are left.
    pub(super) left: u64,
    /// Whether it was done before.
    pub(super) replayed: bool,
}

/// A hold that was given back.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct ReleaseReply {
    pub(super) released: ReleasedHold,
    /// How many are left.
    pub(super) left: u64,
    /// Whether it was done before.
    pub(super) replayed: bool,
}

/// A hold that was given back.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct ReleasedHold {
    /// Its id.
    pub(super) id: String,
    /// How many.
    pub(super) quantity: u64,
}

/// A new hold.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct HoldReply {
    pub(super) hold: NewHold,
    /// How many are left.
    pub(super) left: u64,
    /// How many are held in all.
    pub(super) held: u64,
    /// Whether it was made before, under the same key.
    pub(super) replayed: bool,
}

/// A hold.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct NewHold {
    /// Its id, and that of the sale that may come of it.
    pub(super) id: String,
    /// For whom, as it is written down.
    pub(super) buyer: String,
    /// How many.
    pub(super) quantity: u64,
    /// Until when. From then on it ends when somebody needs its tickets.
    #[cfg_attr(test, schema(format = DateTime))]
    pub(super) until: String,
}

/// A sale or a hold, as it is by now.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct SaleStatusReply {
    pub(super) sale: SaleStatusMember,
}

/// A sale or a hold, as it is by now.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct SaleStatusMember {
    /// Its id.
    pub(super) id: String,
    /// The buyer's name by now.
    pub(super) buyer: String,
    /// How many tickets it was made with.
    pub(super) quantity: u64,
    /// How many of these are cancelled.
    pub(super) cancelled: u64,
    /// What it is by now.
    #[cfg_attr(test, schema(value_type = StateWord))]
    pub(super) state: State,
    /// When it was written.
    #[cfg_attr(test, schema(format = DateTime))]
    pub(super) at: String,
    /// Until when a hold is kept.
    #[cfg_attr(test, schema(format = DateTime))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<String>,
}

/// What stands although the count does not show it yet: told in the log, for the next order puts it right.
pub(in crate::serve) fn warn(unpublished: Option<&Error>) {
    if let Some(error) = unpublished {
        tracing::warn!(
            "on the ledger, and not in the count yet: {}",
            shown(&error.to_string())
        );
    }
}
