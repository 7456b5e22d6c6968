//! Help, exit codes and what is printed where.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use crate::harness::{Run, Shop, TICKETS};

#[test]
fn query_tells_people_and_programs() {
    let shop = Shop::stock(2);
    assert_eq!(shop.run("query").stdout, "2 left, 0 sold\n");
    assert_eq!(
        shop.run("--json query").stdout,
        "{\"ok\":true,\"command\":\"query\",\"ticket\":2,\"sold\":0}\n"
    );
    assert_eq!(shop.names(), ["tickets.json"], "a query writes nothing");
}

#[test]
fn the_report_of_a_rush_keeps_its_contract() {
    let shop = Shop::stock(1);
    let (_, report) = shop.json("buy --users 2 --lock --think 0ms --seed 7");
    let text = shop
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
        "", "query", "buy", "book", "cancel", "adjust", "sales", "audit", "reset",
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
    let shop = Shop::stock(4);
    let output = Command::new(TICKETS)
        .env("TICKETS_FILE", &shop.file)
        .args(["query"])
        .output()
        .unwrap();
    assert_eq!(Run::of(output).stdout, "4 left, 0 sold\n");
}

#[test]
fn an_empty_variable_names_no_file() {
    let shop = Shop::stock(4);
    let at = |directory: &std::path::Path, arguments: &[&str]| {
        let mut command = Command::new(TICKETS);
        command.env("TICKETS_FILE", "").current_dir(directory);
        Run::of(command.args(arguments).output().unwrap())
    };
    let run = at(shop.directory(), &["-f", "tickets.json", "query"]);
    assert_eq!(run.stdout, "4 left, 0 sold\n", "{run:?}");
    // Without -f the event is where it is by default.
    let run = at(shop.directory(), &["query"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("data/tickets.json"), "{run:?}");
    let run = at(shop.directory(), &["--json", "quer"]);
    assert_eq!(run.document().0, 2);
    let run = at(shop.directory(), &["-f", "", "query"]);
    assert_eq!(run.code, Some(2), "an empty -f is a mistake: {run:?}");
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let shop = Shop::stock(2);
    let line = format!(
        "set -o pipefail; {} -f {} buy --users 8 --lock --think 0ms | head -n 1",
        TICKETS,
        shop.file.display()
    );
    let run = Run::of(Command::new("bash").args(["-c", &line]).output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    shop.assert_adds_up();
    assert_eq!(shop.sales().len(), 2);
}

#[test]
fn a_result_that_cannot_be_written_is_an_error_of_its_own() {
    let shop = Shop::stock(2);
    for line in ["--json buy --users 2 --lock --think 0ms", "query"] {
        let mut command = shop.command(line.split(' '));
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
    assert_eq!(shop.sales().len(), 2);
}

#[test]
fn a_process_that_calls_itself_a_nursery_by_mistake_sells_nothing() {
    let shop = Shop::stock(2);
    for arguments in [vec![], vec!["{}"], vec!["no json", "tickets.json"]] {
        let output = Command::new(TICKETS)
            .arg("__buyers")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(Run::of(output).code, Some(2));
    }
    assert_eq!(shop.names(), ["tickets.json"]);
}

#[test]
fn completions_and_manual_know_every_command() {
    let commands = [
        "query", "buy", "book", "cancel", "adjust", "sales", "audit", "reset", "doctor",
    ];
    let shop = Shop::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = shop.run(&format!("completions {shell}"));
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
        for command in commands {
            assert!(run.stdout.contains(command), "{shell} {command}");
        }
    }
    assert_eq!(shop.run("completions tcsh").code, Some(2));
    let run = shop.run("man");
    assert!(run.stdout.contains(".TH tickets 1"), "{}", run.stdout);
    let run = shop.run(&format!("man {}", shop.path("a/man1").display()));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    for command in commands {
        let page = fs::read_to_string(shop.path(&format!("a/man1/tickets-{command}.1"))).unwrap();
        assert!(page.contains("Examples:"), "{command}");
    }
    fs::write(shop.path("file"), "").unwrap();
    let run = shop.run(&format!("man {}", shop.path("file").display()));
    assert_eq!(run.code, Some(1), "{run:?}");
    // A syntax check of what bash would read.
    let output = shop.run("completions bash").stdout;
    fs::write(shop.path("completions"), output).unwrap();
    let checked = Command::new("bash")
        .arg("-n")
        .arg(shop.path("completions"))
        .status();
    assert!(checked.unwrap().success());
}
