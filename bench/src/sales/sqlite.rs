//! `SQLite`, as fast as it gets without promising less: a write-ahead log, statements that are
//! prepared once, a connection that is kept open.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Params, params};

use super::store::{BUYER, Books, OpenStore, STOCK, now};
use crate::Result;

/// How long a worker tries to get the lock.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether a commit is synced.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sync {
    /// `synchronous=FULL`: at every commit.
    Full,
    /// `synchronous=OFF`: never.
    Off,
}

/// A connection.
pub(crate) struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    /// A new database with the stock.
    pub(crate) fn create(directory: &Path) -> Result<()> {
        let create = || {
            let connection = Connection::open(file(directory))?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.execute_batch(
                "CREATE TABLE stock (left INTEGER NOT NULL);
                 CREATE TABLE sale (
                   id INTEGER PRIMARY KEY, buyer TEXT NOT NULL,
                   quantity INTEGER NOT NULL, at INTEGER NOT NULL);",
            )?;
            connection.execute(
                "INSERT INTO stock (left) VALUES (?1)",
                [STOCK.cast_signed()],
            )?;
            Ok(())
        };
        create().map_err(problem)
    }

    /// Opens the database.
    pub(crate) fn open(directory: &Path, sync: Sync) -> Result<Self> {
        let open = || {
            let connection = Connection::open(file(directory))?;
            connection.busy_timeout(PATIENCE)?;
            let sync = match sync {
                Sync::Full => "FULL",
                Sync::Off => "OFF",
            };
            connection.pragma_update(None, "synchronous", sync)?;
            Ok(Self { connection })
        };
        open().map_err(problem)
    }

    /// Reads what was sold.
    pub(crate) fn books(directory: &Path) -> Result<Books> {
        let read = || {
            let connection = Connection::open(file(directory))?;
            let number = |query: &str| {
                connection.query_row(query, [], |row| {
                    row.get::<_, i64>(0).map(i64::cast_unsigned)
                })
            };
            Ok(Books {
                recorded: number("SELECT count(*) FROM sale")?,
                left: number("SELECT left FROM stock")?,
            })
        };
        read().map_err(problem)
    }

    /// Sells one ticket to somebody.
    pub(crate) fn sell_to(&mut self, buyer: &str) -> Result<()> {
        match self.take(buyer) {
            Ok(true) => Ok(()),
            Ok(false) => Err("SQLite: nothing is left".to_owned()),
            Err(error) => Err(problem(error)),
        }
    }

    /// Gives each who has bought, in the order of the sales, up to where it cannot be read.
    pub(crate) fn each_buyer(&self, each: &mut dyn FnMut(&str)) -> Result<()> {
        let mut read = || {
            let mut select = self
                .connection
                .prepare("SELECT buyer FROM sale ORDER BY id")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                each(&row.get::<_, String>(0)?);
            }
            Ok(())
        };
        read().map_err(problem)
    }

    /// The whole sale; `false` if nothing is left.
    fn take(&mut self, buyer: &str) -> rusqlite::Result<bool> {
        self.run("BEGIN IMMEDIATE", [])?;
        let taken = self.run("UPDATE stock SET left = left - 1 WHERE left >= 1", [])?;
        if taken == 0 {
            self.run("ROLLBACK", [])?;
            return Ok(false);
        }
        self.run(
            "INSERT INTO sale (buyer, quantity, at) VALUES (?1, ?2, ?3)",
            params![buyer, 1, now()],
        )?;
        self.run("COMMIT", [])?;
        Ok(true)
    }

    fn run(&self, statement: &str, values: impl Params) -> rusqlite::Result<usize> {
        self.connection.prepare_cached(statement)?.execute(values)
    }
}

impl OpenStore for Sqlite {
    fn sell(&mut self) -> Result<()> {
        self.sell_to(BUYER)
    }
}

/// Its version, and by what it syncs: it was built with one or the other.
pub(crate) fn version() -> String {
    let flags = option_env!("LIBSQLITE3_FLAGS").unwrap_or_default();
    let sync = if flags.contains("HAVE_FDATASYNC") {
        "fdatasync"
    } else {
        "fsync (slower: build with --config bench/build.toml)"
    };
    format!("{} with {sync}", rusqlite::version())
}

fn file(directory: &Path) -> PathBuf {
    directory.join("tickets.sqlite")
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn problem(error: rusqlite::Error) -> String {
    format!("SQLite: {error}")
}
