//! The index: what finds the open holds and the settings of an event without a look at its whole ledger.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::{Op, Record};

/// Where to look, and whether there is anything to look for. All of it can be told from the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Index {
    #[serde(skip_serializing_if = "Option::is_none")]
    /// No line before this byte opened a hold that is open still. `None`: nothing is held.
    pub(crate) holds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// No open hold is due before this, in milliseconds since 1970. `None`: nothing is held.
    pub(crate) due: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// Where the last line stands that changed the settings after the event was made.
    pub(crate) set: Option<u64>,
    #[serde(skip_serializing_if = "is_open")]
    /// Whether the event is closed.
    pub(crate) closed: bool,
}

impl Index {
    /// The index after one more line, which begins at this byte or behind blank ones there, where so many are held then.
    pub(super) fn after(self, record: &Record<'_>, start: u64, held: u64) -> Self {
        let mut index = self;
        match record.op {
            Op::Open => index = Self::default(),
            Op::Hold => {
                let due = record.until.as_deref().and_then(millisecond);
                // What cannot be read is due at once: it is looked at then.
                let due = due.unwrap_or(i64::MIN);
                index.holds = Some(self.holds.unwrap_or(start));
                index.due = Some(self.due.map_or(due, |before| before.min(due)));
            }
            Op::Close | Op::Reopen => index.closed = record.op == Op::Close,
            // The settings that an event is made with stand on its second line.
            Op::Set if record.seq != 2 => index.set = Some(start),
            _ => {}
        }
        if held == 0 {
            (index.holds, index.due) = (None, None);
        }
        index
    }

    /// Whether a hold may be due at this time.
    pub(crate) fn may_be_due(&self, now: i64) -> bool {
        self.due.is_some_and(|due| due <= now)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_open(closed: &bool) -> bool {
    !closed
}

/// A time of the ledger in milliseconds since 1970.
pub(crate) fn millisecond(time: &str) -> Option<i64> {
    time.parse::<Timestamp>()
        .ok()
        .map(Timestamp::as_millisecond)
}
