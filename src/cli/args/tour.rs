//! The walk: `race tour`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PathBufValueParser, TypedValueParser};

use super::picture_kind::PictureKind;
use super::value::whole;

/// How many steps the walk has.
pub(crate) const TOUR_STEPS: u8 = 11;

#[derive(Debug, Args)]
pub(crate) struct TourArgs {
    /// The step to begin with
    #[arg(value_name = "STEP", allow_negative_numbers = true, default_value_t = 1, value_parser = step)]
    pub(crate) from: u8,

    /// The last step [default: the last of all]
    #[arg(long, value_name = "STEP", allow_negative_numbers = true, value_parser = step)]
    pub(crate) to: Option<u8>,

    /// Go on without waiting for Enter, as where no terminal is
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Also write all that was seen into one page
    #[arg(long, value_name = "FILE.html", visible_alias = "timeline", value_parser = page())]
    pub(crate) page: Option<PathBuf>,

    /// Where the scratch event is put: a directory, or the address of an event on a cluster, for the step on leases [default: in memory]
    #[arg(long, value_name = "PLACE")]
    pub(crate) place: Option<PathBuf>,
}

/// A file for the page. What its name promises is what is written.
fn page() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path: PathBuf| match PictureKind::of(&path) {
        Some(PictureKind::Page) => Ok(path),
        _ => Err("the walk is written as a page: a name that ends in .html"),
    })
}

fn step(text: &str) -> Result<u8, String> {
    whole(text, 1, TOUR_STEPS.into()).map(|step| step as u8)
}

pub(super) const HELP: &str = "\
Examples:
  tickets race tour                       in a terminal: Enter goes on, s skips
  tickets race tour 4                     from step 4 on
  tickets race tour 7 --to 7              step 7 alone
  tickets race tour --yes --page tour.html        all of it, as a page too
  tickets race tour 11 --place etcd://10.0.0.1,10.0.0.2,10.0.0.3/play
  tickets --json race tour | jq '.steps[] | {step, name, as_told}'

Each step says what is done and what to look at, runs it on a scratch event that is removed at the end, also after Ctrl-C, \
shows the command and what it printed (three dots stand for what was cut), and asks a question; Enter shows the answer, and goes on; s and Enter skips what comes next, q and Enter ends. \
What a step claims is checked in what the commands found; where a run without a lock came out right, by luck, a chosen \
schedule shows the race all the same.

The step on leases runs on the cluster that --place names; without one it judges a run that was recorded on such a cluster, \
in the source as src/cli/tour/lease.jsonl. \
docs/teaching.md is for the teacher.

Exits 0 when everything was as it is told, or the walk was ended by q; 6 when something was not.";
