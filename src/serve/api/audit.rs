//! `GET /api/v1/audit`: whether everything adds up.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::failures::{Failures, RightFailures};
use super::sell::done;
use crate::office::{Audit, Finding, Flaw};
use crate::serve::caller::Manager;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;

/// What an audit found, as `tickets audit --json` prints it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditReply {
    /// Whether everything adds up.
    ok: bool,
    /// Always `audit`.
    command: &'static str,
    /// How many there are in all.
    capacity: u64,
    /// How many are sold.
    sold: u64,
    /// How many are held.
    held: u64,
    /// How many are left.
    left: u64,
    /// How many lines of the ledger add up.
    records: u64,
    /// What does not add up.
    #[schema(value_type = Vec<FindingMember>)]
    findings: Vec<Finding>,
    /// What is worth to be known, and no fault.
    notes: Vec<String>,
}

/// Something that does not add up.
#[derive(ToSchema)]
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
#[derive(ToSchema)]
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
        Self {
            ok: audit.findings.is_empty(),
            command: "audit",
            capacity: audit.capacity,
            sold: audit.sold,
            held: audit.held,
            left: audit.left,
            records: audit.records,
            findings: audit.findings,
            notes: audit.notes,
        }
    }
}

/// Whether everything adds up: every line of the ledger, and the count
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "management",
    security(("token" = [])),
    responses(
        (status = 200, description = "What it found: `ok` says whether everything adds up", body = AuditReply),
        RightFailures,
        Failures,
    )
)]
pub(super) async fn audit(
    State(site): State<Site>,
    _: Manager,
) -> Result<Response, ProblemResponse> {
    let audit = site.event.lookups.look(crate::BoxOffice::audit).await?;
    Ok(done(Json(AuditReply::of(audit))))
}
