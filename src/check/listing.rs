//! Words that several sentences share.

/// Names in a sentence: all of them up to eight, else the first six and how many more.
pub(crate) fn names(all: &[String]) -> String {
    joined(all, "and")
}

/// The same, of which it is one.
pub(crate) fn choice(all: &[String]) -> String {
    joined(all, "or")
}

fn joined(names: &[String], word: &str) -> String {
    let (shown, more) = if names.len() <= 8 {
        (names.len(), 0)
    } else {
        (6, names.len() - 6)
    };
    let shown: Vec<&str> = names.iter().take(shown).map(String::as_str).collect();
    match (shown.as_slice(), more) {
        ([], _) => "nobody".to_owned(),
        (list, 1..) => format!("{} {word} {more} more", list.join(", ")),
        ([one], _) => (*one).to_owned(),
        ([first @ .., last], _) => format!("{} {word} {last}", first.join(", ")),
    }
}
