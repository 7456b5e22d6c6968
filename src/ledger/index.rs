//! The index: what finds the open holds and the settings of an event without a look at its whole ledger.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::op::Op;
use super::record::Record;
use super::sum::Sum;

/// Where to look, and whether there is anything to look for. All of it can be told from the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    /// How many there are in all: left, sold and held. `None`: as many as the event opened with, for that was never
    /// adjusted.
    pub(crate) in_all: Option<u64>,
}

/// An index as the count has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    holds: Option<u64>,
    due: Option<i64>,
    set: Option<u64>,
    #[serde(default)]
    closed: bool,
    in_all: Option<u64>,
    sum: String,
}

impl Index {
    /// How it stands in the count: with a checksum of its own and of how many are held, for who believes a damaged one
    /// sells what is held, or by no rules.
    pub(super) fn sealed(&self, held: u64) -> String {
        let body = serde_json::to_string(self).unwrap_or_default();
        let body = body.trim_end_matches('}');
        let between = if body.len() > 1 { "," } else { "" };
        format!("{body}{between}\"sum\":\"{}\"}}", self.seal(held))
    }

    fn seal(&self, held: u64) -> Sum {
        let body = serde_json::to_vec(self).unwrap_or_default();
        Sum::of(&body, Sum(held))
    }

    /// What a member of the count says, where that is an index whose checksum fits.
    pub(super) fn unsealed(text: &str, held: u64) -> Option<Self> {
        let sealed: Sealed = serde_json::from_str(text).ok()?;
        let index = Self {
            holds: sealed.holds,
            due: sealed.due,
            set: sealed.set,
            closed: sealed.closed,
            in_all: sealed.in_all,
        };
        known_bad!(IndexBelieved => return Some(index));
        (sealed.sum == index.seal(held).to_string()).then_some(index)
    }

    /// Whether a member of the count is an index, sound or damaged, and not somebody's own.
    pub(super) fn is_one(text: &str) -> bool {
        let members = serde_json::from_str::<HashMap<String, &RawValue>>(text);
        let own = ["holds", "due", "set", "closed", "in_all", "sum"];
        members.is_ok_and(|members| own.iter().any(|name| members.contains_key(*name)))
    }

    /// The index after one more line, which begins at this byte or behind blank ones there, where so many are held then,
    /// and so many there are in all.
    pub(super) fn after(self, record: &Record<'_>, start: u64, (held, in_all): (u64, u64)) -> Self {
        known_bad!(CloseForgotten => if record.op == Op::Close { return self });
        known_bad!(SetForgotten => if record.op == Op::Set { return self });
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
            Op::Adjust => index.in_all = Some(in_all),
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

#[cfg(test)]
mod tests {
    use super::Index;

    #[test]
    fn a_sealed_index_is_read_however_it_is_laid_out_and_no_other_is() {
        let full = Index {
            holds: Some(1),
            due: Some(-2),
            set: Some(3),
            closed: true,
            in_all: Some(4),
        };
        for index in [Index::default(), full] {
            let text = index.sealed(7);
            assert_eq!(Index::unsealed(&text, 7), Some(index), "{text}");
            assert_eq!(Index::unsealed(&text.replace(':', " : "), 7), Some(index));
            assert_eq!(Index::unsealed(&text, 6), None);
            assert!(Index::is_one(&text));
            for at in 0..text.len() {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1;
                let damaged = String::from_utf8(bytes).unwrap();
                assert_eq!(Index::unsealed(&damaged, 7), None, "{damaged}");
            }
        }
        for theirs in ["7", "[]", "{}", "{\"page\":1}", "\"sum\""] {
            assert!(!Index::is_one(theirs), "{theirs}");
        }
    }
}
