//! A command in a hint is one that can be copied: it names the event that the caller has named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Run, TICKETS, TestEvent};

/// Everything here that ends with a hint, on an event with a sale that was tampered with, and without one.
const TAMPERED: [&str; 6] = [
    "query",
    "audit",
    "book b",
    "sales",
    "buy --users 2 --lock",
    "reset",
];
const MISSING: [&str; 4] = ["query", "book b", "sales", "buy --users 2"];
const SOUND: [&str; 4] = [
    "cancel 9-aaaaaa",
    "buy --users 2 --together --think 0ms --force",
    "query",
    "reset",
];

/// How the caller names the event, and how a hint is to.
struct Naming<'a> {
    file: &'a str,
    by_variable: bool,
    hint: &'a str,
}

fn run(place: &Path, naming: &Naming<'_>, line: &str) -> Run {
    let mut command = Command::new(TICKETS);
    command.current_dir(place).env_remove("TICKETS_FILE");
    match naming {
        Naming { file: "", .. } => {}
        Naming {
            by_variable: true, ..
        } => drop(command.env("TICKETS_FILE", naming.file)),
        _ => drop(command.arg(format!("--file={}", naming.file))),
    }
    Run::of(command.args(line.split(' ')).output().unwrap())
}

/// Each command of an event that stands in a hint.
fn commands(run: &Run) -> Vec<String> {
    let text = format!("{}{}", run.stdout, run.stderr);
    let mut found = Vec::new();
    for quote in ["'", "\""] {
        for part in text.split(&format!("{quote}tickets ")).skip(1) {
            let words = match quote {
                "'" => part.split('\'').next().unwrap(),
                _ => part.split('"').next().unwrap(),
            };
            if !words.starts_with("race ") {
                found.push(words.to_owned());
            }
        }
    }
    found
}

fn tampered(place: &Path, file: &str) -> PathBuf {
    let file = place.join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let ledger = file.with_extension("ledger.jsonl");
    for old in [&file, &ledger] {
        let _ = fs::remove_file(old);
    }
    fs::write(&file, "{\"ticket\": 9}\n").unwrap();
    let run = Command::new(TICKETS)
        .arg(format!("--file={}", file.display()))
        .args(["book", "a"])
        .output();
    assert!(run.unwrap().status.success());
    let text = fs::read_to_string(&ledger).unwrap();
    fs::write(&ledger, text.replace("\"buyer\":\"a\"", "\"buyer\":\"b\"")).unwrap();
    ledger
}

#[test]
fn a_command_in_a_hint_names_the_event_as_the_caller_did() {
    for naming in [
        Naming {
            file: "gig.json",
            by_variable: false,
            hint: "-f gig.json ",
        },
        Naming {
            file: "gig.json",
            by_variable: true,
            hint: "-f gig.json ",
        },
        Naming {
            file: "spring gala.json",
            by_variable: false,
            hint: "-f 'spring gala.json' ",
        },
        Naming {
            file: "it's $HOME.json",
            by_variable: true,
            hint: r"-f 'it'\''s $HOME.json' ",
        },
        Naming {
            file: "-x.json",
            by_variable: false,
            hint: "-f ./-x.json ",
        },
        Naming {
            file: "a/b.json",
            by_variable: false,
            hint: "-f a/b.json ",
        },
        Naming {
            file: "\u{1b}[2J.json",
            by_variable: false,
            hint: r"-f $'\033[2J.json' ",
        },
        Naming {
            file: "",
            by_variable: false,
            hint: "",
        },
    ] {
        let event = TestEvent::empty();
        let place = event.directory();
        let file = if naming.file.is_empty() {
            "data/tickets.json"
        } else {
            naming.file
        };
        let mut hints = 0;
        let mut check = |line: &str| {
            for line in [line.to_owned(), format!("--json {line}")] {
                let run = run(place, &naming, &line);
                if line.starts_with("--json") {
                    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
                    let Some(hint) = document["error"]["hint"].as_str() else {
                        continue;
                    };
                    let run = Run {
                        stdout: hint.to_owned(),
                        ..run
                    };
                    assert_named(&run, &naming, &line, &mut hints);
                } else {
                    assert_named(&run, &naming, &line, &mut hints);
                }
            }
        };
        for line in MISSING {
            check(line);
        }
        let ledger = tampered(place, file);
        for line in TAMPERED {
            check(line);
        }
        fs::remove_file(&ledger).unwrap();
        fs::write(place.join(file), "{\"ticket\": 9}\n").unwrap();
        for line in SOUND {
            check(line);
        }
        assert!(
            hints >= 12,
            "{hints} hints with commands: are they still found?"
        );
    }
}

