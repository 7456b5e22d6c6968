//! `GET /api/v1/audit`: whether everything adds up.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

#[cfg(test)]
use super::failures::{Failures, RightFailures};
use super::sell::done;
#[cfg(test)]
use crate::office::Flaw;
use crate::office::{Audit, Finding, VerifiedUpTo};
use crate::serve::caller::Manager;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;

/// What an audit found, as `tickets audit --json` prints it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(super) struct AuditReply {
    /// Whether everything adds up.
    ok: bool,
    /// Always `audit`.
    command: &'static str,
    /// How many there are in all; null, as the next three, where what is behind the damage is unknown.
    capacity: Option<u64>,
    /// How many are sold.
    sold: Option<u64>,
    /// How many are held and not due.
    held: Option<u64>,
    /// How many are left: those on hand, and those whose hold is due.
    left: Option<u64>,
    /// How many of those that are left have a hold that is due, where one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<u64>,
    /// How many lines of the ledger add up.
    records: u64,
    /// What those lines come to, where there are others behind them, or were.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_up_to: Option<VerifiedMember>,
    /// What does not add up.
    #[cfg_attr(test, schema(value_type = Vec<FindingMember>))]
    findings: Vec<Finding>,
    /// What is worth to be known, and no fault.
    notes: Vec<String>,
}

/// What the lines of a ledger come to that add up, in front of the first that does not.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
struct VerifiedMember {
    /// The last of them.
    line: u64,
    /// How many there were in all then.
    capacity: u64,
    /// How many were sold.
    sold: u64,
    /// How many were held.
    held: u64,
    /// How many were left.
    left: u64,
}

impl VerifiedMember {
    fn of(verified: VerifiedUpTo) -> Self {
        let VerifiedUpTo {
            line,
            capacity,
            sold,
            held,
            left,
        } = verified;
        Self {
            line,
            capacity,
            sold,
            held,
            left,
        }
    }
}

/// Something that does not add up.
#[cfg(test)]
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands in the description only")]
pub(super) struct FindingMember {
    /// What it is.
    #[schema(value_type = FlawWord)]
    kind: Flaw,
    /// In which file.
    file: String,
    /// In which line of it; 0 where it is in none.
    line: u64,
    /// What is wrong, in words.
    text: String,
    /// Whether `tickets audit --repair` can put it right.
    repairable: bool,
}

/// What can be wrong.
#[cfg(test)]
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it stands in the description only")]
pub(super) enum FlawWord {
    Ledger,
    TornTail,
    Newline,
    Count,
    Drift,
    Short,
}

impl AuditReply {
    fn of(audit: Audit) -> Self {
        let totals = audit.totals();
        Self {
            ok: audit.findings.is_empty(),
            command: "audit",
            capacity: totals.capacity,
            sold: totals.sold,
            held: totals.held,
            left: totals.left,
            due: totals.due,
            records: totals.records,
            verified_up_to: totals.verified_up_to.map(VerifiedMember::of),
            findings: audit.findings,
            notes: audit.notes,
        }
    }
}

/// Whether everything adds up: every line of the ledger, and the count
#[cfg_attr(test, utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "management",
    security(("token" = [])),
    responses(
        (status = 200, description = "What it found: `ok` says whether everything adds up", body = AuditReply),
        RightFailures,
        Failures,
    )
))]
pub(super) async fn audit(
    State(site): State<Site>,
    _: Manager,
) -> Result<Response, ProblemResponse> {
    let audit = site.event.lookups.look(crate::BoxOffice::audit).await?;
    Ok(done(Json(AuditReply::of(audit))))
}
