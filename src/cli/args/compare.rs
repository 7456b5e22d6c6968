//! Two ways of selling, side by side: `race compare`.

use std::path::PathBuf;

use clap::Args;

use super::lab::{WritesArg, buyers, lock_of_processes};
use super::value::{LockArg, picture, stock};

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Who makes each step under the first lock, as in '1 2 2 1', or a class, as in '3!:4' [default: of those that go wrong under it the one with the fewest switches]
    #[arg(value_name = "SCHEDULE")]
    pub(crate) schedule: Option<String>,

    /// How many buyers, all of whom meet [default: 2, or as many as the schedule names]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = buyers)]
    pub(crate) users: Option<u8>,

    /// Which locks to compare; one alone is compared with none [default: none,exclusive]
    #[arg(short, long, value_name = "KIND,KIND", value_delimiter = ',', value_parser = lock_of_processes())]
    pub(crate) lock: Vec<LockArg>,

    /// How the count is written; one alone is of both [default: replace]
    #[arg(long, value_name = "HOW,HOW", value_delimiter = ',')]
    pub(crate) writes: Vec<WritesArg>,

    /// How many tickets there are [default: 1, and more until something goes wrong; of a class: one for each buyer]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = stock)]
    pub(crate) stock: Option<u64>,

    /// Each buyer looks at the count first, outside its lock
    #[arg(long)]
    pub(crate) query: bool,

    /// Also draw both, if there is anything to show: one picture, or one page that steps through both
    #[arg(long, value_name = "FILE.svg|FILE.html", value_parser = picture())]
    pub(crate) timeline: Option<PathBuf>,

    /// Where the scratch event is put: a directory, or an address, beside whose event it is made [default: in memory]
    #[arg(long, value_name = "PLACE")]
    pub(crate) place: Option<PathBuf>,
}
