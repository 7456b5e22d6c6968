//! Options that a command does not have.

use clap::ValueEnum as _;

use super::super::args::{DoorFormat, Format};
use super::meant::{A_NOTE_STAYS, WHO_HAS_PAID};

/// What says so instead, in a sentence.
pub(super) fn unknown_option(word: &str, command: &str) -> Option<String> {
    let option = word.trim_start_matches('-');
    if let Some(told) = of_no_option(option, word, command) {
        return Some(told);
    }
    let right = of_another(option, command)?;
    Some(format!("'{right}' says that"))
}

/// Where no option says it.
fn of_no_option(option: &str, word: &str, command: &str) -> Option<String> {
    Some(match (command, option) {
        ("buy", "stock" | "tickets") => {
            "the event says how many there are: 'tickets reset 200' starts it anew so".to_owned()
        }
        ("set", "stock" | "tickets" | "quantity" | "capacity" | "seats" | "left") => {
            "'tickets adjust +N --reason TEXT' changes how many there are".to_owned()
        }
        ("confirm" | "release" | "show" | "rename" | "cancel", "id" | "sale" | "hold") => {
            format!("the id stands by itself: 'tickets {command} 7-k3v9xq{}'", behind_id(command))
        }
        ("rename", "note" | "comment" | "remark" | "memo") => A_NOTE_STAYS.to_owned(),
        ("rename", "to" | "name" | "as" | "buyer") => {
            "the new name stands by itself: 'tickets rename 7-k3v9xq \"Ann Smith\"'".to_owned()
        }
        ("confirm" | "release", "quantity" | "n") => {
            format!(
                "a hold is {command}{} as a whole: confirm it, and 'tickets cancel ID -n N' takes back what of it is not wanted",
                past(command)
            )
        }
        ("confirm" | "release", "note" | "reason") => {
            "a note is kept by 'tickets hold NAME --note TEXT' and 'tickets book', where somebody orders".to_owned()
        }
        ("doctor", "dir" | "directory" | "path") => {
            "the directory stands by itself: 'tickets doctor DIR'".to_owned()
        }
        ("backup" | "restore", "to" | "from" | "dir" | "directory") => {
            format!("the directory stands by itself: 'tickets {command} DIR'")
        }
        ("import", "csv" | "file" | "list" | "input") => {
            "the list stands by itself: 'tickets import LIST.csv'".to_owned()
        }
        ("sales" | "door", "paid" | "unpaid" | "note" | "notes") => WHO_HAS_PAID.to_owned(),
        ("sales", _) if Format::from_str(option, true).is_ok() => {
            format!("'--format {option}' writes them so")
        }
        ("door", _) if DoorFormat::from_str(option, true).is_ok() => {
            format!("'--format {option}' writes it so")
        }
        ("door", "o" | "out" | "output" | "file") => {
            "'tickets door --format html > door.html' writes it to a file".to_owned()
        }
        ("serve", "port" | "p") => "'--listen 127.0.0.1:8080' says the port, too".to_owned(),
        ("hold", "until" | "till" | "expires") => for_how_long("--for"),
        ("hold", "name" | "buyer" | "user") | ("book", "name" | "buyer" | "for" | "user") => {
            format!("the name stands by itself: 'tickets {command} \"Ann Smith\"'")
        }
        ("init" | "reset", "stock" | "tickets" | "quantity") => number(command),
        ("init" | "reset", "n") if word == "-n" => number(command),
        _ => return None,
    })
}

/// That a hold has a length, and no end that is set.
pub(super) fn for_how_long(option: &str) -> String {
    format!("{option} says for how long, and not until when: '{option} 2h', or 45m, or 3days")
}

fn number(command: &str) -> String {
    format!("the number stands by itself: 'tickets {command} 200'")
}

/// The ending of what was done by a command.
fn past(command: &str) -> &'static str {
    if command.ends_with('e') { "d" } else { "ed" }
}

fn behind_id(command: &str) -> &'static str {
    if command == "rename" {
        " \"Ann Smith\""
    } else {
        ""
    }
}

/// The option, or the command line, that says it.
fn of_another(option: &str, command: &str) -> Option<&'static str> {
    Some(match (command, option) {
        ("audit", "fix" | "mend" | "heal") => "--repair",
        ("sales", "buyer" | "who" | "user" | "for") => "--name WHO",
        ("sales", "holds" | "hold" | "open") => "--held",
        ("sales", "history" | "log" | "cancelled") => "--changes",
        ("sales", "from" | "after") => "--since TIME",
        ("sales", "last" | "head" | "tail") => "--limit N",
        ("book" | "hold" | "cancel" | "buy", "count" | "number" | "tickets" | "amount" | "qty") => {
            "--quantity Q"
        }
        ("hold", "hold" | "hours" | "minutes" | "days" | "time" | "duration") => "--for 2h",
        ("book" | "hold", "paid") => "--note paid",
        ("book" | "hold", "reason" | "comment" | "remark" | "memo") => "--note TEXT",
        ("rename", "why")
        | ("cancel" | "adjust" | "close" | "reopen", "note" | "comment" | "why") => "--reason TEXT",
        ("init" | "set", "name" | "event") => "--title T",
        ("init" | "set", "limit" | "max") => "--max-per-sale N",
        ("init" | "set", "start" | "begin") => "--from TIME",
        ("init" | "set", "end" | "to" | "till") => "--until TIME",
        ("init" | "set", "when" | "day") => "--date D",
        ("buy" | "race prove" | "race find" | "race locks", "buyers" | "processes" | "clients") => {
            "--users N"
        }
        _ => return None,
    })
}
