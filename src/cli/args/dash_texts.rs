//! Texts that begin with a dash: `--note "- paid"`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

/// The options whose value is a text in somebody's own words.
const OF_TEXTS: [&str; 5] = ["--note", "--reason", "--title", "--date", "--name"];

/// The words of a command line, with such a text joined to its option. Only one with a blank in it: no option has one
/// before its `=`, so that none is taken for a text.
pub(super) fn joined(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    let mut has_ended = false;
    for word in words {
        has_ended |= word == "--";
        match joined.last_mut() {
            Some(option) if !has_ended && is_of_text(option) && is_text(&word) => {
                option.push("=");
                option.push(word);
            }
            _ => joined.push(word),
        }
    }
    joined
}

fn is_of_text(word: &OsStr) -> bool {
    OF_TEXTS.iter().any(|option| word == *option)
}

fn is_text(word: &OsStr) -> bool {
    let name = word.as_bytes().split(|byte| *byte == b'=').next();
    word.as_bytes().starts_with(b"-") && name.is_some_and(|name| name.contains(&b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_is_joined() {
        for (line, is) in [
            ("book|A|--note|- paid", "book|A|--note=- paid"),
            ("book|A|--note|--json", "book|A|--note|--json"),
            ("book|A|--note|--title=a b", "book|A|--note|--title=a b"),
            ("book|- A", "book|- A"),
            ("book|--|--note|- A", "book|--|--note|- A"),
        ] {
            let words = joined(line.split('|').map(OsString::from));
            assert_eq!(words, is.split('|').map(OsString::from).collect::<Vec<_>>());
        }
    }
}
