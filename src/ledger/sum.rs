//! The checksum that ends every ledger line.
//!
//! A line's `sum` is the XXH3-64 checksum of all that stands before it in the line, seeded with
//! the sum of the line before (0 for the first). So a flipped byte breaks its own line, and a
//! lost, swapped or foreign line breaks the line that follows it.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The longest ledger line, with its newline, in bytes.
pub(crate) const MAX_LINE: usize = 16 * 1024;

/// `,"sum":"0123456789abcdef"}`, the end of every line.
pub(super) const SUM_PREFIX: &[u8] = b",\"sum\":\"";
pub(super) const SUM_TAIL: usize = SUM_PREFIX.len() + 16 + 2;

/// The checksum of a line, chained to the line before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Sum(pub(super) u64);

impl Sum {
    /// The sum as a number.
    pub(crate) fn number(self) -> u64 {
        self.0
    }

    pub(super) fn of(body: &[u8], previous: Sum) -> Self {
        Self(xxh3_64_with_seed(body, previous.0))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
