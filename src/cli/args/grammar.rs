//! The grammar as a whole: what every command takes, and how a command line is read by it.

use std::path::PathBuf;

use clap::builder::Resettable;
use clap::{ArgMatches, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use super::candidates;
use super::command::Command;
use super::help;
use super::ignored;
use super::value::{DEFAULT_FILE, FILE_VARIABLE};

/// The grammar of the command line. An empty variable is one that is not set, as people who write unit files
/// and the like means it.
pub(crate) fn grammar() -> clap::Command {
    let is_empty = std::env::var_os(FILE_VARIABLE).is_some_and(|value| value.is_empty());
    let grammar = if is_empty {
        Cli::command().mut_arg("file", |file| file.env(Resettable::Reset))
    } else {
        Cli::command()
    };
    ignored::unsaid(grammar).color(asked_color())
}

/// What the command line says, in its words and as the program has it.
pub(crate) fn parse() -> Result<(ArgMatches, Cli), clap::Error> {
    let mut grammar = grammar();
    let matches = grammar.try_get_matches_from_mut(std::env::args_os())?;
    ignored::refuse(&mut grammar, &matches)?;
    let cli = Cli::from_arg_matches(&matches)?;
    Ok((matches, cli))
}

/// When help and what is wrong with a command line are coloured, which are told before that is understood.
fn asked_color() -> ColorChoice {
    let words = std::env::args_os().skip(1);
    let words: Vec<_> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let mut asked = words
        .iter()
        .zip(words.iter().skip(1).map(Some).chain([None]));
    let asked = asked.find_map(|(word, next)| match word.strip_prefix("--color")? {
        "" => next.cloned(),
        value => value.strip_prefix('=').map(str::to_owned),
    });
    match asked.as_deref() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// A booking office in a file: sells a limited stock from tickets.json, from any number of
/// processes, and never oversells under its lock.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, subcommand_help_heading = "Commands", after_help = help::PROGRAM, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The event's count
    #[arg(
        short,
        long,
        global = true,
        env = FILE_VARIABLE,
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

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes stands under this heading in its help.
const GLOBAL: &str = "Global options";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        grammar().debug_assert();
    }
}