#[track_caller]
fn assert_named(run: &Run, naming: &Naming<'_>, line: &str, hints: &mut usize) {
    for command in commands(run) {
        let named = match naming.hint {
            // The quotes of the name end what is found above.
            "" => !command.contains("-f "),
            hint => {
                hint.starts_with(command.as_str())
                    || command.starts_with(hint)
                    || command.starts_with("-f other")
            }
        };
        assert!(named, "{line}: {command:?}: {run:?}");
        *hints += 1;
    }
}

/// What a hint says, copied into a shell, changes this event and no other.
#[test]
fn a_copied_command_hits_the_event_that_was_named() {
    let event = TestEvent::empty();
    let place = event.directory();
    tampered(place, "data/tickets.json");
    let name = "spring gala.json";
    tampered(place, name);
    let naming = Naming {
        file: name,
        by_variable: false,
        hint: "",
    };
    let other = fs::read(place.join("data/tickets.ledger.jsonl")).unwrap();
    let said = run(place, &naming, "query").stderr;
    let (_, behind) = said
        .split_once("\"tickets ")
        .expect("a command in double quotes");
    let bin = Path::new(TICKETS).parent().unwrap().display().to_string();
    for command in said.split('"').filter(|part| part.starts_with("tickets ")) {
        let script = format!("PATH={bin}:$PATH; {command} --force 2>&1 || {command}");
        let run = Run::of(
            Command::new("bash")
                .current_dir(place)
                .args(["-c", &script])
                .output()
                .unwrap(),
        );
        assert!(run.stdout.contains("spring gala"), "{script}: {run:?}");
    }
    assert!(behind.contains("restore"), "{said}");
    assert_eq!(
        fs::read(place.join("data/tickets.ledger.jsonl")).unwrap(),
        other
    );
}

/// Where tickets are booked a reset is no cure for a race that was forced; and whoever has given a lock is not
/// told to give one.
#[test]
fn what_a_hint_advises_is_right_where_it_stands() {
    let event = TestEvent::stock(9);
    event.booked("alice");
    let run = event.run("buy --users 4 --think 0ms --together --force --lock=none");
    assert!(
        run.stdout.contains("audit'") && !run.stdout.contains("reset"),
        "{run:?}"
    );
    assert!(
        run.stderr.contains("warning: ") && run.stderr.contains("is for real"),
        "{run:?}"
    );
    for how in [
        "--lock=shared",
        "--threads --lock=write-only",
        "--lock=data-file",
    ] {
        let event = TestEvent::stock(9);
        let run = event.run(&format!("buy --users 8 --think 20ms {how}"));
        let cure = run.code == Some(6) && run.stdout.contains("--lock");
        assert!(!cure, "{how}: {run:?}");
    }
}

/// After a race: its cure without what does not go with it, where the rest is told, and one reason in every command.
#[test]
fn what_is_said_after_a_race_leads_on() {
    let event = TestEvent::stock(2);
    let run = event.run("buy --users 8 --think 0ms --together");
    assert!(
        run.stdout.contains("with --lock, without --together\n"),
        "{run:?}"
    );
    for line in ["query", "audit"] {
        let run = event.run(line);
        let both = run.stdout + &run.stderr;
        assert!(
            both.contains("its seq is 2, not 3. A race without a lock leaves such lines"),
            "{line}: {both}"
        );
    }
    // Each of the eight has written under a lock that keeps nobody out, which is more than is written out.
    let event = TestEvent::stock(2);
    let evidence = event.path("run.jsonl").display().to_string();
    let run = event.run(&format!(
        "buy --users 8 --think 0ms --together --lock=shared --evidence {evidence}"
    ));
    let (_, more) = run.stdout.split_once(" more findings: ").unwrap();
    assert!(
        more.starts_with(&format!("'tickets race check {evidence}' tells more\n")),
        "{run:?}"
    );
    assert!(
        run.stdout
            .contains("keeps others out, without --together\n"),
        "{run:?}"
    );
}

/// Where there is no event to be reset, the hint leads to one that a rush sells from.
#[test]
fn who_resets_what_is_not_there_can_rush_by_the_hint() {
    let event = TestEvent::empty();
    let own = |words: &[&str]| {
        let mut command = Command::new(TICKETS);
        command.args(["-f", "own/gig.json"]).args(words);
        Run::of(command.current_dir(event.directory()).output().unwrap())
    };
    let reset = own(&["reset"]);
    let (_, hint) = reset.stderr.split_once("hint: ").unwrap();
    let (line, behind) = hint.split_once(" makes an event to rush on").unwrap();
    let (_, line) = line.rsplit_once("; ").unwrap();
    assert!(
        behind.contains("init 200' makes one to sell from"),
        "{hint}"
    );
    let made = Command::new("sh")
        .args(["-c", line])
        .current_dir(event.directory())
        .status();
    assert!(made.unwrap().success(), "{line}");
    let rush = own(&["buy", "--users", "2", "--lock", "--think", "0ms"]);
    assert_eq!(rush.code, Some(0), "{rush:?}");
}

