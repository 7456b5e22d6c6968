//! The walk through the chapter: every command line of `docs/chapter.md`, run in order, prints what stands
//! below it.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::examples::program;
use crate::harness::{Run, TICKETS};

/// A command line, and all that stands below it up to the next one.
struct Shown<'a> {
    command: &'a str,
    output: Vec<&'a str>,
}

fn commands(text: &str) -> Vec<Shown<'_>> {
    let mut all: Vec<Shown<'_>> = Vec::new();
    for block in text.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            match line.strip_prefix("$ ") {
                Some(command) => all.push(Shown {
                    command,
                    output: Vec::new(),
                }),
                None => all.last_mut().unwrap().output.push(line),
            }
        }
    }
    all
}

/// Who is first in a rush is chance, and so is what each finds.
fn is_a_rush(command: &str) -> bool {
    command.starts_with("tickets buy") || command.contains("judge_another_program")
}

/// The number that follows one of these is no two runs' own: processes, an adopter, a port, a queue, a seed.
const CHANCE_FOLLOWS: [&str; 6] = [
    "process ",
    "greetings from ",
    "has ended, and ",
    "127.0.0.1:",
    "/tickets-",
    "seed ",
];

fn without_number_after(line: &str, before: &str) -> String {
    let mut parts = line.split(before);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = if rest.len() < part.len() { "#" } else { "" };
        text.extend([before, number, rest]);
    }
    text
}

/// A word of a line, without its chance: a sale's id, a time in seconds, a ledger that was archived, the
/// rule of a table.
fn word(word: &str) -> String {
    let bare = word.trim_end_matches(',');
    match bare.split_once('-') {
        Some((seq, chance)) if chance.len() == 6 && seq.parse::<u64>().is_ok() => {
            return word.replace(chance, "#");
        }
        _ => {}
    }
    if bare.contains('.') && bare.parse::<f64>().is_ok() {
        return "#.#".to_owned();
    }
    if word.contains(".ledger.2") {
        return word.replace(|c: char| c.is_ascii_digit(), "#");
    }
    if word.starts_with("|--") {
        return "|--".to_owned();
    }
    word.to_owned()
}

fn normal(line: &str, rush: bool) -> String {
    let mut line = line.to_owned();
    for before in CHANCE_FOLLOWS {
        line = without_number_after(&line, before);
    }
    if let Some((start, _)) = line.clone().split_once(" x add ") {
        // A task for each processor.
        let digits = start.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        line.replace_range(digits..start.len(), "#");
    }
    if rush {
        line = without_number_after(&line, "user-");
        line = without_number_after(&line, "queried: ");
        for name in ["ann", "bert", "cleo", "dora"] {
            let words = line
                .split(' ')
                .map(|word| if word == name { "#" } else { word });
            line = words.collect::<Vec<_>>().join(" ");
            line = line.replace(&format!("{name},"), "#,");
        }
    }
    let words: Vec<String> = line.split_whitespace().map(word).collect();
    words.join(" ")
}

/// The lines, made equal where chance makes them differ, without blank ones at the end.
fn lines<'a>(lines: impl Iterator<Item = &'a str>, rush: bool) -> Vec<String> {
    let mut all: Vec<String> = lines.map(|line| normal(line, rush)).collect();
    while all.last().is_some_and(String::is_empty) {
        all.pop();
    }
    if rush {
        all.sort();
    }
    all
}

/// What to give to a shell: an example is run as it was built.
fn runnable(command: &str) -> String {
    let Some(rest) = command.strip_prefix("cargo run -q --example ") else {
        assert!(command.starts_with("tickets "), "what is {command:?}?");
        return command.to_owned();
    };
    let (name, arguments) = rest.split_once(" -- ").unwrap_or((rest, ""));
    format!("'{}' {arguments}", program(name).display())
}

#[test]
fn what_the_walk_shows_is_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/chapter.md")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::copy(root.join("data/tickets.json"), data.join("tickets.json")).unwrap();
    let mut path = OsString::from(Path::new(TICKETS).parent().unwrap());
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());

    for Shown { command, output } in commands(&text) {
        let mut shell = Command::new("sh");
        let line = format!("( {} ) 2>&1", runnable(command));
        shell.args(["-c", &line]).env("PATH", &path);
        shell.env_remove("TICKETS_FILE").current_dir(&directory);
        let run = Run::of(shell.output().unwrap());
        let rush = is_a_rush(command);
        let shown = lines(output.into_iter(), rush);
        let printed = lines(run.stdout.lines(), rush);
        assert_eq!(shown, printed, "$ {command}\nprints\n{}", run.stdout);
    }
}

#[test]
fn the_walk_passes_every_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/chapter.md")).unwrap();
    let all: Vec<&str> = commands(&text).iter().map(|shown| shown.command).collect();
    let mut examples = 0;
    for entry in std::fs::read_dir(root.join("examples")).unwrap() {
        let path = entry.unwrap().path();
        // A client of the service is none that cargo runs.
        if path.extension().is_some_and(|extension| extension == "py") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let run = format!("cargo run -q --example {name}");
        let told = |command: &&str| command.split(" -- ").next() == Some(run.as_str());
        assert!(all.iter().any(told), "{name} is not in docs/chapter.md");
        examples += 1;
    }
    assert!(
        examples >= 10 && all.len() >= examples + 8,
        "is the walk still read?"
    );
}

#[test]
fn only_chance_is_made_equal() {
    let same = |a: &str, b: &str| assert_eq!(normal(a, true), normal(b, true));
    same(
        "child: I am process 7; process 8 has ended, and 1 has adopted me",
        "child: I am process 99; process 100 has ended, and 870 has adopted me",
    );
    same(
        "alice: BUY alice -> SOLD 2-06gq5a, 19 left",
        "alice: BUY alice -> SOLD 2-zzzzzz, 19 left",
    );
    same("  2 8 0   0.141 s", "2 8 0 12.1 s");
    same("| 2 x add 1000 numbers |", "| 16 x add 1000 numbers |");
    let differ = |a: &str, b: &str| assert_ne!(normal(a, true), normal(b, true));
    differ("SOLD 2-06gq5a, 19 left", "SOLD 3-06gq5a, 19 left");
    differ("SOLD 2-06gq5a, 19 left", "SOLD 2-06gq5a, 18 left");
    differ("user-1 bought 1, 1 left", "user-1 bought 1, 0 left");
    differ("without a lock 199 left", "without a lock 20 left");
    assert_ne!(normal("user-1 waits", false), normal("user-2 waits", false));
}
