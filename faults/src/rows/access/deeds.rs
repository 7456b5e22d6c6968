//! What a seller does, one thing after the other, and what everybody may then.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::before::Before;
use super::kinds::{Kind, Seller};
use crate::program::{Program, Run};
use crate::row::Fault;
use crate::test_event::{LEDGER, TestEvent};

/// A reset where the file system has no links and cannot swap names.
const BY_COPIES: &str = "reset by copies";
const NO_LINKS: &[&str] = &[
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-etrace=link,linkat,renameat2",
    "-einject=link,linkat,renameat2:error=EINVAL",
];

/// What is done, one after the other: a name, and a command line, or something that happens to the files.
const DEEDS: [(&str, &str); 18] = [
    ("book", "book eve"),
    ("cancel", "cancel 2-"),
    ("adjust", "adjust +5 --reason x"),
    ("a torn end", "book eve"),
    ("a rush", "buy --users 3 --lock --think 0ms --force"),
    (
        "a rush of threads",
        "buy --users 3 --lock --think 0ms --force --threads",
    ),
    ("repair", "audit --repair"),
    ("reset", "reset 9 --force"),
    (BY_COPIES, "reset 9 --force"),
    ("hold", "hold fay --quantity 3 --for 1h"),
    ("confirm", "confirm HOLD"),
    ("rename", "rename HOLD Gilbert"),
    ("hold a moment", "hold gil --quantity 3 --for 0s"),
    ("release", "release HOLD"),
    ("set", "set --title Gala"),
    ("close", "close"),
    ("reopen", "reopen"),
    ("import", "import LIST --batch b"),
];

/// Everything that is done, by this seller.
pub(super) fn sell(
    program: &Program,
    kind: &Kind,
    seller: Seller,
    umask: &str,
    strace: bool,
) -> Fault {
    let event = TestEvent::empty(program);
    fs::write(&event.file, "{\"ticket\": 90}\n").unwrap();
    kind.put(&event).unwrap();
    let mut struck = 0;
    for (what, line) in DEEDS {
        if strace || what != BY_COPIES {
            struck += u64::from(deed(&event, (seller, umask), what, line));
        }
    }
    match struck {
        0 => Fault::Harmless,
        _ => Fault::StruckOften(struck),
    }
}

/// Does it, and judges what everybody may then. Whether the seller could.
fn deed(event: &TestEvent, (seller, umask): (Seller, &str), what: &str, line: &str) -> bool {
    let before = Before::of(event);
    let is_new = event.names().len() < 3;
    if what == "a torn end"
        && let Ok(whole) = fs::read(event.path(LEDGER))
    {
        fs::write(event.path(LEDGER), [&whole[..], b"{\"seq\":"].concat()).unwrap();
    }
    let list = crate::life::list();
    let through = if what == BY_COPIES { NO_LINKS } else { &[] };
    let line = if what == "cancel" {
        line.to_owned() + &second(event)
    } else {
        let line = line.replace("HOLD", &last_hold(event));
        line.replace("LIST", list.to_str().unwrap())
    };
    let run = run(event, seller, umask, through, &line);
    let told = format!("{what}: {run:?}");
    before.nobody_gained(event, &told);
    if !before.may_be_sold_by(seller) {
        // Who may write the directory may make what is not there yet.
        assert!(run.code != Some(0) || is_new, "{told}");
        return false;
    }
    assert_eq!(run.code, Some(0), "{told}");
    match seller.person() {
        None => before.all_is_kept(event, &told),
        Some(person) => before.nobody_lost(event, &person, &told),
    }
    true
}

/// The rest of the id of the second line's sale.
fn second(event: &TestEvent) -> String {
    let text = fs::read_to_string(event.path(LEDGER)).unwrap_or_default();
    let id = text.split_once("\"id\":\"2-").map(|(_, rest)| rest);
    id.and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

/// The id of the hold that was made last.
fn last_hold(event: &TestEvent) -> String {
    let text = fs::read_to_string(event.path(LEDGER)).unwrap_or_default();
    let line = text.lines().rfind(|line| line.contains("\"op\":\"hold\""));
    let line = line.and_then(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let id = line.and_then(|line| Some(line["id"].as_str()?.to_owned()));
    id.unwrap_or_else(|| "0-none".to_owned())
}

pub(super) fn run(
    event: &TestEvent,
    seller: Seller,
    umask: &str,
    before: &[&str],
    line: &str,
) -> Run {
    let script = format!("umask {umask}; exec \"$@\"");
    let words = [&["sh", "-c", &script, "sh"], before].concat();
    let mut command: Command = event.program.through(&words, &event.file);
    if let Some(person) = seller.person() {
        command.uid(person.uid).gid(person.groups[0]);
    }
    command.current_dir("/").args(line.split_ascii_whitespace());
    Run::of(command.output().unwrap())
}
