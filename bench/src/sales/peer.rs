//! What is measured beside what: a store of tickets, and how each sells one.

use std::path::Path;

use clap::ValueEnum;

use super::append::Log;
use super::lmdb::Lmdb;
use super::ours::{self, Ours};
use super::sqlite::{Sqlite, Sync};
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

/// A program that sells tickets, with the promise it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// The library, durable.
    Ours,
    /// `SQLite`, as its manual says it is durable.
    SqliteFull,
    /// LMDB as it comes.
    Lmdb,
    /// No store at all: a line appended and synced.
    Append,
    /// The same within a file that is long enough already.
    Overwrite,
    /// The library, durable as long as the machine runs.
    OursProcess,
    /// `SQLite` that syncs nothing.
    SqliteOff,
    /// LMDB that syncs nothing.
    LmdbNoSync,
}

/// One worker's access to a store, kept open.
pub(crate) trait Shop {
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

impl Peer {
    /// All that can be measured, in the order of the report: of those with one promise, ours first.
    pub(crate) fn all() -> Vec<Self> {
        Self::value_variants().to_vec()
    }

    /// What it is called in the report.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Ours => "tickets, durable",
            Self::SqliteFull => "SQLite FULL",
            Self::Lmdb => "LMDB",
            Self::Append => "append + fdatasync alone",
            Self::Overwrite => "overwrite + fdatasync alone",
            Self::OursProcess => "tickets, process",
            Self::SqliteOff => "SQLite OFF",
            Self::LmdbNoSync => "LMDB NO_SYNC",
        }
    }

    /// The promise it makes: it is compared with ours that makes the same.
    pub(crate) fn promise(self) -> Promise {
        match self {
            Self::OursProcess | Self::SqliteOff | Self::LmdbNoSync => Promise::Process,
            _ => Promise::Durable,
        }
    }

    /// Whether it is the program that all others are compared with.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::OursProcess)
    }

    /// Whether several processes can sell at once.
    pub(crate) fn shares(self) -> bool {
        !matches!(self, Self::Append | Self::Overwrite)
    }

    /// Creates the store, with its stock, in an empty directory.
    pub(crate) fn create(self, directory: &Path) -> Result<()> {
        match self {
            Self::Ours | Self::OursProcess => ours::create(directory),
            Self::SqliteFull | Self::SqliteOff => Sqlite::create(directory),
            Self::Lmdb | Self::LmdbNoSync => Lmdb::create(directory),
            Self::Append | Self::Overwrite => Ok(()),
        }
    }

    /// Opens the store in a process that is to sell.
    pub(crate) fn open(self, directory: &Path) -> Result<Box<dyn Shop>> {
        Ok(match self {
            Self::Ours | Self::OursProcess => Box::new(Ours::open(directory, self.promise())?),
            Self::SqliteFull => Box::new(Sqlite::open(directory, Sync::Full)?),
            Self::SqliteOff => Box::new(Sqlite::open(directory, Sync::Off)?),
            Self::Lmdb | Self::LmdbNoSync => Box::new(Lmdb::open(directory, self.promise())?),
            Self::Append => Box::new(Log::open(directory, false)?),
            Self::Overwrite => Box::new(Log::open(directory, true)?),
        })
    }

    /// Reads what stands in the store, when nobody sells any more.
    pub(crate) fn books(self, directory: &Path) -> Result<Books> {
        match self {
            Self::Ours | Self::OursProcess => ours::books(directory),
            Self::SqliteFull | Self::SqliteOff => Sqlite::books(directory),
            Self::Lmdb | Self::LmdbNoSync => Lmdb::books(directory),
            Self::Append | Self::Overwrite => Log::books(directory),
        }
    }
}

/// Milliseconds since 1970, which the databases record with a sale.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::{Books, Peer, STOCK};
    use crate::scratch::Scratch;

    #[test]
    fn what_every_peer_sells_stands_in_its_store() {
        let scratch = Scratch::new().unwrap();
        for peer in Peer::all() {
            let directory = scratch.subdirectory(peer.label()).unwrap();
            peer.create(&directory).unwrap();
            let mut shop = peer.open(&directory).unwrap();
            for _ in 0..3 {
                shop.sell().unwrap();
            }
            drop(shop);
            let wanted = Books {
                recorded: 3,
                left: STOCK - 3,
            };
            assert_eq!(peer.books(&directory), Ok(wanted), "{}", peer.label());
        }
    }
}
