//! The kinds of lock that a purchase can take.

use serde::{Deserialize, Serialize};

/// Which lock a purchase takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockKind {
    /// None: what happens is a race.
    #[default]
    None,
    /// An exclusive lock on `tickets.json.lock` from the read to the append: correct. On a cluster a lock that a lease
    /// holds, and the write compares that it is held still.
    Exclusive,
    /// A shared lock on `tickets.json.lock`: looks like a lock, but all hold it at once.
    Shared,
    /// An exclusive lock on `tickets.json` itself, which is replaced: a process that waited for it gets the
    /// lock of a file that nobody reads any more. Clean with two buyers, not with three.
    DataFile,
    /// An exclusive lock around the write alone: what was read before is old by then.
    WriteOnly,
    /// A mutex of this process: correct between its threads, nothing between processes.
    Mutex,
    /// None, on a cluster: the write compares what was read, and who came too late tries again. Correct.
    Cas,
    /// A lock that a lease holds, on a cluster, and then a plain write: who is stopped for longer than the lease lives
    /// writes under a lock that has ended.
    Lease,
}

impl LockKind {
    /// The name on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Exclusive => "exclusive",
            Self::Shared => "shared",
            Self::DataFile => "data-file",
            Self::WriteOnly => "write-only",
            Self::Mutex => "mutex",
            Self::Cas => "cas",
            Self::Lease => "lease",
        }
    }

    /// Whether the lock covers the read too, or the write alone; none covers nothing.
    pub(crate) fn covers_the_read(self) -> bool {
        known_bad!(HeadUnlocked => return false);
        self != Self::WriteOnly
    }

    /// All kinds that there are for an event in a file.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Exclusive,
        Self::Shared,
        Self::DataFile,
        Self::WriteOnly,
        Self::Mutex,
    ];

    /// All kinds that there are for an event on a cluster.
    pub const ON_CLUSTER: [Self; 4] = [Self::None, Self::Exclusive, Self::Cas, Self::Lease];
}
