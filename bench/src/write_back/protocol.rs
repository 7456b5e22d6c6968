//! What the benchmark and its workers agree on: which store, which task, and the words of their answers.

use clap::ValueEnum;

use super::line;

/// The file that `tickets` appends to.
pub(crate) const LEDGER: &str = "tickets.ledger.jsonl";
/// What a worker says of a sale that it answers, or when it has the store open.
pub(crate) const DONE: &str = "done";
/// What begins the line of each who has bought.
pub(crate) const BUYER: char = '+';
/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Store {
    /// `tickets book`, a process for each sale.
    Tickets,
    /// `SQLite`, while a process that only reads has it open: nothing is moved from the log to the database.
    SqliteRead,
    /// `SQLite` as it comes: who closes it as the last moves all into the database.
    Sqlite,
    /// LMDB as it comes.
    Lmdb,
    /// A line appended and synced.
    Append,
}

impl Store {
    /// What it is called in the report.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::SqliteRead => "SQLite FULL, a reader stays",
            Self::Sqlite => "SQLite FULL",
            Self::Lmdb => "LMDB",
            Self::Append => "append + fdatasync",
        }
    }

    /// The file whose growth takes new blocks.
    pub(crate) fn grows(self) -> &'static str {
        match self {
            Self::Tickets => LEDGER,
            Self::SqliteRead | Self::Sqlite => "tickets.sqlite-wal",
            Self::Lmdb => "data.mdb",
            Self::Append => line::FILE,
        }
    }
}

/// What a worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    /// Sells to each name that it reads on stdin, and says of each whether it did.
    Sell,
    /// Opens the store, reads it, and keeps it open.
    Hold,
    /// Says who has bought.
    List,
}
