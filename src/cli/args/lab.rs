//! What is to be tried in the lab: `race prove`, `find`, `replay`, `locks`, `selfcheck`.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::value::{LockArg, picture, seed, stock, whole};
use crate::lab::sample::{MOST_DEPTH, MOST_SAMPLES};
use crate::lab::{MAX_BUYERS, Scenario};
use crate::office::Writes;

/// So many buyers are run in all their schedules, however many those are: 8 without a lock have 40,320.
pub(crate) const MAX_EXHAUSTIVE: usize = 8;

#[derive(Debug, Args)]
pub(crate) struct ProveArgs {
    /// How many buyers
    #[arg(short, long, value_name = "N", default_value_t = 2, allow_negative_numbers = true, value_parser = buyers)]
    pub(crate) users: u8,

    /// Run these commands on one event instead of buyers of one ticket each
    #[arg(long, value_name = "NAME", value_parser = scenario())]
    pub(crate) scenario: Option<Scenario>,

    #[command(flatten)]
    pub(crate) how: TrialArgs,

    /// Draw so many schedules at random instead of running them all [default stock: one for each buyer]
    #[arg(long, value_name = "K", allow_negative_numbers = true, value_parser = samples)]
    pub(crate) samples: Option<u64>,

    /// What decides which schedules are drawn [default: at random; it is told]
    #[arg(long, value_name = "S", requires = "samples", value_parser = seed)]
    pub(crate) seed: Option<u64>,

    /// How many steps must come in a certain order for the mistakes to look for, with a lock
    #[arg(long, value_name = "D", requires = "samples", default_value_t = 3, allow_negative_numbers = true, value_parser = depth)]
    pub(crate) depth: u32,
}

#[derive(Debug, Args)]
pub(crate) struct FindArgs {
    /// What is to hold, as in 'oversold && switches <= 2'
    #[arg(value_name = "CONDITION")]
    pub(crate) condition: String,

    /// The most buyers
    #[arg(short, long, value_name = "N", default_value_t = 3, allow_negative_numbers = true, value_parser = buyers)]
    pub(crate) users: u8,

    #[command(flatten)]
    pub(crate) how: TrialArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Who makes each step, as in '1 2 2 1', or a class, as in '3!:4'
    pub(crate) schedule: String,

    /// How many buyers [default: as many as the schedule names]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = buyers)]
    pub(crate) users: Option<u8>,

    /// The commands of this scenario
    #[arg(long, value_name = "NAME", value_parser = scenario())]
    pub(crate) scenario: Option<Scenario>,

    #[command(flatten)]
    pub(crate) how: TrialArgs,
}

#[derive(Debug, Args)]
pub(crate) struct LocksArgs {
    /// How many buyers, from the fewest to the most
    #[arg(short, long, value_name = "N..M", default_value = "2..3", value_parser = range)]
    pub(crate) users: (u8, u8),

    /// How many tickets there are [default: one fewer than buyers]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = stock)]
    pub(crate) stock: Option<u64>,

    /// Where the scratch event is put: a directory, or an address: then the kinds of a cluster are tried too [default: in memory]
    #[arg(long, value_name = "PLACE")]
    pub(crate) place: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SelfcheckArgs {
    /// Where the scratch event is put [default: in memory]
    #[arg(long, value_name = "DIR")]
    pub(crate) place: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TrialArgs {
    /// How many tickets there are [default: 1; prove and find go on to as many as --users until there is something to show; replay of a class: one for each buyer]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = stock)]
    pub(crate) stock: Option<u64>,

    /// The lock each buyer takes [default: none; --lock alone means exclusive]
    #[arg(short, long, value_name = "KIND", num_args = 0..=1, require_equals = true, default_missing_value = "exclusive", value_parser = lock_of_processes())]
    pub(crate) lock: Option<LockArg>,

    /// How the count is written
    #[arg(long, value_name = "HOW", default_value = "replace")]
    pub(crate) writes: WritesArg,

    /// Each buyer looks at the count first, outside its lock
    #[arg(long)]
    pub(crate) query: bool,

    /// Also draw what is shown, if there is anything to show: a picture, or a page that steps through it
    #[arg(long, value_name = "FILE.svg|FILE.html", value_parser = picture())]
    pub(crate) timeline: Option<PathBuf>,

    /// Any buyer may also be killed before any of its steps
    #[arg(long)]
    pub(crate) crashes: bool,

    /// Every second buyer reaches the ledger by another name, with a lock file of its own
    #[arg(long)]
    pub(crate) second_name: bool,

    /// Where the scratch event is put: a directory, or an address, beside whose event it is made [default: in memory]
    #[arg(long, value_name = "PLACE")]
    pub(crate) place: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum WritesArg {
    /// By another file in one step
    Replace,
    /// Cut to nothing and written over
    InPlace,
}

pub(super) fn buyers(text: &str) -> std::result::Result<u8, String> {
    whole(text, 1, MAX_BUYERS as u64).map(|buyers| buyers as u8)
}

/// A kind of lock that processes can take: a mutex is none.
pub(super) fn lock_of_processes() -> impl TypedValueParser<Value = LockArg> {
    let kinds = LockArg::value_variants().iter();
    let kinds = kinds.filter(|kind| !matches!(kind, LockArg::Mutex));
    let names: Vec<PossibleValue> = kinds.filter_map(ValueEnum::to_possible_value).collect();
    PossibleValuesParser::new(names).try_map(|name| LockArg::from_str(&name, false))
}

/// A scenario by its name.
fn scenario() -> impl TypedValueParser<Value = Scenario> {
    let name = |scenario: Scenario| PossibleValue::new(scenario.name()).help(scenario.about());
    let named = |name: String| Scenario::named(&name).ok_or("there is no such scenario");
    PossibleValuesParser::new(Scenario::ALL.map(name)).try_map(named)
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

impl From<WritesArg> for Writes {
    fn from(writes: WritesArg) -> Self {
        match writes {
            WritesArg::Replace => Self::Replace,
            WritesArg::InPlace => Self::InPlace,
        }
    }
}
