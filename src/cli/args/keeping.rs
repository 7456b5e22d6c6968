//! What makes an event, keeps it, and looks at it: `init`, `sales`, `audit`, `backup`, `restore`, `copy`, `reset`, `doctor`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::cell_separator::cell_separator;
use super::event::SettingsArgs;
use super::moment::since;
use super::value::{WaitArgs, stock, wait_time, whole};

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// How many tickets there are
    #[arg(value_name = "N", allow_negative_numbers = true, value_parser = stock)]
    pub(crate) stock: u64,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    /// Make the files group-writable, like their directory
    #[arg(long)]
    pub(crate) group: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
pub(crate) struct SalesArgs {
    /// Only those of this buyer: the whole name, capitals or not
    #[arg(long, value_name = "WHO")]
    pub(crate) name: Option<String>,

    /// Only what became a sale, or was changed, since then: 2026-11-22, 14:30, 2h
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub(crate) since: Option<jiff::Timestamp>,

    /// What is held and not sold yet, instead of sales
    #[arg(long, conflicts_with_all = ["since", "limit", "changes"])]
    pub(crate) held: bool,

    /// No more than the last N of them
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = limit)]
    pub(crate) limit: Option<u64>,

    /// What was cancelled, renamed, adjusted and set instead, with the reasons
    #[arg(long)]
    pub(crate) changes: bool,

    /// How to write them [default: table]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,

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

fn limit(text: &str) -> std::result::Result<u64, String> {
    whole(text, 0, u32::MAX.into())
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// One document
    Json,
    /// An object a line
    Jsonl,
    /// For spreadsheets
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Put right what can be proven
    #[arg(long)]
    pub(crate) repair: bool,

    /// Go on with what the ledger has, also where the count includes more; the count is kept beside
    #[arg(long, requires = "repair")]
    pub(crate) force: bool,

    /// How long a repair waits for the lock: 500ms, 30s, 2m; a number alone is seconds
    #[arg(long, value_name = "TIME", default_value = "30s", requires = "repair", value_parser = wait_time)]
    pub(crate) wait: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// Where to
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// Where the backup is
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,

    /// Even where the event has what the backup lacks
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// The event: its file, or its address
    #[arg(value_name = "FROM")]
    pub(crate) from: PathBuf,

    /// Where no event is yet: a file, or an address
    #[arg(value_name = "TO")]
    pub(crate) to: PathBuf,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ResetArgs {
    /// The stock [default: what the event opened with, else 2]
    #[arg(value_name = "N", allow_negative_numbers = true, value_parser = stock)]
    pub(crate) stock: Option<u64>,

    /// Even while tickets are booked
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// The directory to examine, or an event in it [default: the event's file]
    #[arg(value_name = "DIR|FILE")]
    pub(crate) place: Option<PathBuf>,
}
