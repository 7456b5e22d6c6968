//! Common slips on the command line, and what was meant: the right word stands in the tip.

mod bare_number;
mod dashes;
mod meant;
mod options;
mod phrases;
mod words;

use std::path::Path;

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::grammar;
use super::hint::{self, quoted};
use crate::lab::condition::Condition;
pub(super) use bare_number::refuse as refuse_bare_number;
use meant::{MEANT, NO_COMMAND, NO_SERVICE};
use options::{for_how_long, unknown_option};
use phrases::{adjusted, difference, is_file, named_by_f, next_word};
use words::{is_id, one_word_more};

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
                unknown_option(word, command).or_else(|| dashes::meant(word, command))
            } else {
                one_word_more(word, command, matches)
            }
        }
        ErrorKind::ValueValidation => {
            let option = text(error, ContextKind::InvalidArg)?;
            wrong_value(option, text(error, ContextKind::InvalidValue)?, command)
        }
        ErrorKind::InvalidValue => no_lock(text(error, ContextKind::InvalidValue)?, command),
        ErrorKind::MissingRequiredArgument => missing(command, matches),
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
    if cfg!(not(feature = "serve")) && small == "serve" {
        return Some(NO_SERVICE.to_owned());
    }
    if let Some((_, told)) = NO_COMMAND.iter().find(|(tried, _)| small == *tried) {
        return Some((*told).to_owned());
    }
    let given = next_word(word);
    if let Some(told) = of_a_race(&small, given.as_deref()) {
        return Some(told);
    }
    // What became of one sale, by its id.
    if ["history", "log"].contains(&small.as_str())
        && let Some(id) = given.filter(|given| is_id(given))
    {
        return Some(format!("'tickets show {id}' does that"));
    }
    let (_, meant) = MEANT.iter().find(|(tried, _)| small == *tried)?;
    Some(format!("'tickets {meant}' does that"))
}

/// A command of `race` without that word, by what it is given.
fn of_a_race(word: &str, given: Option<&str>) -> Option<String> {
    let given = given?;
    let command = match word {
        "check"
            if given == "-"
                || Path::new(given)
                    .extension()
                    .is_some_and(|end| end == "jsonl") =>
        {
            format!("race check {}", quoted(given.as_ref()))
        }
        "find" if given.parse::<Condition>().is_ok() => {
            format!("race find {}", quoted(given.as_ref()))
        }
        _ => return None,
    };
    Some(format!("{} does that", hint::command(&command)))
}

/// What is called a lock elsewhere.
fn no_lock(value: &str, command: &str) -> Option<String> {
    let told = match (value, command) {
        ("mutex", "race prove" | "race find" | "race replay") => {
            "a mutex is nothing between processes, and these buyers are processes: 'tickets buy --users 8 --threads \
             --lock=mutex' shows it"
        }
        ("tutorial", _) => {
            "tutorial is a row of 'tickets race locks' and no kind of lock: 'tickets race prove --lock --writes in-place \
             --query' tries it"
        }
        _ => return None,
    };
    Some(told.to_owned())
}

/// `book -n Ann`, `init gala.json`.
fn wrong_value(option: &str, value: &str, command: &str) -> Option<String> {
    let is_number = value.parse::<f64>().is_ok();
    let option = option.split(' ').next().unwrap_or_default();
    match command {
        "book" | "hold" if option == bare_number::NAME => {
            Some(bare_number::meant(value, command))
        }
        _ if is_number => None,
        "hold" | "init" | "set" if ["--for", "--hold"].contains(&option) => {
            Some(for_how_long(option))
        }
        "book" if option.starts_with("--quantity") => Some(
            "-n is how many; the name stands by itself, in quotes: 'tickets book \"Ann Smith\" -n 2'"
                .to_owned(),
        ),
        "init" | "reset" if !option.starts_with('-') => {
            let named = named_by_f(value, &format!("{command} 200"));
            Some(if is_file(value) {
                named
            } else {
                format!("how many there are is written in digits, and {named}")
            })
        }
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

/// What a command cannot do without.
fn missing(command: &str, matches: Option<&ArgMatches>) -> Option<String> {
    let told = match command {
        "buy" => return Some(who_rushes(matches)),
        "audit" => "an audit alone waits for nobody and forces nothing: '--repair' does",
        "import" => {
            "the list stands by itself, and -f names the event: 'tickets -f FILE.json import LIST.csv'"
        }
        "adjust" => {
            return Some(format!(
                "--reason says why: {}",
                adjusted(difference(matches))
            ));
        }
        "cancel" | "rename" | "show" => "'tickets sales' lists the sales with their ids",
        "confirm" | "release" => "'tickets sales --held' lists the holds with their ids",
        _ => return None,
    };
    Some(told.to_owned())
}
