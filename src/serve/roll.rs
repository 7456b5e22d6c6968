//! What the desk knows of an event: its sales, kept up to date, and what its last audit found.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::lookups::LookupPool;
use super::problem::ProblemResponse;
use crate::BoxOffice;
use crate::error::Result;
use crate::office::{RollMark, SalesRoll};

/// How large a ledger is at most that is verified unasked, in bytes.
const SMALL: u64 = 1 << 20;

/// The sales of an event, and its last audit. Nothing is read before somebody looks at the desk.
#[derive(Debug, Clone, Default)]
pub(super) struct EventRoll {
    roll: Arc<Mutex<SalesRoll>>,
    audit: Arc<Mutex<Option<AuditState>>>,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AuditState {
    /// When it was made, RFC 3339 in UTC.
    pub(super) at: String,
    /// How many lines of the ledger add up.
    pub(super) lines: u64,
    /// What does not add up, in words.
    pub(super) findings: Vec<String>,
    /// Up to where the ledger was known then.
    mark: RollMark,
}

impl EventRoll {
    /// Shows the sales as they are by now.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        lookups: &LookupPool,
        see: impl FnOnce(&SalesRoll) -> T + Send + 'static,
    ) -> std::result::Result<T, ProblemResponse> {
        let roll = Arc::clone(&self.roll);
        let look = move |office: &BoxOffice| {
            let mut roll = roll.lock().unwrap_or_else(PoisonError::into_inner);
            office.follow_sales(&mut roll)?;
            Ok(see(&roll))
        };
        lookups.look(look).await
    }

    /// What the last audit found. A small ledger is verified when it has changed since; a large one, when somebody asks for it.
    pub(super) async fn last_audit(
        &self,
        lookups: &LookupPool,
    ) -> std::result::Result<Option<AuditState>, ProblemResponse> {
        let mark = self.look(lookups, SalesRoll::mark).await?;
        let last = self.known_audit();
        let is_known = last.as_ref().is_some_and(|last| last.mark == mark);
        if is_known || mark.bytes > SMALL {
            return Ok(last);
        }
        self.audit(lookups).await.map(Some)
    }

    /// Verifies all of it.
    pub(super) async fn audit(
        &self,
        lookups: &LookupPool,
    ) -> std::result::Result<AuditState, ProblemResponse> {
        let mark = self.look(lookups, SalesRoll::mark).await;
        let last = Arc::clone(&self.audit);
        let look = move |office: &BoxOffice| -> Result<AuditState> {
            let audit = office.audit()?;
            let findings = audit.findings.iter();
            let state = AuditState {
                at: format!("{:.0}", Timestamp::now()),
                lines: audit.records,
                findings: findings.map(|finding| finding.text.clone()).collect(),
                // What cannot be followed is looked at again each time.
                mark: mark.unwrap_or_default(),
            };
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some(state.clone());
            Ok(state)
        };
        lookups.look(look).await
    }

    fn known_audit(&self) -> Option<AuditState> {
        let last = self.audit.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }
}
