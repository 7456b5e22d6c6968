//! How words of a command line stand in a tip.

use std::path::Path;

use clap::ArgMatches;

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

/// The word behind this one on the command line.
pub(super) fn next_word(word: &str) -> Option<String> {
    let mut words = std::env::args_os().skip_while(|one| one.as_os_str() != word);
    words.nth(1)?.into_string().ok()
}

/// By how much an adjustment was asked for.
pub(super) fn difference(matches: Option<&ArgMatches>) -> Option<i64> {
    matches?.try_get_one("quantity").ok()?.copied()
}

/// How an adjustment is given with its reason. `by`: by how much it was asked for.
pub(super) fn adjusted(by: Option<i64>) -> String {
    let by = by.unwrap_or(20);
    let why = if by < 0 {
        "gallery closed"
    } else {
        "gallery opened"
    };
    format!("'tickets adjust {by:+} --reason \"{why}\"'")
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
