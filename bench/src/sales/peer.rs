//! What is measured beside what: a store of tickets, and how each sells one.

use std::path::Path;

use clap::ValueEnum;

use super::append::Log;
use super::lmdb::Lmdb;
use super::ours::{self, Ours};
use super::sqlite::{Sqlite, Sync};
use super::store::{Books, OpenStore, Promise};
use crate::Result;

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
    pub(crate) fn open(self, directory: &Path) -> Result<Box<dyn OpenStore>> {
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

#[cfg(test)]
mod tests {
    use super::super::store::{Books, STOCK};
    use super::Peer;
    use crate::scratch::Scratch;

    #[test]
    fn what_every_peer_sells_stands_in_its_store() {
        let scratch = Scratch::new().unwrap();
        for peer in Peer::all() {
            let directory = scratch.subdirectory(peer.label()).unwrap();
            peer.create(&directory).unwrap();
            let mut store = peer.open(&directory).unwrap();
            for _ in 0..3 {
                store.sell().unwrap();
            }
            drop(store);
            let wanted = Books {
                recorded: 3,
                left: STOCK - 3,
            };
            assert_eq!(peer.books(&directory), Ok(wanted), "{}", peer.label());
        }
    }
}
