//! The members of `tickets.json` that are ours: the count, and what ties it to the ledger.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::count_text::{Fault, Members, whole_number};
use super::index::Index;

/// The two names of the count; a file has exactly one of them.
pub(super) const SPELLINGS: [&str; 2] = ["ticket", "ticket_num"];

/// How many are held, and where to look for holds and rules: there only where something is held, or a rule changed.
pub(super) const HELD: &str = "held";
pub(super) const INDEX: &str = "index";

/// What ties the count to the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    /// How many are sold.
    pub(crate) sold: u64,
    /// The number of the last ledger line that the count includes.
    pub(crate) seq: u64,
    /// Where that line ends in the ledger, in bytes.
    pub(crate) bytes: u64,
    /// How many are held.
    pub(crate) held: u64,
    /// What finds holds and rules.
    pub(crate) index: Index,
}

impl<'t> Members<'t> {
    /// The count, and under which of its two names it stands.
    pub(super) fn spelled(
        &self,
        text: &str,
    ) -> std::result::Result<(&'static str, &'t RawValue), Fault> {
        match SPELLINGS.map(|name| self.find(name)) {
            [Some(value), None] => Ok((SPELLINGS[0], value)),
            [None, Some(value)] => Ok((SPELLINGS[1], value)),
            [Some(_), Some(value)] => {
                let message = "has both \"ticket\" and \"ticket_num\": which one counts?";
                Err(Fault::value(text, value, message.into()))
            }
            [None, None] => {
                let message =
                    "has neither \"ticket\" nor \"ticket_num\", the number of tickets left";
                Err(Fault::new(message, 1, 1))
            }
        }
    }

    /// What ties the count to the ledger: all three members, or none.
    pub(super) fn counted(
        &self,
        index: Option<(u64, Index)>,
        text: &str,
    ) -> std::result::Result<Option<Counted>, Fault> {
        let found = |name: &str| self.find(name).map(|value| number(name, value, text));
        let ours = |name: &str| found(name).transpose();
        match (ours("sold")?, ours("seq")?, ours("bytes")?) {
            (None, None, None) => Ok(None),
            (Some(sold), Some(seq), Some(bytes)) => {
                let (held, index) = index.unwrap_or_default();
                Ok(Some(Counted {
                    sold,
                    seq,
                    bytes,
                    held,
                    index,
                }))
            }
            _ => {
                let message = "has some, but not all, of \"sold\", \"seq\" and \"bytes\", \
                               which tie it to the ledger";
                Err(Fault::new(message, 1, 1))
            }
        }
    }

    fn find(&self, name: &str) -> Option<&'t RawValue> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| *value)
    }
}

pub(super) fn number(name: &str, value: &RawValue, text: &str) -> std::result::Result<u64, Fault> {
    let found = whole_number(value.get());
    found.map_err(|found| Fault::value(text, value, format!("{name:?} is {found}")))
}

pub(super) fn refuse_doubles(parsed: &Members<'_>, text: &str) -> std::result::Result<(), Fault> {
    let mut names = HashSet::with_capacity(parsed.0.len());
    for (name, value) in &parsed.0 {
        if !names.insert(name) {
            let message = format!("{name:?} is there twice");
            return Err(Fault::value(text, value, message));
        }
    }
    Ok(())
}

/// How many are held, and where to look for holds and rules. Members of these names may be somebody's own; a damaged
/// index is none of those, whatever it is called by now.
pub(super) fn indexed(
    parsed: &Members<'_>,
    text: &str,
) -> std::result::Result<Option<(u64, Index)>, Fault> {
    let mut members = parsed.0.iter();
    let held = members.find(|(name, _)| name == HELD);
    let held = held.map_or(Ok(0), |(_, value)| whole_number(value.get()));
    for (name, value) in &parsed.0 {
        if !value.get().starts_with('{') {
            continue;
        }
        let index = held
            .as_ref()
            .ok()
            .and_then(|held| Index::unsealed(value.get(), *held));
        match (index, &held) {
            (Some(index), Ok(held)) if name == INDEX => return Ok(Some((*held, index))),
            (None, _) if name != INDEX || !Index::is_one(value.get()) => {}
            _ => {
                let message =
                    format!("{name:?}, which says where holds and rules are found, is damaged");
                return Err(Fault::value(text, value, message));
            }
        }
    }
    Ok(None)
}

pub(super) fn is_ours(name: &str) -> bool {
    SPELLINGS.contains(&name) || ["sold", "seq", "bytes"].contains(&name)
}
