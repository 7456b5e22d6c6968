//! Common slips on the command line, and what was meant: the right word stands in the tip.

use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, ValueEnum as _};

use super::args::{Format, LockArg, grammar};
use super::hint::quoted;

/// Words that people try, and the command that each means.
const MEANT: [(&str, &str); 47] = [
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
    ("edit", "set"),
    ("change", "set"),
    ("follow", "watch"),
    ("live", "watch"),
    ("list", "sales"),
    ("ls", "sales"),
    ("export", "sales --format csv"),
    ("log", "sales --changes"),
    ("history", "sales --changes"),
    ("new", "init N"),
    ("create", "init N"),
    ("make", "init N"),
    ("start", "init N"),
    ("status", "query"),
    ("count", "query"),
    ("left", "query"),
    ("refund", "cancel ID"),
    ("delete", "cancel ID"),
    ("remove", "cancel ID"),
    ("rm", "cancel ID"),
    ("undo", "cancel ID"),
    ("add", "adjust +N --reason TEXT"),
    ("verify", "audit"),
    ("check", "audit"),
    ("repair", "audit --repair"),
    ("fix", "audit --repair"),
    ("save", "backup DIR"),
    ("rush", "buy --users 8"),
    ("prove", "race prove"),
    ("replay", "race replay SCHEDULE"),
    ("locks", "race locks"),
    ("selfcheck", "race selfcheck"),
    ("test", "doctor"),
    ("version", "--version"),
];

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

fn unknown_option(word: &str, command: &str) -> Option<String> {
    let format = word.trim_start_matches('-');
    let right = match (command, word) {
        ("buy", "--stock" | "--tickets") => {
            return Some(
                "the event says how many there are: 'tickets reset 200' starts it anew so"
                    .to_owned(),
            );
        }
        ("audit", "--fix" | "--mend" | "--heal") => "--repair",
        ("cancel", "--id" | "--sale") => {
            return Some("the id stands by itself: 'tickets cancel 7-k3v9xq'".to_owned());
        }
        ("doctor", "--dir" | "--directory" | "--path") => {
            return Some("the directory stands by itself: 'tickets doctor DIR'".to_owned());
        }
        ("sales", _) if Format::from_str(format, true).is_ok() => {
            return Some(format!("'--format {format}' writes them so"));
        }
        ("sales", "--buyer" | "--who" | "--user" | "--for") => "--name WHO",
        ("book", "--name" | "--buyer" | "--for" | "--user") => {
            return Some("the name stands by itself: 'tickets book \"Ann Smith\"'".to_owned());
        }
        (
            "book" | "cancel" | "buy",
            "--count" | "--number" | "--tickets" | "--amount" | "--qty",
        ) => "--quantity Q",
        (
            "buy" | "race prove" | "race find" | "race locks",
            "--buyers" | "--processes" | "--clients",
        ) => "--users N",
        ("init" | "reset", "--stock" | "--tickets" | "--quantity" | "-n") => {
            return Some(format!(
                "the number stands by itself: 'tickets {command} 200'"
            ));
        }
        _ => return None,
    };
    Some(format!("'{right}' says that"))
}

/// `book -n Ann`, `init gala.json`.
fn wrong_value(option: &str, value: &str, command: &str) -> Option<String> {
    let is_number = value.parse::<f64>().is_ok();
    match command {
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

/// Whether it is more likely a file than a word.
fn is_file(word: &str) -> bool {
    let is_json = Path::new(word).extension().is_some_and(|end| end == "json");
    word.contains('/') || is_json
}

fn named_by_f(word: &str, command: &str) -> String {
    let file = if is_file(word) {
        word.to_owned()
    } else {
        format!("{word}.json")
    };
    format!(
        "-f names an event: 'tickets -f {} {command}'",
        quoted(file.as_ref())
    )
}

/// A word of a command line that stands in single quotes.
fn in_quotes(word: &str) -> String {
    if word
        .chars()
        .all(|c| c.is_alphanumeric() || "-_.".contains(c))
    {
        return word.to_owned();
    }
    let word = crate::shown(word);
    format!("\"{}\"", word.replace(['"', '$', '`', '\\'], ""))
}
