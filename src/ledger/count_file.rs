//! `tickets.json`: the count that the world reads.
//!
//! People write this file, and so do other programs. Only the count and the three members that
//! tie it to the ledger are ours; everything else is kept, in its order and to the letter.

use std::fmt::Write as _;
use std::path::Path;

use super::count_members::{
    Counted, HELD, INDEX, SPELLINGS, indexed, is_ours, number, refuse_doubles,
};
use super::count_text::{Fault, Members, corrupt, line_and_column};
use super::index::Index;
use super::tally::Tally;
use crate::error::Result;

/// The contents of `tickets.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountFile {
    /// How many are left.
    pub(crate) ticket: u64,
    /// What ties it to the ledger; absent until something was sold.
    pub(crate) counted: Option<Counted>,
    pub(super) spelling: &'static str,
    /// All members in their order, each value as it was written. Ours are placeholders.
    pub(super) members: Vec<(String, Option<String>)>,
    pub(super) one_a_line: bool,
}

impl CountFile {
    /// What these bytes of the file say.
    pub(crate) fn of_bytes(bytes: &[u8], path: &Path) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let (line, column) = line_and_column(before);
            corrupt("is not UTF-8 text").at(path, line, column)
        })?;
        Self::parse(text).map_err(|fault| fault.in_file(path))
    }

    /// The count of a new event.
    pub(crate) fn fresh(ticket: u64) -> Self {
        Self {
            ticket,
            counted: None,
            spelling: SPELLINGS[0],
            members: vec![(SPELLINGS[0].to_owned(), None)],
            one_a_line: false,
        }
    }

    pub(crate) fn parse(text: &str) -> std::result::Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim_ascii().is_empty() {
            return Err(Fault::new(
                "is empty, and no object like {\"ticket\": 2}",
                1,
                1,
            ));
        }
        let parsed: Members<'_> =
            serde_json::from_str(text).map_err(|error| Fault::json(&error))?;
        refuse_doubles(&parsed, text)?;
        let (spelling, count) = parsed.spelled(text)?;
        let index = indexed(&parsed, text)?;
        let counted = parsed.counted(index, text)?;
        let is_indexed = counted.is_some() && index.is_some();
        Ok(Self {
            ticket: number(spelling, count, text)?,
            counted,
            spelling,
            members: parsed
                .0
                .into_iter()
                .map(|(name, value)| {
                    let ours = is_ours(&name) || is_indexed && [HELD, INDEX].contains(&&*name);
                    let value = (!ours).then(|| value.get().to_owned());
                    (name.into_owned(), value)
                })
                .collect(),
            one_a_line: text.trim_ascii().contains('\n'),
        })
    }

    /// Whether the file holds what cannot be told from the ledger: members that are not ours, the other
    /// spelling, another layout.
    pub(crate) fn is_personal(&self) -> bool {
        known_bad!(MembersUnsynced => return false);
        self.members.iter().any(|(_, value)| value.is_some())
            || self.spelling != SPELLINGS[0]
            || self.one_a_line
    }

    /// The same file with the count of the ledger up to `tally`.
    pub(crate) fn counting(&self, tally: &Tally) -> Self {
        let counted = Counted {
            sold: tally.sold,
            seq: tally.seq,
            bytes: tally.bytes,
            held: tally.held,
            index: tally.index,
        };
        self.with(tally.left, Some(counted))
    }

    /// The same file for an event that starts anew with `stock`.
    pub(crate) fn restarted(&self, stock: u64) -> Self {
        self.with(stock, None)
    }

    pub(super) fn with(&self, ticket: u64, counted: Option<Counted>) -> Self {
        let mut members: Vec<_> = self
            .members
            .iter()
            .filter(|(name, value)| name == self.spelling || value.is_some())
            .cloned()
            .collect();
        if let Some(counted) = counted {
            let ties: &[&str] = match (counted.held, counted.index == Index::default()) {
                (0, true) => &["sold", "seq", "bytes"],
                (0, false) => &["sold", "seq", "bytes", INDEX],
                _ => &["sold", HELD, "seq", "bytes", INDEX],
            };
            members.retain(|(name, value)| value.is_none() || !ties.contains(&name.as_str()));
            let at = members.iter().position(|(name, _)| name == self.spelling);
            let at = at.map_or(members.len(), |at| at + 1);
            members.splice(at..at, ties.iter().map(|&name| (name.to_owned(), None)));
        }
        Self {
            ticket,
            counted,
            members,
            ..self.clone()
        }
    }

    /// The text of the file.
    pub(crate) fn render(&self) -> String {
        let (open, between, close) = if self.one_a_line {
            ("{\n  ", ",\n  ", "\n}\n")
        } else {
            ("{", ", ", "}\n")
        };
        let counted = self.counted.unwrap_or(Counted {
            sold: 0,
            seq: 0,
            bytes: 0,
            held: 0,
            index: Index::default(),
        });
        let mut text = String::from(open);
        for (at, (name, value)) in self.members.iter().enumerate() {
            if at > 0 {
                text.push_str(between);
            }
            text.push_str(&serde_json::Value::from(name.as_str()).to_string());
            text.push_str(": ");
            let written = match (value, name.as_str()) {
                (Some(value), _) => text.write_str(value),
                (None, "sold") => write!(text, "{}", counted.sold),
                (None, "seq") => write!(text, "{}", counted.seq),
                (None, "bytes") => write!(text, "{}", counted.bytes),
                (None, HELD) => write!(text, "{}", counted.held),
                (None, INDEX) => text.write_str(&counted.index.sealed(counted.held)),
                (None, _) => write!(text, "{}", self.ticket),
            };
            debug_assert!(written.is_ok(), "writing to a String");
        }
        text.push_str(close);
        text
    }
}

#[cfg(test)]
mod tests;