/// What starts anew, repairs or draws says to which file.
#[test]
fn whatever_is_written_anew_is_named() {
    let event = TestEvent::stock(9);
    let name = event.file.display().to_string();
    let run = event.run("reset 5");
    assert_eq!(run.stdout, format!("5 left\n{name} was reset\n"));
    assert_eq!(event.json("reset 5").1["file"], name.as_str());
    event.booked("alice");
    fs::write(&event.file, "{\"ticket\": 3}\n").unwrap();
    let run = event.run("audit --repair");
    assert!(
        run.stdout
            .starts_with(&format!("repaired  {name} was written anew")),
        "{run:?}"
    );
    for line in [
        "race prove --users 2 --timeline",
        "race replay 2!:0 --timeline",
        "race find oversold --timeline",
        "race prove --users 2 --samples 9 --seed 1 --timeline",
        "buy --users 2 --think 0ms --together --force --lock=none --evidence run.jsonl --timeline",
        "race check run.jsonl --timeline",
    ] {
        let mut command = event.command(line.split(' '));
        let run = Run::of(
            command
                .arg("run.svg")
                .current_dir(event.directory())
                .output()
                .unwrap(),
        );
        assert!(
            run.stdout.contains("\ntimeline  run.svg\n"),
            "{line}: {run:?}"
        );
    }
    let run = event.run(&format!("man {}", event.path("man").display()));
    assert!(
        run.stdout
            .contains(&event.path("man").display().to_string()),
        "{run:?}"
    );
}

/// A force that would be refused is not hinted at.
#[test]
fn who_lost_a_line_from_the_middle_is_sent_to_a_backup() {
    let event = TestEvent::stock(9);
    for buyer in ["ann", "bob", "cat"] {
        event.booked(buyer);
    }
    let ledger = event.path("tickets.ledger.jsonl");
    let text = fs::read_to_string(&ledger).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&ledger, [&lines[..2], &lines[3..]].concat().concat()).unwrap();
    for line in ["book dan", "query"] {
        let run = event.run(line);
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(!run.stderr.contains("--force"), "{run:?}");
        assert!(run.stderr.contains("tickets.ledger.jsonl:3: "), "{run:?}");
        assert!(run.stderr.contains(" restore DIR"), "{run:?}");
    }
    // A line that was emptied, and one of which only a part is left, have whole lines behind them too.
    for emptied in ["\n", "\"left\":7}\n"] {
        let text = [lines[0], lines[1], emptied, lines[3]].concat();
        fs::write(&ledger, text).unwrap();
        let backup = format!("backup {}", event.path("safe").display());
        for line in ["book dan", "query", &backup, "cancel 2"] {
            let run = event.run(line);
            assert_eq!(run.code, Some(6), "{run:?}");
            assert!(!run.stderr.contains("--force"), "{line}: {run:?}");
            assert!(run.stderr.contains("tickets.ledger.jsonl:3: "), "{run:?}");
            assert!(run.stderr.contains(" restore DIR"), "{run:?}");
        }
        assert_eq!(event.run("audit --repair --force").code, Some(6));
    }
    // Where only the end is lost, force is what goes on.
    fs::write(&ledger, lines[..2].concat()).unwrap();
    let run = event.run("book dan");
    assert!(run.stderr.contains("audit --repair --force'"), "{run:?}");
    assert_eq!(event.run("audit --repair --force").code, Some(0));
    event.booked("dan");
}

/// A reset would be refused: what is held is somebody's, as what is sold is.
#[test]
fn where_tickets_are_held_no_reset_is_hinted_at() {
    let event = TestEvent::stock(9);
    assert_eq!(event.run("hold ann").code, Some(0));
    let ledger = event.path("tickets.ledger.jsonl");
    let text = fs::read_to_string(&ledger).unwrap();
    let last = text.split_inclusive('\n').next_back().unwrap();
    fs::write(&ledger, format!("{text}{last}")).unwrap();
    let run = event.run("book bob");
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stderr.contains(" restore DIR'"), "{run:?}");
    assert!(!run.stderr.contains(" reset"), "{run:?}");
}
