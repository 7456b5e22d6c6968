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
            return Err(Fault::new("is empty, not {\"ticket\": 2}", 1, 1));
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
mod tests {
    use super::*;

    fn tally(left: u64, sold: u64, seq: u64, bytes: u64) -> Tally {
        Tally {
            seq,
            bytes,
            left,
            sold,
            ..Tally::default()
        }
    }

    #[test]
    fn foreign_members_keep_their_order_and_their_letters() {
        let text = "{\"b\": 1e400, \"ticket_num\": 7, \"a\": {\"x\":[1, 2.50]}}";
        let count = CountFile::parse(text).unwrap();
        let sold = count.counting(&tally(6, 1, 2, 311));
        let expected = "{\"b\": 1e400, \"ticket_num\": 6, \"sold\": 1, \"seq\": 2, \"bytes\": 311, \
                        \"a\": {\"x\":[1, 2.50]}}\n";
        assert_eq!(sold.render(), expected);
        assert_eq!(CountFile::parse(expected).unwrap(), sold);
        assert_eq!(sold.restarted(7).render(), format!("{text}\n"));
    }

    #[test]
    fn the_edits_of_two_people_are_both_kept() {
        let read = |text: &str| CountFile::parse(text).unwrap();
        let base = r#"{"ticket": 5, "a": 1, "b": 2, "c": 3}"#;
        for (first, second, both) in [
            (
                r#"{"ticket": 5, "a": 1, "b": 2, "c": 3, "m1": [1, 2.50]}"#,
                r#"{"ticket": 5, "a": 1, "b": 2, "c": 3, "m2": 0}"#,
                r#"{"ticket": 4, "a": 1, "b": 2, "c": 3, "m1": [1, 2.50], "m2": 0}"#,
            ),
            (
                r#"{"ticket": 5, "a": 9, "b": 2}"#,
                r#"{"m2": 0, "ticket": 5, "a": 1, "b": 1e2, "c": 3}"#,
                r#"{"m2": 0, "ticket": 4, "a": 9, "b": 1e2}"#,
            ),
            // Of two who change one member the later counts.
            (
                r#"{"ticket": 5, "a": 9, "b": 2, "c": 4}"#,
                r#"{"ticket": 5, "a": 8, "b": 2, "c": 3}"#,
                r#"{"ticket": 4, "a": 8, "b": 2, "c": 4}"#,
            ),
            (
                r#"{"ticket": 5, "a": 9, "b": 2, "c": 3}"#,
                r#"{"ticket_num": 5, "b": 2, "c": 3}"#,
                r#"{"ticket_num": 4, "b": 2, "c": 3}"#,
            ),
            // One spells the count otherwise, and the other adds a member.
            (
                r#"{"ticket_num": 5, "a": 1, "b": 2, "c": 3}"#,
                r#"{"ticket": 5, "a": 1, "b": 2, "c": 3, "m": 0}"#,
                r#"{"ticket_num": 4, "a": 1, "b": 2, "c": 3, "m": 0}"#,
            ),
            (
                "{\n  \"ticket\": 5,\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}",
                r#"{"ticket": 5, "b": 2, "c": 3}"#,
                "{\n  \"ticket\": 4,\n  \"b\": 2,\n  \"c\": 3\n}",
            ),
        ] {
            let ours = read(base).counting(&tally(4, 1, 2, 9));
            let once = ours.taking_over(&read(base), &read(first));
            assert_eq!(once.restarted(5), read(first).restarted(5));
            assert_eq!((once.ticket, once.counted), (4, ours.counted));
            let twice = once.taking_over(&ours, &read(second));
            assert_eq!(twice.counted, ours.counted);
            assert_eq!(twice.restarted(4).render(), format!("{both}\n"));
        }
    }

    #[test]
    fn a_file_with_a_member_a_line_stays_so() {
        let text = "{\n    \"ticket\": 2,\n    \"venue\": \"hall\"\n}";
        let sold = CountFile::parse(text).unwrap().counting(&tally(1, 1, 2, 9));
        let expected = "{\n  \"ticket\": 1,\n  \"sold\": 1,\n  \"seq\": 2,\n  \"bytes\": 9,\n  \
                        \"venue\": \"hall\"\n}\n";
        assert_eq!(sold.render(), expected);
    }

    /// Such a count is synced before its name means it: no ledger says what stands in it.
    #[test]
    fn what_the_ledger_cannot_tell_makes_a_count_personal() {
        for (text, personal) in [
            ("{\"ticket\": 2}", false),
            ("{\"ticket\":2}", false),
            (
                "{\"ticket\": 2, \"sold\": 1, \"seq\": 2, \"bytes\": 9}",
                false,
            ),
            (
                "{\"ticket\": 2, \"sold\": 1, \"seq\": 2, \"bytes\": 9, \"venue\": 1}",
                true,
            ),
            ("{\"venue\": null, \"ticket\": 2}", true),
            ("{\"ticket_num\": 2}", true),
            ("{\n\"ticket\": 2}", true),
            ("{\"ticket\": 2\n}\n", true),
            ("{\"ticket\": 2}\n\n", false),
        ] {
            let count = CountFile::parse(text).unwrap();
            assert_eq!(count.is_personal(), personal, "{text}");
            // So are the later versions of it.
            let sold = count.counting(&tally(1, 2, 3, 99));
            assert_eq!(sold.is_personal(), personal, "{text}");
        }
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        let fault = |text| CountFile::parse(text).unwrap_err();
        let found = fault("{\n \"ticket\": 2.5}");
        assert_eq!((found.line, found.column), (2, 12));
        assert_eq!(found.message, "\"ticket\" is 2.5, not a whole number");
        for (text, part) in [
            ("", "empty"),
            (" \n", "empty"),
            ("{\"ticket\": 2", "it ends in the middle"),
            ("[1]", "is not an object"),
            ("{\"ticket\": 2}}", "something stands behind its end"),
            ("{\"ticket\": 2, \"ticket_num\": 2}", "both"),
            ("{\"tickets\": 2}", "neither"),
            ("{\"ticket\": -1}", "below zero"),
            ("{\"ticket\": \"2\"}", "\"2\", not a whole number"),
            ("{\"ticket\": 1e400}", "1e400, not a whole number"),
            ("{\"ticket\": 9007199254740992}", "more than"),
            ("{\"ticket\": 18446744073709551616}", "more than"),
            ("{\"ticket\": 2, \"ticket\": 2}", "twice"),
            ("{\"ticket\": 2, \"a\": 1, \"a\": 2}", "twice"),
            ("{\"ticket\": 2, \"seq\": 1}", "some, but not all"),
        ] {
            let fault = fault(text);
            assert!(fault.message.contains(part), "{text}: {}", fault.message);
        }
        assert_eq!(
            CountFile::parse("\u{feff}{\"ticket\": 2}").unwrap().ticket,
            2
        );
    }

    #[test]
    fn deep_nesting_is_no_harm() {
        let deep = format!(
            "{{\"ticket\": 2, \"x\": {}{}}}",
            "[".repeat(200_000),
            "]".repeat(200_000)
        );
        assert_eq!(CountFile::parse(&deep).unwrap().ticket, 2);
    }
}
