//! What can be read of a count that makes no sense: the members that are somebody's own.

use serde_json::value::RawValue;

use super::count_file::CountFile;
use super::count_members::{HELD, INDEX, SPELLINGS, is_ours};
use super::count_text::whole_number;
use super::index::Index;

impl CountFile {
    /// A count of nothing with the members of somebody's own that can be read in these bytes, whatever else is wrong with
    /// them: up to the first that is no text.
    pub(crate) fn salvaged(bytes: &[u8]) -> Self {
        let text = bytes.utf8_chunks().next();
        let text = text.map_or("", |chunk| chunk.valid());
        let read = members(text);
        let has = |spelling: &str| read.iter().any(|(name, _)| name == spelling);
        let spelling = if has(SPELLINGS[1]) && !has(SPELLINGS[0]) {
            SPELLINGS[1]
        } else {
            SPELLINGS[0]
        };
        let held = read.iter().find(|(name, _)| name == HELD);
        let held = held.and_then(|(_, value)| whole_number(value).ok());
        // Also one that somebody has given another name: as it is, no count with it would be read.
        let is_index = |name: &str, value: &str| {
            name == INDEX && Index::is_one(value)
                || Index::unsealed(value, held.unwrap_or_default()).is_some()
        };
        let is_indexed = read.iter().any(|(name, value)| is_index(name, value));
        let mut kept: Vec<(String, Option<String>)> = Vec::new();
        for (name, value) in read {
            let value = match name.as_str() {
                name if name == spelling => None,
                name if is_index(name, value) => continue,
                HELD if is_indexed && held.is_some() => continue,
                name if is_ours(name) => continue,
                _ => Some(value.to_owned()),
            };
            // Of a member that is there twice the last one counts, as most readers of JSON have it.
            match kept.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = value,
                None => kept.push((name, value)),
            }
        }
        if !kept.iter().any(|(name, _)| name == spelling) {
            kept.insert(0, (spelling.to_owned(), None));
        }
        Self {
            ticket: 0,
            counted: None,
            spelling,
            members: kept,
            one_a_line: text.trim_ascii().contains('\n'),
        }
    }

    /// The names of the members that are somebody's own.
    pub(crate) fn own_names(&self) -> impl Iterator<Item = &str> {
        let own = self.members.iter().filter(|(_, value)| value.is_some());
        own.map(|(name, _)| name.as_str())
    }
}

/// The members of an object that can be read, with or without commas between them.
fn members(text: &str) -> Vec<(String, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(mut rest) = text.trim_start().strip_prefix('{') else {
        return Vec::new();
    };
    let mut members = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        match member(rest) {
            Some((name, value, behind)) => {
                members.push((name, value));
                rest = behind;
            }
            None => match behind_member(rest) {
                Some(behind) => rest = behind,
                None => return members,
            },
        }
    }
}

/// The member that begins here, and what stands behind it.
fn member(text: &str) -> Option<(String, &str, &str)> {
    let (name, behind) = value(text)?;
    let name = serde_json::from_str(name).ok()?;
    let (value, behind) = value(behind.trim_start().strip_prefix(':')?)?;
    Some((name, value, behind))
}

/// The value that begins here, and what stands behind it.
fn value(text: &str) -> Option<(&str, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    Some((value.get(), text.get(values.byte_offset()..)?))
}

/// What stands behind a member that cannot be read: behind its line, or its comma. `None`: where it ends cannot be told,
/// for members of another object may stand in it.
fn behind_member(text: &str) -> Option<&str> {
    let mut quotes = 0;
    let end = text.find(|c| {
        quotes += usize::from(c == '"');
        c == '\n' || c == ',' && quotes % 2 == 0
    })?;
    let (member, behind) = text.split_at_checked(end)?;
    (!member.contains(['{', '[', '}'])).then_some(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_somebodys_own_are_read_whatever_is_wrong_beside_them() {
        for (text, is) in [
            (
                r#"{"ticket": 2, "door": "north",}"#,
                r#"{"ticket": 0, "door": "north"}"#,
            ),
            (
                r#"{"door": "north", "ticket": 5O, "n": [1, {"a": 2}]"#,
                r#"{"ticket": 0, "door": "north", "n": [1, {"a": 2}]}"#,
            ),
            (
                r#"{"ticket": 2 "door": "north" "n": 1}"#,
                r#"{"ticket": 0, "door": "north", "n": 1}"#,
            ),
            (
                r#"{"ticket_num": "two", "sold": 1, "seq": 3, "a": 1, "a": 2}"#,
                r#"{"ticket_num": 0, "a": 2}"#,
            ),
            (
                "{\n  \"ticket\": 2,\n  // mine\n  \"door\": \"no, rth,\n  \"n\": 1\n}",
                "{\n  \"ticket\": 0,\n  \"n\": 1\n}\n",
            ),
            (
                r#"{"ticket": -1, "held": 2, "index": {"holds": 7, "sum": "x"}, "a": {"sum": 1}"#,
                r#"{"ticket": 0, "a": {"sum": 1}}"#,
            ),
            (
                r#"{"ticket": -1, "held": "back", "index": "A to Z"}"#,
                r#"{"ticket": 0, "held": "back", "index": "A to Z"}"#,
            ),
            (
                r#"{"a": 1, "venue": {"rows": 5O, "x": 1}, "b": 2}"#,
                r#"{"ticket": 0, "a": 1}"#,
            ),
            ("garbage", r#"{"ticket": 0}"#),
            ("", r#"{"ticket": 0}"#),
        ] {
            let salvaged = CountFile::salvaged(text.as_bytes()).render();
            assert_eq!(salvaged.trim_end(), is.trim_end(), "{text}");
        }
        let renamed = Index::default().sealed(2);
        let renamed = format!("{{\"ticket\": -1, \"held\": 2, \"indx\": {renamed}, \"a\": 1}}");
        let own = CountFile::salvaged(renamed.as_bytes());
        assert_eq!(own.own_names().collect::<Vec<_>>(), ["a"]);
        let latin = b"{\"a\": 1, \"door\": \"K\xf6ln\", \"b\": 2}";
        let own = CountFile::salvaged(latin);
        assert_eq!(own.own_names().collect::<Vec<_>>(), ["a"]);
    }
}
