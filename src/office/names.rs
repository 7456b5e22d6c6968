//! Names of buyers, as people write them.

/// Whether a person would call two names the same: without regard to case and outer spaces.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.trim().to_lowercase();
    plain(one) == plain(other)
}
