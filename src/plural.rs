//! Numbers of things, in words.

/// So many of a thing: `1 ticket`, `2 tickets`.
pub(crate) fn count(many: u64, one: &str) -> String {
    if many == 1 {
        format!("{many} {one}")
    } else {
        format!("{many} {one}s")
    }
}
