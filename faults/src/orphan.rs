//! What a killed process leaves: a temporary file under a name that only the program gives.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A name as the program gives it to a temporary file beside the file of this name, by what `docs/design.md` says of
/// it; made by a process that does not run any more. `n` tells them apart.
#[must_use]
pub fn orphan(of: &str, n: u32) -> String {
    // No process has so high a number.
    let start = format!(".{of}.4194999-{n:08x}");
    let sum = xxh3_64_with_seed(start.as_bytes(), u64::from_be_bytes(*b"tickets!")) >> 16;
    format!("{start}{sum:012x}.tmp")
}
