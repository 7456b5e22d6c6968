//! What an event is sold by, and what becomes of it: `set`, `close`, `reopen`, `hold`, `confirm`, `release`, `rename`,
//! `show`, `door`, `import`, `watch`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use super::candidates;
use super::cell_separator::cell_separator;
use super::moment::{begin, end};
use super::value::{WaitArgs, held_for, most, own_key, usually_held_for, wanted};

// By what an event is sold. What is left out stays as it is.
#[derive(Debug, PartialEq, Eq, Default, Args)]
pub(crate) struct SettingsArgs {
    /// What it is called; "" for no title
    #[arg(long, value_name = "T")]
    pub(crate) title: Option<String>,

    /// When it takes place, in your own words
    #[arg(long, value_name = "D")]
    pub(crate) date: Option<String>,

    /// The most tickets of one sale; 0 or none for no limit
    #[arg(long, value_name = "N", value_parser = most)]
    pub(crate) max_per_sale: Option<u64>,

    /// The most tickets under one name, which proves nothing; 0 or none for no limit
    #[arg(long, value_name = "N", value_parser = most)]
    pub(crate) max_per_buyer: Option<u64>,

    /// How long tickets are held unless 'hold --for' says otherwise; none: a hold is due at once [at first: 15m]
    #[arg(long, value_name = "TIME", value_parser = usually_held_for)]
    pub(crate) hold: Option<Duration>,

    /// From when on it is sold: 2026-12-31T18:00, in your time zone, or from the beginning of a day; "" or none for at once
    #[arg(long, value_name = "TIME", value_parser = begin)]
    pub(crate) from: Option<String>,

    /// Until when it is sold: a time, or to the end of a day; "" or none for no end
    #[arg(long, value_name = "TIME", value_parser = end)]
    pub(crate) until: Option<String>,
}

impl SettingsArgs {
    /// Whether nothing is to be changed.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TurnArgs {
    /// Why; kept on the ledger
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct HoldArgs {
    /// For whom
    pub(crate) name: String,

    /// How many tickets
    #[arg(short = 'n', long, value_name = "Q", default_value_t = 1, allow_negative_numbers = true, value_parser = wanted)]
    pub(crate) quantity: u64,

    /// For how long [default: as the event says, 15m]
    #[arg(long = "for", value_name = "TIME", value_parser = held_for)]
    pub(crate) time: Option<Duration>,

    /// The idempotency key: however often an order with it is given, it is held once
    #[arg(short, long, value_parser = own_key)]
    pub(crate) key: Option<String>,

    /// What to remember of it; kept on the ledger
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

// A hold that is to end.
#[derive(Debug, Args)]
pub(crate) struct HoldEndArgs {
    /// The hold's id, as in 7-k3v9xq; its number alone will do
    #[arg(add = ArgValueCompleter::new(candidates::hold_ids))]
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RenameArgs {
    /// The sale's id, as in 7-k3v9xq
    #[arg(add = ArgValueCompleter::new(candidates::sale_ids))]
    pub(crate) id: String,

    /// The right name
    pub(crate) name: String,

    /// Why; kept on the ledger
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The id of a sale or a hold, as in 7-k3v9xq; its number alone will do
    #[arg(add = ArgValueCompleter::new(candidates::sale_ids))]
    pub(crate) id: String,
}

#[derive(Debug, Args)]
pub(crate) struct DoorArgs {
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: DoorFormat,

    /// In CSV: cells as they are, also what a spreadsheet would take for a formula
    #[arg(long)]
    pub(crate) raw: bool,

    /// In CSV: begin with the mark by which some spreadsheets know UTF-8
    #[arg(long)]
    pub(crate) bom: bool,

    /// In CSV: what stands between cells, as comma, semicolon (for Excel in many countries) or tab [default: comma]
    #[arg(long, value_name = "CHAR", value_parser = cell_separator)]
    pub(crate) separator: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoorFormat {
    /// For people
    Table,
    /// For spreadsheets
    Csv,
    /// To print
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// A CSV file with a header (buyer, quantity, key, note, in any order), JSON lines, or - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) list: PathBuf,

    /// What the rows belong to: the same row of one batch is sold once [default: the file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) batch: Option<String>,

    /// Do not sell a row again that equals a valid sale of any list imported before (buyer, quantity and note); each
    /// such sale is taken for one row. A row with a key of its own is known by that
    #[arg(long)]
    pub(crate) skip_sold: bool,

    /// Pass over columns that are none of buyer, quantity, key and note; without a quantity, not one that says how many
    #[arg(long)]
    pub(crate) ignore_columns: bool,

    /// Write the rows that were refused here, ready to be corrected; one that makes no sense is refused then, too
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}
