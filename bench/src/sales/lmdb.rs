//! LMDB: one environment a worker, one write transaction a sale.
//!
//! All stands in one database. Under the key 0 is what is left, under the number of a sale the
//! sale.

use std::path::Path;

use heed::byteorder::BigEndian;
use heed::types::{Bytes, U64};
use heed::{CommitOrAbort, Database, Env, EnvFlags, EnvOpenOptions, PutFlags};

use super::store::{BUYER, Books, OpenStore, Promise, STOCK, now};
use crate::Result;

/// More than any run can fill. Only what is filled takes room on the disk.
const MAP_BYTES: usize = 16 << 30;
/// Where the number of those that are left stands.
const LEFT: u64 = 0;

type Entries<'txn> = Database<'txn, U64<BigEndian>, Bytes>;

/// An environment, opened.
pub(crate) struct Lmdb {
    env: Env,
    entries: Entries<'static>,
}

impl Lmdb {
    /// A new database with the stock.
    pub(crate) fn create(directory: &Path) -> Result<()> {
        let lmdb = Self::open(directory, Promise::Durable)?;
        let fill = || {
            let mut write = lmdb.env.write_txn()?;
            lmdb.entries.put(&mut write, &LEFT, &STOCK.to_be_bytes())?;
            write.commit()
        };
        fill().map_err(problem)
    }

    /// Opens the database.
    pub(crate) fn open(directory: &Path, promise: Promise) -> Result<Self> {
        let flags = match promise {
            Promise::Durable => EnvFlags::empty(),
            Promise::Process => EnvFlags::NO_SYNC,
        };
        let open = || {
            let env = open_env(directory, flags)?;
            let entries: CommitOrAbort<Entries<'_>, ()> =
                env.create_databases_and_commit(env.write_txn()?, |opener, write| {
                    opener
                        .create_database(write, None)
                        .map(CommitOrAbort::Commit)
                })?;
            Ok(entries.commit().map(|entries| Self { env, entries }))
        };
        open()
            .map_err(problem)?
            .ok_or_else(|| "LMDB: not opened".to_owned())
    }

    /// Reads what was sold.
    pub(crate) fn books(directory: &Path) -> Result<Books> {
        let lmdb = Self::open(directory, Promise::Durable)?;
        let read = || {
            let read = lmdb.env.read_txn()?;
            let left = lmdb.entries.get(&read, &LEFT)?.and_then(number);
            Ok((lmdb.entries.len(&read)?, left))
        };
        let (entries, left) = read().map_err(problem)?;
        Ok(Books {
            recorded: entries.saturating_sub(1),
            left: left.ok_or("LMDB: no number of those left")?,
        })
    }

    /// Sells one ticket to somebody.
    pub(crate) fn sell_to(&mut self, buyer: &str) -> Result<()> {
        match self.take(buyer) {
            Ok(true) => Ok(()),
            Ok(false) => Err("LMDB: nothing is left".to_owned()),
            Err(error) => Err(problem(error)),
        }
    }

    /// Gives each who has bought, in the order of the sales, up to where it cannot be read.
    pub(crate) fn each_buyer(&self, each: &mut dyn FnMut(&str)) -> Result<()> {
        let mut read = || {
            let read = self.env.read_txn()?;
            for entry in self.entries.iter(&read)? {
                let (id, sale) = entry?;
                if id != LEFT {
                    each(&buyer(sale));
                }
            }
            Ok(())
        };
        read().map_err(problem)
    }

    /// The whole sale; `false` if nothing is left.
    fn take(&mut self, buyer: &str) -> heed::Result<bool> {
        let mut write = self.env.write_txn()?;
        let left = self.entries.get(&write, &LEFT)?.and_then(number);
        let Some(left) = left.and_then(|left| left.checked_sub(1)) else {
            return Ok(false);
        };
        self.entries.put(&mut write, &LEFT, &left.to_be_bytes())?;
        let sale = format!(r#"{{"buyer":"{buyer}","quantity":1,"at":{}}}"#, now());
        let id = STOCK.saturating_sub(left);
        self.entries
            .put_with_flags(&mut write, PutFlags::APPEND, &id, sale.as_bytes())?;
        write.commit()?;
        Ok(true)
    }
}

impl OpenStore for Lmdb {
    fn sell(&mut self) -> Result<()> {
        self.sell_to(BUYER)
    }
}

/// Its version.
pub(crate) fn version() -> String {
    let version = heed::lmdb_version();
    format!("{}.{}.{}", version.major, version.minor, version.patch)
}

#[expect(
    unsafe_code,
    reason = "a map of a file is only as sound as what else writes to it"
)]
fn open_env(directory: &Path, flags: EnvFlags) -> heed::Result<Env> {
    let mut options = EnvOpenOptions::new();
    options.map_size(MAP_BYTES);
    // SAFETY: the directory is this benchmark's own, on a local file system, and only workers that
    // open it here write to it; NO_SYNC gives up what a crash of the machine leaves, nothing else.
    unsafe { options.flags(flags).open(directory) }
}

/// Who bought, in what stands under the number of a sale; nobody if that is no sale.
fn buyer(sale: &[u8]) -> String {
    let sale: Option<serde_json::Value> = serde_json::from_slice(sale).ok();
    let buyer = sale.as_ref().and_then(|sale| sale.get("buyer")?.as_str());
    buyer.unwrap_or_default().to_owned()
}

fn number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn problem(error: heed::Error) -> String {
    format!("LMDB: {error}")
}
