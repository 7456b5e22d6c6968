//! The grammar as a whole: what every command takes, and how a command line is read by it.

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::error::ErrorKind;
use clap::{ArgMatches, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser};

use super::alone;
use super::command::Command;
use super::dash_texts::joined;
use super::globals::Globals;
use super::help;
use super::ignored;
use super::one_dash;

/// The grammar of the command line.
pub(crate) fn grammar() -> clap::Command {
    ignored::unsaid(plain())
}

/// The same, but that the help of some commands tells of options that they refuse.
pub(super) fn plain() -> clap::Command {
    Cli::command().color(asked_color())
}

/// What the command line says, in its words and as the program has it.
pub(crate) fn parse() -> Result<(ArgMatches, Cli), clap::Error> {
    let words = words();
    one_dash::refuse(&words, &grammar)?;
    // Never taken apart: the process's end does that for less.
    let mut alone = ManuallyDrop::new(alone::grammar(&words));
    let matches = match alone.try_get_matches_from_mut(joined(std::env::args_os())) {
        Err(error) if error.kind() != ErrorKind::DisplayVersion => {
            grammar().try_get_matches_from(joined(std::env::args_os()))?
        }
        matches => matches?,
    };
    ignored::refuse(&plain, &matches)?;
    let cli = Cli::from_arg_matches(&matches)?;
    Ok((matches, cli))
}

/// The same of other words than this process was given.
pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(words)
}

fn words() -> Vec<String> {
    let words = std::env::args_os().skip(1);
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

/// When help and what is wrong with a command line are coloured, which are told before that is understood.
fn asked_color() -> ColorChoice {
    let words = words();
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
    #[command(flatten)]
    pub(crate) globals: Globals,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        grammar().debug_assert();
    }

    /// What is deferred overwrites what the command said of itself.
    #[test]
    fn a_command_is_about_the_same_before_and_after_it_is_made() {
        let bare = grammar();
        let mut made = grammar();
        made.build();
        for command in bare.get_subcommands() {
            let after = made.find_subcommand(command.get_name()).unwrap();
            let about = |command: &clap::Command| command.get_about().map(ToString::to_string);
            assert_eq!(about(command), about(after), "{}", command.get_name());
        }
    }
}
