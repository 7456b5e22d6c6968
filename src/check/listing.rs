//! Words that several sentences share.

/// Names in a sentence: all of them up to eight, else the first six and how many more.
pub(crate) fn names(names: &[String]) -> String {
    let (shown, more) = if names.len() <= 8 {
        (names.len(), 0)
    } else {
        (6, names.len() - 6)
    };
    let shown: Vec<&str> = names.iter().take(shown).map(String::as_str).collect();
    match (shown.as_slice(), more) {
        ([], _) => "nobody".to_owned(),
        (list, 1..) => format!("{} and {more} more", list.join(", ")),
        ([one], _) => (*one).to_owned(),
        ([first @ .., last], _) => format!("{} and {last}", first.join(", ")),
    }
}
