//! Common slips on the command line, and what was meant: the right word stands in the tip.

mod meant;
mod options;
mod phrases;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, ValueEnum as _};

use super::args::{DoorFormat, Format, LockArg, grammar};
use meant::MEANT;
use options::unknown_option;
use phrases::{in_quotes, is_file, named_by_f};

/// What was meant by it, in a sentence, where that can be told. `command`: the one that was named; `matches`: what could
/// be understood of its arguments.
pub(super) fn tip(
    error: &clap::Error,
    command: &str,
    matches: Option<&ArgMatches>,
) -> Option<String> {
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = text(error, ContextKind::InvalidSubcommand)?;
            unknown_command(word, command)
        }
        ErrorKind::UnknownArgument => {
            let word = text(error, ContextKind::InvalidArg)?;
            if word.starts_with('-') {
                unknown_option(word, command)
            } else {
                one_word_more(word, command, matches)
            }
        }
        ErrorKind::ValueValidation => {
            let option = text(error, ContextKind::InvalidArg)?;
            wrong_value(option, text(error, ContextKind::InvalidValue)?, command)
        }
        ErrorKind::MissingRequiredArgument if command == "buy" => Some(who_rushes(matches)),
        ErrorKind::MissingRequiredArgument if command == "import" => {
            Some("the list stands by itself, and -f names the event: 'tickets -f FILE.json import LIST.csv'".to_owned())
        }
        ErrorKind::MissingRequiredArgument if command == "audit" => {
            Some("an audit alone waits for nobody and forces nothing: '--repair' does".to_owned())
        }
        _ => None,
    }
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word),
        _ => None,
    }
}

fn unknown_command(word: &str, command: &str) -> Option<String> {
    if !command.is_empty() {
        return None;
    }
    if is_file(word) {
        return Some(named_by_f(word, "query"));
    }
    let small = word.to_lowercase();
    if small != word && grammar().find_subcommand(&small).is_some() {
        return Some(format!(
            "commands are written in small letters: 'tickets {small}'"
        ));
    }
    let (_, meant) = MEANT.iter().find(|(tried, _)| small == *tried)?;
    Some(format!("'tickets {meant}' does that"))
}

/// `book Ann Smith`, `cancel 4 2`, `buy 8`.
fn one_word_more(word: &str, command: &str, matches: Option<&ArgMatches>) -> Option<String> {
    if LockArg::from_str(word, false).is_ok() {
        return Some(format!("a kind of lock is given as '--lock={word}'"));
    }
    if word.starts_with(['\u{2013}', '\u{2014}']) {
        return Some(format!(
            "{word:?} begins with a long dash, as a word processor makes it: write - or --"
        ));
    }
    let is_number = word.parse::<u64>().is_ok();
    Some(match command {
        "book" | "hold" if is_number => format!("'--quantity {word}' says how many"),
        "cancel" if is_number => {
            format!("one sale at a time; of a sale, '--quantity {word}' says how many")
        }
        "init" | "reset" if is_number => {
            format!("-f names an event: 'tickets -f FILE {command} {word}'")
        }
        "set" if is_number => {
            "'tickets adjust +N --reason TEXT' changes how many there are".to_owned()
        }
        "door" if DoorFormat::from_str(word, true).is_ok() => {
            format!("'--format {word}' writes it so")
        }
        "query" | "audit" | "init" | "reset" if is_file(word) => named_by_f(word, command),
        "hold" | "rename" | "init" | "set" | "close" | "reopen" | "import" => {
            "words that belong together stand in quotes, as in \"Ann Smith\"".to_owned()
        }
        "book" => {
            let begun = matches.and_then(|matches| matches.try_get_one::<String>("name").ok()?);
            let name = begun.map_or_else(|| word.to_owned(), |begun| format!("{begun} {word}"));
            let name = in_quotes(&name);
            format!("a name of several words stands in quotes: 'tickets book {name}'")
        }
        "cancel" => format!(
            "'--reason {}' says why; several words stand in quotes",
            in_quotes(word)
        ),
        "adjust" => {
            "--reason says why: 'tickets adjust +20 --reason \"gallery opened\"'".to_owned()
        }
        "buy" if is_number => format!("'--users {word}' says how many buyers"),
        "buy" => format!(
            "a rush has buyers without a name; 'tickets book {}' sells to somebody",
            in_quotes(word)
        ),
        "sales" if Format::from_str(word, true).is_ok() => {
            format!("'--format {word}' writes them so")
        }
        "sales" => {
            let begun = matches.and_then(|matches| matches.try_get_one::<String>("name").ok()?);
            let name = begun.map_or_else(|| word.to_owned(), |begun| format!("{begun} {word}"));
            format!("'--name {}' finds the sales of one buyer", in_quotes(&name))
        }
        "race replay" => "a schedule stands in quotes, as in '1 2 2 1'".to_owned(),
        "race prove" | "race find" | "race locks" if is_number => {
            format!("'--users {word}' says how many buyers")
        }
        _ => return None,
    })
}

/// `book -n Ann`, `init gala.json`.
fn wrong_value(option: &str, value: &str, command: &str) -> Option<String> {
    let is_number = value.parse::<f64>().is_ok();
    match command {
        "hold" if option.starts_with("--for") => {
            Some("--for says for how long, and not until when: '--for 2h', or 45m, or 3days".to_owned())
        }
        _ if is_number => None,
        "book" if option.starts_with("--quantity") => Some(
            "-n is how many; the name stands by itself, in quotes: 'tickets book \"Ann Smith\" -n 2'"
                .to_owned(),
        ),
        "init" | "reset" => Some(named_by_f(value, &format!("{command} 200"))),
        _ => None,
    }
}

fn who_rushes(matches: Option<&ArgMatches>) -> String {
    let quantity = matches.and_then(|matches| matches.value_source("quantity"));
    if quantity == Some(clap::parser::ValueSource::CommandLine) {
        "-n is how many tickets each buyer wants; '--users 8' says how many buyers".to_owned()
    } else {
        "'--users 8' says how many buyers rush; 'tickets book NAME' sells to somebody".to_owned()
    }
}
