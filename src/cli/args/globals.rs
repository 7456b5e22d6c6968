//! The options that every command takes.

use std::path::PathBuf;

use clap::builder::{OsStr, Resettable};
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use super::candidates;
use super::value::{DEFAULT_FILE, FILE_VARIABLE};

#[derive(Debug, Args)]
pub(crate) struct Globals {
    /// The event's count
    #[arg(
        short,
        long,
        global = true,
        env = variable(),
        default_value = DEFAULT_FILE,
        value_name = "FILE",
        add = ArgValueCompleter::new(candidates::events),
        help_heading = GLOBAL
    )]
    pub(crate) file: PathBuf,

    /// Print exactly one JSON document on stdout, errors included
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) json: bool,

    /// Print no more than the result
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    pub(crate) quiet: bool,

    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help = "When to colour what is printed; auto: on a terminal, unless $NO_COLOR is set",
        help_heading = GLOBAL
    )]
    pub(crate) color: ColorArg,
}

/// They stand under this heading in the help of each command.
const GLOBAL: &str = "Global options";

/// The variable that names the event. An empty one is one that is not set, as people who write unit files and the like
/// mean it.
fn variable() -> Resettable<OsStr> {
    let is_empty = std::env::var_os(FILE_VARIABLE).is_some_and(|value| value.is_empty());
    if is_empty {
        Resettable::Reset
    } else {
        Resettable::Value(FILE_VARIABLE.into())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}
