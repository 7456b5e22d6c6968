//! Names of buyers, as people write them.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Whether a person would call two names the same.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

/// A name without regard to case, to how accents are encoded, and to outer spaces.
pub(super) fn plain(name: &str) -> String {
    name.trim().nfc().flat_map(char::to_lowercase).collect()
}

/// By what names are sorted: without regard to case and accents first, then by the name itself.
pub(super) fn sort_key(name: &str) -> (String, String) {
    let bare = name
        .trim()
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter));
    (bare.flat_map(char::to_lowercase).collect(), plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_do() {
        assert!(same_name("Zoë Müller", " ZOË MÜLLER "));
        assert!(same_name("Zoe\u{308}", "Zo\u{eb}"));
        assert!(!same_name("Zoe", "Zoë"));
        let mut names = ["Zoe", "ärger", "Bob", "Arthur", "bert"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["ärger", "Arthur", "bert", "Bob", "Zoe"]);
    }
}
