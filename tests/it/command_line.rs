//! Help, exit codes and what is printed where.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use crate::harness::{Run, TICKETS, TestEvent};

#[test]
fn query_tells_people_and_programs() {
    let event = TestEvent::stock(2);
    assert_eq!(event.run("query").stdout, "2 left, 0 sold\n");
    assert_eq!(
        event.run("--json query").stdout,
        "{\"ok\":true,\"command\":\"query\",\"left\":2,\"sold\":0,\"held\":0,\"on_sale\":\"open\",\"title\":null}\n"
    );
    assert_eq!(event.names(), ["tickets.json"], "a query writes nothing");
}

#[test]
fn the_report_of_a_rush_keeps_its_contract() {
    let event = TestEvent::stock(1);
    let (_, report) = event.json("buy --users 2 --lock --think 0ms --seed 7");
    let text = event
        .run("--json buy --users 1 --lock --think 0ms --seed 7")
        .stdout;
    assert!(text.starts_with("{\"ok\":true,\"command\":\"buy\",\"users\":1,\"lock\":\"exclusive\",\"mode\":\"processes\""), "{text}");
    assert_eq!(text.lines().count(), 1);
    for member in [
        "users",
        "lock",
        "seed",
        "stock",
        "sold",
        "refused",
        "failed",
        "left",
        "oversold",
        "lost_updates",
        "verdict",
        "findings",
        "elapsed_us",
        "buyers",
    ] {
        assert!(!report[member].is_null(), "{member} is missing: {report:#}");
    }
    assert_eq!(
        (&report["seed"], &report["lock"]),
        (&7.into(), &"exclusive".into())
    );
    let mut buyers = report["buyers"].as_array().unwrap().clone();
    assert_eq!(
        (&buyers[0]["name"], &buyers[1]["name"]),
        (&"user-1".into(), &"user-2".into())
    );
    buyers.sort_by_key(|buyer| buyer["outcome"].to_string());
    assert_eq!(
        (&buyers[0]["outcome"], &buyers[0]["left"]),
        (&"refused".into(), &0.into())
    );
    assert_eq!(
        (&buyers[1]["outcome"], &buyers[1]["quantity"]),
        (&"sold".into(), &1.into())
    );
    assert!(buyers[1]["id"].as_str().unwrap().starts_with("2-"));
}

#[test]
fn every_command_has_help_with_examples() {
    for command in [
        "",
        "init",
        "query",
        "buy",
        "book",
        "hold",
        "confirm",
        "release",
        "rename",
        "show",
        "import",
        "set",
        "close",
        "reopen",
        "door",
        "watch",
        "cancel",
        "adjust",
        "sales",
        "audit",
        "backup",
        "restore",
        "copy",
        "reset",
        "race",
        "race compare",
        "race tour",
        "doctor",
        "completions",
        "man",
    ] {
        let output = Command::new(TICKETS)
            .args(command.split_ascii_whitespace())
            .arg("--help")
            .output()
            .unwrap();
        let run = Run::of(output);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(
            run.stdout.contains("Examples:\n  tickets "),
            "{command}: {}",
            run.stdout
        );
        assert!(!run.stdout.contains("__buyers"), "{}", run.stdout);
    }
    assert_eq!(
        Run::of(Command::new(TICKETS).output().unwrap()).code,
        Some(2),
        "no command"
    );
}

#[test]
fn the_file_comes_from_the_environment_too() {
    let event = TestEvent::stock(4);
    let output = Command::new(TICKETS)
        .env("TICKETS_FILE", &event.file)
        .args(["query"])
        .output()
        .unwrap();
    assert_eq!(Run::of(output).stdout, "4 left, 0 sold\n");
}

