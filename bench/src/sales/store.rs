//! What every store that is measured has in common: its stock, its promise, one sale, what it recorded.

use crate::Result;

/// How many tickets there are: nobody is to find too few.
pub(crate) const STOCK: u64 = 10_000_000;
/// Who buys.
pub(crate) const BUYER: &str = "user-1";

/// When a sale is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// When it is on the disk.
    Durable,
    /// When it survives the end of every process, but not of the machine.
    Process,
}

/// One worker's access to a store, kept open.
pub(crate) trait OpenStore {
    /// Takes one ticket, if there is one, and records who bought it.
    fn sell(&mut self) -> Result<()>;
}

/// What stands in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Books {
    /// How many sales are recorded.
    pub(crate) recorded: u64,
    /// How many tickets are left.
    pub(crate) left: u64,
}

/// Milliseconds since 1970, which the databases record with a sale.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
