//! How words of a command line stand in a tip.

use std::path::Path;

use super::super::hint::quoted;

/// Whether it is more likely a file than a word.
pub(super) fn is_file(word: &str) -> bool {
    let is_json = Path::new(word).extension().is_some_and(|end| end == "json");
    word.contains('/') || is_json
}

pub(super) fn named_by_f(word: &str, command: &str) -> String {
    let file = if is_file(word) {
        word.to_owned()
    } else {
        format!("{word}.json")
    };
    format!(
        "-f names an event: 'tickets -f {} {command}'",
        quoted(file.as_ref())
    )
}

/// A word of a command line that stands in single quotes.
pub(super) fn in_quotes(word: &str) -> String {
    if word
        .chars()
        .all(|c| c.is_alphanumeric() || "-_.".contains(c))
    {
        return word.to_owned();
    }
    let word = crate::shown(word);
    format!("\"{}\"", word.replace(['"', '$', '`', '\\'], ""))
}
