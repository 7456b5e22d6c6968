//! A command line that makes no sense, or a request for help.

use std::path::PathBuf;

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;

use super::args::grammar;
use super::hint::EventFlag;
use super::screen::Screen;
use super::slips;
use crate::{Error, Kind, shown};

/// Tells it, as JSON where that is asked for; returns the exit code.
pub(super) fn tell(error: clap::Error) -> u8 {
    let error = if error.use_stderr() {
        harmless(told_how(error))
    } else {
        error
    };
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let (name, _) = meant();
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

/// The same with what was meant, where that is known.
fn told_how(mut error: clap::Error) -> clap::Error {
    let (command, matches) = meant();
    if let Some(tip) = slips::tip(&error, &command, matches.as_ref()) {
        let tip = event(matches.as_ref()).hint(&tip);
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.remove(ContextKind::SuggestedSubcommand);
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, tips);
    } else if is_as_a_value(&error) {
        // No command here takes a value that looks like an option.
        error.remove(ContextKind::Suggested);
    }
    error
}

/// Whether the tip is to pass an unknown option as a value.
fn is_as_a_value(error: &clap::Error) -> bool {
    match error.get(ContextKind::Suggested) {
        Some(ContextValue::StyledStrs(tips)) => tips
            .iter()
            .any(|tip| tip.to_string().contains("as a value")),
        _ => false,
    }
}

/// The event as the caller has named it.
fn event(matches: Option<&ArgMatches>) -> EventFlag {
    let named = matches.filter(|matches| {
        let source = matches.value_source("file");
        source.is_some_and(|source| source != ValueSource::DefaultValue)
    });
    let file = named.and_then(|matches| matches.try_get_one::<PathBuf>("file").ok()?);
    file.map_or_else(EventFlag::default, |file| {
        EventFlag::named(file.as_os_str())
    })
}

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

/// The command that was meant, as in `race prove`, and what can be understood of its arguments; empty where none was
/// named.
fn meant() -> (String, Option<ArgMatches>) {
    let mut words = Vec::new();
    let mut inner = None;
    if let Ok(mut matches) = grammar().ignore_errors(true).try_get_matches() {
        while let Some((name, next)) = matches.remove_subcommand() {
            words.push(name);
            matches = next;
        }
        inner = Some(matches);
    }
    (words.join(" "), inner)
}