#[test]
fn an_empty_variable_names_no_file() {
    let event = TestEvent::stock(4);
    let at = |directory: &std::path::Path, arguments: &[&str]| {
        let mut command = Command::new(TICKETS);
        command.env("TICKETS_FILE", "").current_dir(directory);
        Run::of(command.args(arguments).output().unwrap())
    };
    let run = at(event.directory(), &["-f", "tickets.json", "query"]);
    assert_eq!(run.stdout, "4 left, 0 sold\n", "{run:?}");
    // Without -f the event is where it is by default.
    let run = at(event.directory(), &["query"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("data/tickets.json"), "{run:?}");
    let run = at(event.directory(), &["--json", "quer"]);
    assert_eq!(run.document().0, 2);
    let run = at(event.directory(), &["-f", "", "query"]);
    assert_eq!(run.code, Some(2), "an empty -f is a mistake: {run:?}");
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let event = TestEvent::stock(2);
    let line = format!(
        "set -o pipefail; {} -f {} buy --users 8 --lock --think 0ms | head -n 1",
        TICKETS,
        event.file.display()
    );
    let run = Run::of(Command::new("bash").args(["-c", &line]).output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    event.assert_adds_up();
    assert_eq!(event.sales().len(), 2);
}

#[test]
fn a_result_that_cannot_be_written_is_an_error_of_its_own() {
    let event = TestEvent::stock(2);
    for line in ["--json buy --users 2 --lock --think 0ms", "query"] {
        let mut command = event.command(line.split(' '));
        let full = File::options().write(true).open("/dev/full").unwrap();
        let run = Run::of(command.stdout(Stdio::from(full)).output().unwrap());
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(
            run.stderr
                .contains("was carried out, but its result could not be written"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(event.sales().len(), 2);
}

#[test]
fn a_process_that_is_started_as_a_fork_server_by_mistake_sells_nothing() {
    let event = TestEvent::stock(2);
    for arguments in [vec![], vec!["{}"], vec!["no json", "tickets.json"]] {
        let output = Command::new(TICKETS)
            .arg("__buyers")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(Run::of(output).code, Some(2));
    }
    assert_eq!(event.names(), ["tickets.json"]);
}

#[test]
fn completions_and_manual_know_every_command() {
    let commands = [
        "init", "query", "buy", "book", "cancel", "adjust", "sales", "audit", "reset", "doctor",
    ];
    let event = TestEvent::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let mut command = event.without_file("completions");
        let run = Run::of(command.arg(shell).output().unwrap());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(
            run.stdout.contains("TICKETS_COMPLETE"),
            "{shell}: {}",
            run.stdout
        );
    }
    assert_eq!(event.run("completions tcsh").code, Some(2));
    let run = Run::of(event.without_file("man").output().unwrap());
    assert!(run.stdout.contains(".TH tickets 1"), "{}", run.stdout);
    let run = event.run(&format!("man {}", event.path("a/man1").display()));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    for command in commands {
        let page = fs::read_to_string(event.path(&format!("a/man1/tickets-{command}.1"))).unwrap();
        assert!(page.contains("EXAMPLES"), "{command}");
    }
    let all = event.run("man").stdout;
    assert_eq!(
        all.matches(".TH tickets").count(),
        fs::read_dir(event.path("a/man1")).unwrap().count()
    );
    fs::write(event.path("file"), "").unwrap();
    let run = event.run(&format!("man {}", event.path("file").display()));
    assert_eq!(run.code, Some(1), "{run:?}");
    // A syntax check of what bash would read.
    let output = event.run("completions bash").stdout;
    fs::write(event.path("completions"), output).unwrap();
    let checked = Command::new("bash")
        .arg("-n")
        .arg(event.path("completions"))
        .status();
    assert!(checked.unwrap().success());
}

/// It is no directory that is called so.
#[test]
fn the_name_of_a_command_is_answered_with_its_page() {
    let event = TestEvent::empty();
    let man = |word: &str| {
        let mut command = event.without_file("man");
        Run::of(command.arg(word).output().unwrap())
    };
    for (word, title) in [
        ("book", "tickets-book"),
        ("race-prove", "tickets-race-prove"),
        ("tickets-book", "tickets-book"),
        ("tickets", "tickets"),
    ] {
        let run = man(word);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains(&format!(".TH {title} 1")), "{word}");
        assert_eq!(run.stdout.matches(".TH ").count(), 1, "{word}");
        assert_eq!(event.names(), [""; 0], "{word}");
    }
    assert_eq!(event.json("man book").0, 2);
    // A directory of that name is one; one that is to be made is named with a slash.
    let run = man("pages");
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("'tickets man ./pages'"), "{run:?}");
    assert!(!run.stderr.contains("did you mean"), "{run:?}");
    assert_eq!(event.names(), [""; 0]);
    for word in ["./book", "./pages", "pages"] {
        let run = man(word);
        assert!(run.stdout.contains(" pages written to "), "{run:?}");
    }
    assert_eq!(event.names(), ["book", "pages"]);
}

/// What a shell is told that asks for the last of these words.
fn candidates(event: &TestEvent, words: &[&str]) -> Vec<String> {
    let output = Command::new(TICKETS)
        .current_dir(event.file.parent().unwrap())
        .env("TICKETS_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .env("_CLAP_IFS", "\n")
        .args(["--", "tickets"])
        .args(words)
        .output();
    let run = Run::of(output.unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{words:?}");
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn completions_know_commands_sales_events_and_locks() {
    let event = TestEvent::stock(9);
    let ids: Vec<String> = ["alice", "bob", "carol"]
        .iter()
        .map(|name| {
            event.json(&format!("book {name}")).1["sale"]["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(event.json(&format!("cancel {}", ids[1])).0, 0);
    let told = |words: &[&str]| candidates(&event, words);
    let file = event.file.to_str().unwrap();
    assert_eq!(
        told(&["-f", file, "cancel", ""])[..2],
        [ids[2].clone(), ids[0].clone()]
    );
    assert_eq!(told(&["-f", file, "cancel", "2-"]), [ids[0].clone()]);
    let hold = event.json("hold dave -n 2").1["hold"]["id"].clone();
    for command in ["confirm", "release"] {
        assert_eq!(
            told(&["-f", file, command, ""])[..1],
            [hold.as_str().unwrap()]
        );
    }
    assert_eq!(told(&["-f", file, "rename", "2-"]), [ids[0].clone()]);
    assert_eq!(told(&["-f", "tick"]), ["tickets.json"]);
    assert!(told(&["buy", "--lock="]).contains(&"--lock=write-only".to_owned()));
    assert!(told(&["bo"]).contains(&"book".to_owned()));
    // Where there is no event, there is nothing to choose from, and no error.
    assert!(
        !told(&["-f", "none.json", "cancel", "2-"])
            .iter()
            .any(|it| it.starts_with("2-"))
    );
}

#[test]
fn an_option_that_a_command_would_ignore_is_refused_and_its_help_is_silent() {
    let event = TestEvent::empty();
    for line in [
        "completions -q bash",
        "--json completions bash",
        "man -q",
        "man --color never",
    ] {
        let run = event.run(line);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
    }
    assert_eq!(event.json("man").0, 2);
    for line in ["sales --raw", "sales --bom --format jsonl"] {
        let run = event.run(line);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
        assert!(run.stderr.contains("is for --format csv"), "{run:?}");
    }
    for line in [
        "audit --wait 3",
        "audit --force",
        "sales --json --format csv",
        "sales --changes --held",
        "sales --held --limit 1",
    ] {
        let run = event.run(line);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
    }
    for (line, globals) in [
        ("completions --help", &[][..]),
        ("man --help", &["--json"]),
        ("race scenarios --help", &["--json", "--quiet", "--color"]),
        // Of an event on a cluster it tries the kinds of a cluster, too.
        (
            "race locks --help",
            &["--file", "--json", "--quiet", "--color"],
        ),
        ("sales --help", &["--file", "--json", "--quiet", "--color"]),
    ] {
        let help = event.run(line).stdout;
        let options = help.split("Examples:").next().unwrap();
        let (own, global) = options
            .split_once("Global options:")
            .unwrap_or((options, ""));
        for option in ["--file", "--json", "--quiet", "--color"] {
            assert!(!own.contains(option), "{line}: {help}");
            assert_eq!(
                global.contains(option),
                globals.contains(&option),
                "{line}: {help}"
            );
        }
    }
    assert!(event.run("query --help").stdout.contains("$NO_COLOR"));
    // An event may be named to any command.
    assert_eq!(event.run("completions bash").code, Some(0));
}

#[test]
fn colour_is_as_it_is_asked_for() {
    let event = TestEvent::stock(9);
    let told = |line: &str, variable: Option<&str>| {
        let mut command = event.command(line.split(' '));
        command
            .env_remove("NO_COLOR")
            .envs(variable.map(|it| (it, "1")));
        let run = Run::of(command.output().unwrap());
        run.stdout + &run.stderr
    };
    for line in [
        "book ann --color always",
        "--color=always sales --nosuch",
        "query --help --color always",
    ] {
        assert!(told(line, None).contains('\u{1b}'), "{line}");
    }
    for line in [
        "book ann",
        "book ann --color never",
        "sales --nosuch",
        "query --help",
    ] {
        assert!(!told(line, None).contains('\u{1b}'), "{line}");
    }
    assert!(!told("book ann", Some("NO_COLOR")).contains('\u{1b}'));
    assert_eq!(event.run("query --color pink").code, Some(2));
}

#[test]
fn a_picture_is_what_its_name_says() {
    let event = TestEvent::stock(9);
    for name in ["x.txt", "x", "x.png", ".svg"] {
        for line in ["buy --users 2", "race prove", "race check run.jsonl"] {
            let run = event.run(&format!("{line} --timeline {name}"));
            assert_eq!(run.code, Some(2), "{line}: {run:?}");
            assert!(run.stderr.contains("ends in .svg"), "{run:?}");
        }
    }
    assert_eq!(event.names(), ["tickets.json"]);
}
