//! The limits of an event.

/// The newest format of a ledger that this program knows. An opening line without one is of format 1, which has no
/// `set` lines.
pub(crate) const FORMAT: u64 = 2;

/// The longest `tickets.json` that is read, in bytes.
pub const MAX_COUNT_BYTES: u64 = 1 << 20;

/// The largest stock: the largest whole number that every JSON reader holds exactly, 2^53 - 1.
pub const MAX_STOCK: u64 = (1 << 53) - 1;
