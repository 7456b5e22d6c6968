//! What the command lines of the lab say.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::args::{Lock, seed, stock, whole};
use super::super::picture;
use tickets::lab::MAX_BUYERS;
use tickets::lab::Trial;
use tickets::lab::sample::{MOST_DEPTH, MOST_SAMPLES};
use tickets::office::Writes;
use tickets::{Error, Kind, LockKind, Output, Result};

/// So many buyers are run in all their schedules, however many those are: 8 without a lock have 40,320.
pub(super) const MAX_EXHAUSTIVE: usize = 8;

/// With more buyers a search is given up beyond so many schedules: 9 without a lock have 362,880.
pub(super) const MOST_SCHEDULES: u64 = 50_000;

#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// How many buyers
    #[arg(short, long, value_name = "N", default_value_t = 2, allow_negative_numbers = true, value_parser = buyers)]
    pub(super) users: u8,

    #[command(flatten)]
    pub(super) how: How,

    /// Draw so many schedules at random instead of running them all [default stock: one for each buyer]
    #[arg(long, value_name = "K", allow_negative_numbers = true, value_parser = samples)]
    pub(super) samples: Option<u64>,

    /// What decides which schedules are drawn [default: at random; it is told]
    #[arg(long, value_name = "S", requires = "samples", value_parser = seed)]
    pub(super) seed: Option<u64>,

    /// How many steps must come in a certain order for the mistakes to look for, with a lock
    #[arg(long, value_name = "D", requires = "samples", default_value_t = 3, allow_negative_numbers = true, value_parser = depth)]
    pub(super) depth: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Find {
    /// What is to hold, as in 'oversold && switches <= 2'
    #[arg(value_name = "CONDITION")]
    pub(super) condition: String,

    /// The most buyers
    #[arg(short, long, value_name = "N", default_value_t = 3, allow_negative_numbers = true, value_parser = buyers)]
    pub(super) users: u8,

    #[command(flatten)]
    pub(super) how: How,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Who makes each step, as in '0 1 1 0', or a class, as in 3!:4
    pub(super) schedule: String,

    /// How many buyers [default: as many as the schedule names]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = buyers)]
    pub(super) users: Option<u8>,

    #[command(flatten)]
    pub(super) how: How,
}

#[derive(Debug, Args)]
pub(crate) struct Locks {
    /// How many buyers, from the fewest to the most
    #[arg(short, long, value_name = "N..M", default_value = "2..3", value_parser = range)]
    pub(super) users: (u8, u8),

    /// How many tickets there are [default: one fewer than buyers]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = stock)]
    pub(super) stock: Option<u64>,

    /// Where the scratch event is put [default: in memory]
    #[arg(long, value_name = "DIR")]
    pub(super) place: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Selfcheck {
    /// Where the scratch event is put [default: in memory]
    #[arg(long, value_name = "DIR")]
    pub(super) place: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct How {
    /// How many tickets there are [default: 1; prove and find go on to one for each buyer until there is something to show]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = stock)]
    pub(super) stock: Option<u64>,

    /// The lock each buyer takes [default: none; --lock alone means exclusive]
    #[arg(short, long, value_name = "KIND", num_args = 0..=1, require_equals = true, default_missing_value = "exclusive")]
    pub(super) lock: Option<Lock>,

    /// How the count is written
    #[arg(long, value_name = "HOW", default_value = "replace")]
    pub(super) writes: WritesArgument,

    /// Each buyer looks at the count first, outside its lock
    #[arg(long)]
    pub(super) query: bool,

    /// Also draw what is shown: a picture of it, if there is anything to show
    #[arg(long, value_name = "FILE.svg")]
    pub(super) timeline: Option<PathBuf>,

    /// Any buyer may also be killed before any of its steps
    #[arg(long)]
    pub(super) crashes: bool,

    /// Every second buyer reaches the ledger by another name, with a lock file of its own
    #[arg(long)]
    pub(super) second_name: bool,

    /// Where the scratch event is put [default: in memory]
    #[arg(long, value_name = "DIR")]
    pub(super) place: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum WritesArgument {
    /// By another file in one step
    Replace,
    /// Cut to nothing and written over
    InPlace,
}

fn buyers(text: &str) -> std::result::Result<u8, String> {
    whole(text, 1, MAX_BUYERS as u64).map(|buyers| buyers as u8)
}

fn samples(text: &str) -> std::result::Result<u64, String> {
    whole(text, 1, MOST_SAMPLES)
}

fn depth(text: &str) -> std::result::Result<u32, String> {
    whole(text, 1, MOST_DEPTH.into()).map(|depth| depth as u32)
}

fn range(text: &str) -> std::result::Result<(u8, u8), String> {
    let bounds = text.split_once("..").unwrap_or((text, text));
    let most = MAX_EXHAUSTIVE as u8;
    match (bounds.0.parse(), bounds.1.parse()) {
        (Ok(from), Ok(to)) if 1 <= from && from <= to && to <= most => Ok((from, to)),
        _ => Err(format!("numbers from 1 to {most}, as in 2..4")),
    }
}

impl How {
    /// What is to be tried.
    pub(super) fn trial(&self, users: u8) -> Result<Trial> {
        let lock = self.lock.map_or(LockKind::None, LockKind::from);
        if lock == LockKind::Mutex {
            let message =
                "a mutex is nothing between processes, and the lab's buyers are processes";
            return Err(Error::new(Kind::Usage, message)
                .hint("'tickets buy --users 8 --threads --lock=mutex' shows it"));
        }
        Ok(Trial {
            users: users.into(),
            stock: self.stock.unwrap_or(1),
            lock,
            writes: match self.writes {
                WritesArgument::Replace => Writes::Replace,
                WritesArgument::InPlace => Writes::InPlace,
            },
            query: self.query,
            crashes: self.crashes,
            second_name: self.second_name,
            place: self.place.clone(),
            program: program()?,
        })
    }

    /// The file for the picture, where one is wanted.
    pub(super) fn picture(&self, event: &Path) -> Result<Option<Output>> {
        picture::claim(self.timeline.as_deref(), event)
    }
}

/// This program, which is started as each buyer.
pub(super) fn program() -> Result<PathBuf> {
    std::env::current_exe().map_err(|e| {
        let message = format!("could not find this program's own file: {e}");
        Error::new(Kind::Io, message)
    })
}
