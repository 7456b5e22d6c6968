//! A command line that makes no sense, or a wish for help.

use clap::ValueEnum as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::{LockArg, grammar};
use super::screen::Screen;
use crate::{Error, Kind, shown};

/// Tells it, as JSON where that is asked for; returns the exit code.
pub(super) fn tell(error: clap::Error) -> u8 {
    let error = harmless(told_how(error));
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let name = meant();
        let of_command = match name.as_str() {
            "" => String::new(),
            name => format!("{name} "),
        };
        let tip = match error.get(ContextKind::Suggested) {
            Some(ContextValue::StyledStrs(tips)) => tips.first().map(ToString::to_string),
            _ => None,
        };
        let hint = tip.unwrap_or_else(|| format!("see 'tickets {of_command}--help'"));
        let problem = Error::new(Kind::Usage, message(&error, &name)).hint(hint);
        let screen = Screen::new(true, false);
        let name = if name.is_empty() { "tickets" } else { &name };
        screen.error(name, &problem, None);
        return screen.close(Kind::Usage.exit_code());
    }
    let screen = Screen::new(false, false);
    let printed = error.print();
    if !error.use_stderr() {
        screen.written(printed);
    }
    screen.close(u8::try_from(error.exit_code()).unwrap_or(Kind::Usage.exit_code()))
}

/// `--lock data-file` for `--lock=data-file`: says so, for there the kind is taken for a word too many. So are the
/// right words for commands that there are not told.
fn told_how(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg)
        && LockArg::from_str(word, false).is_ok()
    {
        let tip = format!("a kind of lock is given as '--lock={word}'");
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    if error.kind() == ErrorKind::InvalidSubcommand
        && meant().is_empty()
        && let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && let Some((_, command)) = MEANT.iter().find(|(tried, _)| word == tried)
    {
        let tip = format!("'tickets {command}' does that");
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.remove(ContextKind::SuggestedSubcommand);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

/// Words that people try, and the command that each means.
const MEANT: [(&str, &str); 26] = [
    ("sell", "book NAME"),
    ("order", "book NAME"),
    ("reserve", "hold NAME"),
    ("keep", "hold NAME"),
    ("pay", "confirm ID"),
    ("accept", "confirm ID"),
    ("free", "release ID"),
    ("load", "import FILE"),
    ("stop", "close"),
    ("pause", "close"),
    ("open", "reopen"),
    ("resume", "reopen"),
    ("guests", "door"),
    ("list", "sales"),
    ("ls", "sales"),
    ("new", "init N"),
    ("create", "init N"),
    ("make", "init N"),
    ("status", "query"),
    ("count", "query"),
    ("left", "query"),
    ("refund", "cancel ID"),
    ("delete", "cancel ID"),
    ("verify", "audit"),
    ("check", "audit"),
    ("version", "--version"),
];

/// The same with nothing in it that steers a terminal: it repeats words of the command line, which a script
/// may have from somebody else.
fn harmless(mut error: clap::Error) -> clap::Error {
    let words: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(word) => Some((kind, ContextValue::String(shown(word)))),
            ContextValue::Strings(words) => {
                let words = words.iter().map(|word| shown(word)).collect();
                Some((kind, ContextValue::Strings(words)))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in words {
        error.insert(kind, value);
    }
    error
}

/// What is wrong, in one line: all up to the usage and the tips.
fn message(error: &clap::Error, command: &str) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // All of the help, which is for people.
        return format!("'tickets {command}' requires a subcommand but one was not provided");
    }
    let text = error.to_string();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty() && !line.starts_with("Usage:"))
        .collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}

/// The command that was meant, as in `race prove`; empty where none was named.
fn meant() -> String {
    let grammar = grammar().ignore_errors(true);
    let mut words = Vec::new();
    if let Ok(matches) = grammar.try_get_matches() {
        let mut matches = &matches;
        while let Some((name, inner)) = matches.subcommand() {
            words.push(name.to_owned());
            matches = inner;
        }
    }
    words.join(" ")
}
