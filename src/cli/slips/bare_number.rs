//! A number alone in the place of a name: how many, and nobody's name.

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;

use super::super::args::grammar;
use super::words::number_of;

/// The most that is taken for a number of tickets: a longer number may be a membership, or a telephone.
const MOST: u64 = 9999;

/// The place of the name, as the help has it.
pub(super) const NAME: &str = "<NAME>";

/// An error where tickets are booked or held for a number, and nothing else says how many. Behind `--` it is a name.
pub(crate) fn refuse(matches: &ArgMatches) -> Result<(), clap::Error> {
    let Some(("book" | "hold", own)) = matches.subcommand() else {
        return Ok(());
    };
    let name = own.try_get_one::<String>("name").ok().flatten();
    let Some(name) = name.filter(|name| is_bare_number(name)) else {
        return Ok(());
    };
    let is_said = own.value_source("quantity") == Some(ValueSource::CommandLine)
        || std::env::args_os().any(|word| word == "--");
    if is_said {
        return Ok(());
    }
    let mut error = clap::Error::new(ErrorKind::ValueValidation).with_cmd(&grammar());
    for (kind, text) in [
        (ContextKind::InvalidArg, NAME),
        (ContextKind::InvalidValue, name),
    ] {
        error.insert(kind, ContextValue::String(text.to_owned()));
    }
    Err(error)
}

fn is_bare_number(name: &str) -> bool {
    let is_plain = name.starts_with(|c: char| ('1'..='9').contains(&c)) && !name.ends_with('x');
    is_plain && number_of(name).is_some_and(|number| number <= MOST)
}

/// What was meant by it.
pub(super) fn meant(name: &str, command: &str) -> String {
    let tickets = number_of(name).unwrap_or(1);
    format!(
        "who buys stands there: 'tickets {command} NAME --quantity {tickets}' is for so many; behind -- it is a name"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_alone_is_no_name() {
        for (name, is) in [
            ("3", true),
            ("12", true),
            ("3 tickets", true),
            ("0", false),
            ("007", false),
            ("01701234567", false),
            ("48151623", false),
            ("3x", false),
            ("2pac", false),
            ("3 dora", false),
            ("dora", false),
            ("", false),
        ] {
            assert_eq!(is_bare_number(name), is, "{name}");
        }
    }
}
