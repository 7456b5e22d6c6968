//! Options of the whole program that some commands would ignore: their help is silent about them, and they are
//! refused there. But an event may be named to any command, as an alias or the environment does.

use clap::Command;
use clap::error::ErrorKind;
use clap::parser::ValueSource;

/// A command, by the words that lead to it, and the options that mean nothing to it.
const IGNORED: [(&[&str], &[&str]); 4] = [
    (&["completions"], &["file", "json", "quiet", "color"]),
    (&["man"], &["file", "quiet", "color"]),
    (&["race", "scenarios"], &["file"]),
    (&["race", "selfcheck"], &["file"]),
];

/// The same grammar, in which the help of these commands is silent about what they ignore.
pub(super) fn unsaid(grammar: Command) -> Command {
    let globals: Vec<_> = grammar.get_arguments().cloned().collect();
    IGNORED
        .into_iter()
        .fold(grammar, |grammar, (path, ignored)| {
            let hidden = globals
                .iter()
                .filter(|option| ignored.contains(&option.get_id().as_str()))
                .map(|option| option.clone().hide(true));
            let hidden: Vec<_> = hidden.collect();
            at(grammar, path, &|command: Command| {
                command.args(hidden.clone())
            })
        })
}

/// The grammar with the command at the end of this path changed.
fn at(grammar: Command, path: &[&str], change: &dyn Fn(Command) -> Command) -> Command {
    let Some((first, rest)) = path.split_first() else {
        return change(grammar);
    };
    grammar.mut_subcommand(*first, |command| at(command, rest, change))
}

/// An error where an option was given on the command line that the command ignores.
pub(super) fn refuse(
    grammar: &dyn Fn() -> Command,
    matches: &clap::ArgMatches,
) -> Result<(), clap::Error> {
    let mut words = Vec::new();
    let mut inner = matches;
    while let Some((name, next)) = inner.subcommand() {
        words.push(name);
        inner = next;
    }
    let ignored = IGNORED.iter().find(|(path, _)| *path == words);
    let Some((_, ignored)) = ignored else {
        return Ok(());
    };
    let given =
        |id: &&&str| **id != "file" && matches.value_source(id) == Some(ValueSource::CommandLine);
    let Some(option) = ignored.iter().find(given) else {
        return Ok(());
    };
    let message = format!("'tickets {}' has no use for --{option}", words.join(" "));
    Err(grammar().error(ErrorKind::ArgumentConflict, message))
}
