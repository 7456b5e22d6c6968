//! What a rush is to be: `buy`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::rush::think::Think;
use crate::rush::{HolderPause, MAX_USERS};

use super::value::{LockArg, WaitArgs, lease, pause, picture, seed, wanted, whole};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
#[derive(Debug, Args)]
pub(crate) struct BuyArgs {
    /// How many buyers
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = users)]
    pub(crate) users: u32,

    /// The lock each buyer takes [default: none, on a cluster cas; --lock alone means exclusive]
    #[arg(short, long, value_name = "KIND", num_args = 0..=1, require_equals = true, default_missing_value = "exclusive")]
    pub(crate) lock: Option<LockArg>,

    /// Threads of one process instead of processes
    #[arg(long)]
    pub(crate) threads: bool,

    /// How long each buyer thinks between reading and writing: 0ms, 1s, 50ms..150ms
    #[arg(long, value_name = "TIME", default_value_t)]
    pub(crate) think: Think,

    /// How many tickets each buyer wants
    #[arg(short = 'n', long, value_name = "Q", default_value_t = 1, allow_negative_numbers = true, value_parser = wanted)]
    pub(crate) quantity: u64,

    /// Decides every buyer's think time; shown after each rush
    #[arg(long, value_name = "S", value_parser = seed)]
    pub(crate) seed: Option<u64>,

    /// No buyer writes before every buyer has read; without a lock, or with --lock=shared or write-only
    #[arg(long)]
    pub(crate) together: bool,

    /// Stop the first buyer that holds the lock, after it has read: until-sold (until another has bought), or for a TIME
    #[arg(long, value_name = "UNTIL", value_parser = pause)]
    pub(crate) pause_holder: Option<HolderPause>,

    /// How long the lease lives that holds a lock on a cluster [default: 2s]
    #[arg(long, value_name = "TIME", value_parser = lease)]
    pub(crate) ttl: Option<Duration>,

    /// Even where tickets are booked, or the event was made by init: with --lock, or with another kind named
    #[arg(long)]
    pub(crate) force: bool,

    /// Record what each buyer does, a line a step: 'tickets race check' judges it again
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) evidence: Option<PathBuf>,

    /// Draw the rush, what went wrong first: a picture, or a page that steps through it
    #[arg(long, value_name = "FILE.svg|FILE.html", value_parser = picture())]
    pub(crate) timeline: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,

    /// Show every buyer's steps, however many there are
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

fn users(text: &str) -> Result<u32, String> {
    whole(text, 1, MAX_USERS.into()).map(|users| users as u32)
}
