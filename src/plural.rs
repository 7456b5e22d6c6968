//! Numbers of things, in words.

/// The verb behind so many.
pub(crate) fn are(many: u64) -> &'static str {
    if many == 1 { "is" } else { "are" }
}

/// The verb behind so many, of what is past.
pub(crate) fn was(many: u64) -> &'static str {
    if many == 1 { "was" } else { "were" }
}

/// So many of a thing: `1 ticket`, `2 tickets`.
pub(crate) fn count(many: u64, one: &str) -> String {
    if many == 1 {
        format!("{many} {one}")
    } else {
        format!("{many} {one}s")
    }
}
