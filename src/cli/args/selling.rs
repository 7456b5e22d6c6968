//! What sellers say: `book`, `cancel`, `adjust`.

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use crate::office::Durability;

use super::candidates;
use super::value::{WaitArgs, own_key, signed, wanted};

#[derive(Debug, Args)]
pub(crate) struct BookArgs {
    /// Who buys
    pub(crate) name: String,

    /// How many tickets
    #[arg(short = 'n', long, value_name = "Q", default_value_t = 1, allow_negative_numbers = true, value_parser = wanted)]
    pub(crate) quantity: u64,

    /// The idempotency key: however often an order with it is given, it is sold once
    #[arg(short, long, value_parser = own_key)]
    pub(crate) key: Option<String>,

    /// What to remember of it, such as "paid cash"; kept on the ledger
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,

    /// What the sale survives once it is answered
    #[arg(long, value_name = "WHAT", default_value = "disk")]
    pub(crate) durability: DurabilityArg,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DurabilityArg {
    /// A power cut too
    Disk,
    /// kill -9, but not a power cut; tickets.json may show it later
    Process,
}

impl From<DurabilityArg> for Durability {
    fn from(durability: DurabilityArg) -> Self {
        match durability {
            DurabilityArg::Disk => Self::Disk,
            DurabilityArg::Process => Self::Process,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CancelArgs {
    /// The sale's id, as in 7-k3v9xq; its number alone will do
    #[arg(add = ArgValueCompleter::new(candidates::sale_ids))]
    pub(crate) id: String,

    /// How many of its tickets [default: all that are not cancelled yet]
    #[arg(short = 'n', long, value_name = "Q", allow_negative_numbers = true, value_parser = wanted)]
    pub(crate) quantity: Option<u64>,

    /// Why; kept on the ledger
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    /// The idempotency key: however often a cancellation with it is given, it is done once
    #[arg(short, long, value_parser = own_key)]
    pub(crate) key: Option<String>,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AdjustArgs {
    /// By how much: +20 or -10
    #[arg(value_name = "+N|-N", allow_hyphen_values = true, value_parser = signed)]
    pub(crate) quantity: i64,

    /// Why; kept on the ledger
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,

    /// The idempotency key: however often an adjustment with it is given, it is done once
    #[arg(short, long, value_parser = own_key)]
    pub(crate) key: Option<String>,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}
