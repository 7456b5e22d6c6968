//! How a change is made that is no purchase: why, by whom, and under which key.

use std::time::Duration;

use super::order::{DEFAULT_WAIT, MAX_NAME, MAX_REASON, check_text};
use super::sale_key::proves;
use crate::error::{Error, Kind, Result};
use crate::store::FoundSale;

/// How a change is made.
///
/// ```
/// use tickets::office::Change;
///
/// let change = Change::new().reason("ill").by("carol").key("web-7f1c");
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use = "options do nothing until they are given to an office"]
pub struct Change<'a> {
    pub(crate) reason: Option<&'a str>,
    pub(crate) by: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) sale_key: Option<&'a str>,
    pub(crate) wait: Duration,
}

impl Default for Change<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Change<'a> {
    /// Without a reason, and without a key, and with [`DEFAULT_WAIT`].
    pub fn new() -> Self {
        Self {
            reason: None,
            by: None,
            key: None,
            sale_key: None,
            wait: DEFAULT_WAIT,
        }
    }

    /// Why; kept on the ledger.
    pub fn reason(self, reason: impl Into<Option<&'a str>>) -> Self {
        let reason = reason.into();
        Self { reason, ..self }
    }

    /// By whom; kept on the ledger.
    pub fn by(self, by: impl Into<Option<&'a str>>) -> Self {
        let by = by.into();
        Self { by, ..self }
    }

    /// With this idempotency key: however often it is asked for, it is done once. For a cancellation and an adjustment;
    /// the other changes are done once without.
    pub fn key(self, key: impl Into<Option<&'a str>>) -> Self {
        let key = key.into();
        Self { key, ..self }
    }

    /// Only of a sale or a hold that was made under this key: for a buyer, who proves by it that it is theirs. Under
    /// another key there is no such sale.
    pub fn sale_key(self, key: impl Into<Option<&'a str>>) -> Self {
        let sale_key = key.into();
        Self { sale_key, ..self }
    }

    /// Waits so long for the lock.
    pub fn wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    /// The same of a change that is made once anyhow, so that it takes no key.
    pub(super) fn check_without_key(&self) -> Result<()> {
        if self.key.is_some() {
            let message = "this takes no key: it is done once, however often it is asked for";
            return Err(Error::new(Kind::Usage, message));
        }
        self.check()
    }

    /// Whether this sale or hold is one that may be changed.
    pub(super) fn may_touch(&self, found: &FoundSale) -> bool {
        self.sale_key
            .is_none_or(|key| proves(key, found.key.as_deref()))
    }

    /// An error when it makes no sense.
    pub(super) fn check(&self) -> Result<()> {
        for (what, text, most) in [
            ("a reason", self.reason, MAX_REASON),
            ("a name", self.by, MAX_NAME),
            ("a key", self.key, MAX_NAME),
        ] {
            if let Some(text) = text {
                check_text(what, text, most)?;
            }
        }
        Ok(())
    }
}
