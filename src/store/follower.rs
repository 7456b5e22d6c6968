//! Following the lines of a ledger, some at a time: the long way without a lock, the rest under it.

use crate::ledger::{Op, Record, Sum, Tally};

/// How far the lines of a ledger were shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Followed {
    /// Which ledger: device and inode, where it is a file.
    pub(crate) ledger: Option<(u64, u64)>,
    /// The number of the last line that was passed; 0 where it is not known.
    pub(crate) seq: u64,
    /// Where that line ends, in bytes.
    pub(crate) bytes: u64,
    /// Its checksum; `None`: the one that it says itself.
    pub(crate) sum: Option<Sum>,
}

/// Follows the lines of a ledger, some at a time.
pub(crate) trait Follower {
    /// How far it has come.
    fn followed(&mut self) -> &mut Followed;

    /// Another ledger stands there, or none was followed yet: all that was seen is void. What the ledger adds up to, and
    /// where to begin is to be set.
    fn begin(&mut self, head: &Tally);

    /// Whether lines of this kind are wanted. Others are checked, and not parsed.
    fn wants(&self, op: Op) -> bool;

    /// One more line that was wanted. It begins there.
    fn see(&mut self, record: &Record<'_>, start: u64);
}
