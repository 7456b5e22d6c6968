//! What is looked for on a ledger, and the text by which a line has it.

use crate::store::Lookup;

/// A sale that is looked for, kept between two looks.
#[derive(Debug, Clone)]
pub(crate) enum Sought {
    /// By its idempotency key.
    Key(String),
    /// By its id, or by the number of its line.
    Id(String),
}

impl Sought {
    /// What this look-up looks for.
    pub(crate) fn of(what: Lookup<'_>) -> Self {
        match what {
            Lookup::Key(key) => Self::Key(key.to_owned()),
            Lookup::Id(id) => Self::Id(id.to_owned()),
        }
    }

    /// The look-up that looks for this.
    pub(crate) fn lookup(&self) -> Lookup<'_> {
        match self {
            Self::Key(key) => Lookup::Key(key),
            Self::Id(id) => Lookup::Id(id),
        }
    }

    /// What stands in its line, and in few others.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Key(key) => member("key", key),
            Self::Id(id) => format!("\"id\":\"{}-", number(id)),
        }
    }
}

/// What stands in each line about a sale of this id.
pub(crate) fn reference(id: &str) -> String {
    member("ref", id)
}

/// The number of a sale's line, as its id begins.
pub(crate) fn number(id: &str) -> &str {
    id.split_once('-').map_or(id, |(number, _)| number)
}

/// How a member stands in a line. A text with quotes in it stands there with other letters, so that
/// nobody can plant one inside a name.
fn member(name: &str, text: &str) -> String {
    format!("\"{name}\":{}", serde_json::Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_what_is_looked_for_as_json_writes_it() {
        let text = |what| Sought::of(what).text();
        assert_eq!(text(Lookup::Key("a\"b")), r#""key":"a\"b""#);
        assert_eq!(text(Lookup::Id("12-abc")), r#""id":"12-"#);
        assert_eq!(text(Lookup::Id("12")), r#""id":"12-"#);
        assert_eq!(reference("12-abc"), r#""ref":"12-abc""#);
    }
}
