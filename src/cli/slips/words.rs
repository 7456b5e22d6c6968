//! A word too many.

use clap::{ArgMatches, ValueEnum as _};

use super::super::args::{DoorFormat, Format, LockArg};
use super::phrases::{adjusted, difference, in_quotes, is_file, named_by_f, next_word};

/// What was meant by it, in a sentence: `book Ann Smith`, `cancel 4 2`, `buy 8`.
pub(super) fn one_word_more(
    word: &str,
    command: &str,
    matches: Option<&ArgMatches>,
) -> Option<String> {
    if LockArg::from_str(word, false).is_ok() {
        return Some(format!("a kind of lock is given as '--lock={word}'"));
    }
    if word.starts_with(['\u{2013}', '\u{2014}']) {
        return Some(format!(
            "{word:?} begins with a long dash, as a word processor makes it: write - or --"
        ));
    }
    if let Some(told) = begun(matches).and_then(|begun| other_quotes(&begun, word, command)) {
        return Some(told);
    }
    if ["book", "hold"].contains(&command)
        && let Some(begun) = begun(matches)
        && let Some(tickets) = number_of(&begun)
    {
        let name = in_quotes(word);
        return Some(format!(
            "'tickets {command} {name} --quantity {tickets}' sells so many"
        ));
    }
    if let Some(note) = given(matches, "note") {
        let note = in_quotes(&format!("{note} {word}"));
        return Some(format!("several words stand in quotes: '--note {note}'"));
    }
    let of_an_id = command == "cancel" && !given(matches, "id").is_some_and(|id| is_id(&id));
    if let Some(tickets) = number_of(word)
        && !of_an_id
        && let Some(told) = number(&tickets.to_string(), command)
    {
        return Some(told);
    }
    if command == "hold"
        && let Some(time) = for_how_long(word)
    {
        return Some(format!("'--for {time}' says for how long"));
    }
    to_this_command(word, command, matches)
}

/// Quotes as a word processor makes them, which hold no words together.
fn other_quotes(begun: &str, word: &str, command: &str) -> Option<String> {
    const QUOTES: [char; 8] = ['“', '”', '„', '«', '»', '‘', '’', '‚'];
    let quote = begun
        .chars()
        .next()
        .filter(|first| QUOTES.contains(first))?;
    let name = format!("{begun} {word}").replace(QUOTES, "");
    let name = in_quotes(&name);
    Some(format!(
        "{quote} is a quote as a word processor makes it: write the plain one, as in 'tickets {command} {name}'"
    ))
}

/// What was meant by it where only the command tells.
fn to_this_command(word: &str, command: &str, matches: Option<&ArgMatches>) -> Option<String> {
    Some(match command {
        "door" if DoorFormat::from_str(word, true).is_ok() => {
            format!("'--format {word}' writes it so")
        }
        "init" | "reset" if is_file(word) => named_by_f(word, &with_stock(command, matches)),
        "query" | "audit" | "door" if is_file(word) => named_by_f(word, command),
        "import" if is_file(word) => named_by_f(word, "import LIST.csv"),
        "hold" | "rename" => {
            "words that belong together stand in quotes, as in \"Ann Smith\"".to_owned()
        }
        "init" | "set" => {
            "each thing has its option, as '--title \"New Year\"'; several words stand in quotes"
                .to_owned()
        }
        "close" | "reopen" if word.contains(char::is_whitespace) => {
            format!("'--reason {}' says why", in_quotes(word))
        }
        "close" | "reopen" => format!(
            "'--reason {}' says why; -f names the event: 'tickets -f FILE.json {command}'",
            in_quotes(word)
        ),
        "import" => format!(
            "-f names the event: 'tickets -f FILE.json {command}'; words that belong together stand in quotes"
        ),
        "book" => {
            let name = in_quotes(&with_begun(word, matches));
            format!("a name of several words stands in quotes: 'tickets book {name}'")
        }
        "cancel" if is_id(word) && !given(matches, "id").is_some_and(|id| is_id(&id)) => {
            format!("'tickets cancel {word}' takes that sale back")
        }
        "cancel" => format!(
            "'--reason {}' says why; several words stand in quotes",
            in_quotes(word)
        ),
        "adjust" => match word.parse() {
            Ok(by) => format!(
                "the difference stands by itself, with its sign: {}",
                adjusted(Some(by))
            ),
            Err(_) => format!("--reason says why: {}", adjusted(difference(matches))),
        },
        "buy" => format!(
            "a rush has buyers without a name; 'tickets book {}' sells to somebody",
            in_quotes(word)
        ),
        "sales" if Format::from_str(word, true).is_ok() => {
            format!("'--format {word}' writes them so")
        }
        "sales" => {
            let name = in_quotes(&with_begun(word, matches));
            format!("'--name {name}' finds the sales of one buyer")
        }
        "race replay" => "a schedule stands in quotes, as in '1 2 2 1'".to_owned(),
        _ => return None,
    })
}

/// The command with how many tickets it was given.
fn with_stock(command: &str, matches: Option<&ArgMatches>) -> String {
    let stock = matches.and_then(|matches| matches.try_get_one::<u64>("stock").ok()?);
    stock.map_or_else(|| command.to_owned(), |stock| format!("{command} {stock}"))
}

/// How many tickets a word says: `2`, `x2`, `2 tickets`.
pub(super) fn number_of(word: &str) -> Option<u64> {
    const TICKETS: [&str; 6] = ["ticket", "tickets", "seat", "seats", "place", "places"];
    let small = word.to_lowercase();
    let (number, unit) = small
        .split_once(char::is_whitespace)
        .unwrap_or((small.as_str(), "tickets"));
    let number = number.trim_matches(['x', '×']).parse::<u64>().ok();
    number.filter(|_| TICKETS.contains(&unit.trim()))
}

/// For how long, where a word, or the one behind a `for`, says that: `2h`.
fn for_how_long(word: &str) -> Option<String> {
    let time = if word.eq_ignore_ascii_case("for") {
        next_word(word)?
    } else {
        word.to_owned()
    };
    humantime::parse_duration(&time).is_ok().then_some(time)
}

/// Whether it may be a sale's id.
pub(super) fn is_id(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let rest = word.get(digits..).unwrap_or_default();
    digits > 0 && (rest.is_empty() || rest.starts_with('-'))
}

/// What a number was meant to be.
fn number(word: &str, command: &str) -> Option<String> {
    Some(match command {
        "book" | "hold" => format!("'--quantity {word}' says how many"),
        "cancel" => {
            format!("one sale at a time; of a sale, '--quantity {word}' says how many")
        }
        "init" | "reset" => format!("-f names an event: 'tickets -f FILE {command} {word}'"),
        "set" => "'tickets adjust +N --reason TEXT' changes how many there are".to_owned(),
        "buy" | "race prove" | "race find" | "race locks" => {
            format!("'--users {word}' says how many buyers")
        }
        _ => return None,
    })
}

/// The name that was begun before it, and this word.
fn with_begun(word: &str, matches: Option<&ArgMatches>) -> String {
    begun(matches).map_or_else(|| word.to_owned(), |begun| format!("{begun} {word}"))
}

fn begun(matches: Option<&ArgMatches>) -> Option<String> {
    given(matches, "name")
}

fn given(matches: Option<&ArgMatches>, id: &str) -> Option<String> {
    matches?.try_get_one::<String>(id).ok()?.cloned()
}
