//! Every command line that the documents and the examples show is run by a test, or stands here with the
//! reason why not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What no test runs, and why.
const NOT_RUN: [(&str, &str, &str); 38] = [
    ("README.md", "cargo test", "this is it"),
    (
        "README.md",
        "cargo install --path .",
        "writes into the user's home",
    ),
    (
        "bench/README.md",
        "cargo build --release --workspace --config bench/build.toml",
        "builds databases written in C, for minutes",
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench chapter",
        MINUTES,
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench sales",
        MINUTES,
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench write-back",
        "mounts file systems; the gate runs a part of it",
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench ledger",
        MINUTES,
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench check",
        MINUTES,
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench hostile",
        MINUTES,
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench lab",
        MINUTES,
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench start",
        "builds a release first, for minutes; the gate runs a part of it",
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench serve",
        MINUTES,
    ),
    ("bench/README.md", "bench/service.py", MINUTES),
    (
        "faults/README.md",
        "cargo build --release",
        "builds a release, for minutes",
    ),
    (
        "faults/README.md",
        "cargo run -p tickets-faults -- list",
        SLICE,
    ),
    (
        "faults/README.md",
        "cargo run -p tickets-faults -- --program target/release/tickets all",
        SLICE,
    ),
    (
        "faults/README.md",
        "cargo run -p tickets-faults -- --program target/release/tickets relay",
        SLICE,
    ),
    (
        "faults/README.md",
        "cargo run -p tickets-faults -- --program target/release/tickets relay --slice",
        SLICE,
    ),
    (
        "faults/README.md",
        "cargo run -p tickets-faults -- mutants",
        SLICE,
    ),
    (
        "faults/README.md",
        "cargo build --release",
        "builds a release, for minutes",
    ),
    (
        "faults/README.md",
        "cargo run -p tickets-faults -- --program target/release/tickets drained served beside",
        SLICE,
    ),
    (
        "faults/README.md",
        "TICKETS_LINK=dynamic cargo build --features serve --target-dir target/dynamic",
        "builds another program, for minutes; the gate does",
    ),
    (
        "faults/README.md",
        "cargo run -p tickets-faults -- --program target/dynamic/debug/tickets beside --case beside/clock",
        "needs that program; the gate runs it",
    ),
    (
        "faults/README.md",
        "CARGO_TARGET_DIR=\"$PWD/target/mutants\" cargo mutants --shard 0/100 --baseline=skip --timeout 180 --output target",
        MINUTES,
    ),
    (
        "bench/README.md",
        "(cd bench/peers/http && cargo build --release --config ../../build.toml)",
        "builds a release of the peers, for minutes",
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench cluster",
        MINUTES,
    ),
    (
        "bench/README.md",
        "target/release/tickets-bench cluster --evening",
        MINUTES,
    ),
    (
        "faults/README.md",
        "cargo build",
        "builds what these tests run",
    ),
    (
        "faults/README.md",
        "cargo run -p tickets-faults -- --program target/debug/tickets cluster",
        SLICE,
    ),
    (
        "faults/README.md",
        "cargo run -p tickets-faults -- --program target/debug/tickets cluster --case \"cut off/leader\"",
        SLICE,
    ),
    (
        "docs/reliability.md",
        "cargo build --release",
        "builds a release, for minutes",
    ),
    (
        "docs/reliability.md",
        "cargo run -p tickets-faults -- --program target/release/tickets all",
        SLICE,
    ),
    (
        "docs/service.md",
        "sudo apt-get install --yes ./tickets_0.1.0-1_amd64.deb",
        PACKAGE,
    ),
    (
        "docs/service.md",
        "sudo -u tickets tickets -f /var/lib/tickets/tickets.json init 200 --group --title \"Summer gala\"",
        PACKAGE,
    ),
    (
        "docs/service.md",
        "sudo systemctl enable --now tickets.socket tickets.service",
        PACKAGE,
    ),
    (
        "docs/service.md",
        "curl --silent --show-error --fail --retry 9 --retry-connrefused http://127.0.0.1:8080/readyz",
        PACKAGE,
    ),
    (
        "examples/threads_or_processes.rs",
        "cargo run --release --example threads_or_processes",
        "a measurement; docs/chapter.md has it with --quick",
    ),
    (
        "examples/tcp_box_office/main.rs",
        "cargo run --example tcp_box_office serve 127.0.0.1:3002 data/tickets.json",
        "serves until Ctrl-C; tests/it/examples/tcp_box_office.rs serves on a free port",
    ),
];
const MINUTES: &str = "a benchmark of minutes, on a machine that does nothing else";
const PACKAGE: &str = "installs a package; packaging/try runs these lines, in a system of its own";
const SLICE: &str = "the whole matrix takes hours; faults/slice.rs runs a slice of each row";

/// A command line, and what stands below it.
struct Shown {
    place: String,
    command: String,
    output: Vec<String>,
}

fn files(directory: &Path, end: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path, end));
        } else if path.to_str().unwrap().ends_with(end) {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// A document; none, if it is another package's, which a package does not have beside it.
fn document(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    path.parent().is_some_and(Path::is_dir).then_some(path)
}

/// Every `$ ` line in a ```` ```console ```` block, without its comment.
fn shown() -> Vec<Shown> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut places: Vec<PathBuf> = ["README.md", "bench/README.md", "faults/README.md"]
        .iter()
        .filter_map(|name| document(name))
        .collect();
    places.extend(files(&root.join("docs"), ".md"));
    places.extend(files(&root.join("examples"), ".rs"));
    let mut all: Vec<Shown> = Vec::new();
    for path in places {
        let place = path.strip_prefix(root).unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let mut inside = false;
        for line in text.lines() {
            let line = line.strip_prefix("//! ").unwrap_or(line);
            match line.strip_prefix("$ ") {
                _ if line.starts_with("```") => inside = line == "```console",
                Some(command) => {
                    assert!(inside, "{place}: {line:?} is in no ```console block");
                    let command = command.split("  # ").next().unwrap().trim().to_owned();
                    let place = place.to_owned();
                    let output = Vec::new();
                    all.push(Shown {
                        place,
                        command,
                        output,
                    });
                }
                None if inside => all.last_mut().unwrap().output.push(line.to_owned()),
                None => {}
            }
        }
    }
    all
}

/// Whether a line is as it is shown, where `…` stands for any text.
fn is_like(line: &str, shown: &str) -> bool {
    let mut rest = line;
    for (at, part) in shown.split('…').enumerate() {
        match rest.find(part) {
            Some(0) => rest = &rest[part.len()..],
            Some(found) if at > 0 => rest = &rest[found + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty() || shown.ends_with('…')
}

#[test]
fn every_command_line_is_run_or_excused() {
    let all = shown();
    let walk: Vec<&Shown> = all
        .iter()
        .filter(|it| it.place == "docs/chapter.md")
        .collect();
    let mut excused = BTreeSet::new();
    for Shown {
        place,
        command,
        output,
    } in &all
    {
        let excuse = NOT_RUN
            .iter()
            .find(|(document, line, _)| document == place && line == command);
        if excuse.is_some() {
            assert!(
                output.is_empty(),
                "{place}: who compares what {command:?} prints?"
            );
            excused.insert((place.as_str(), command.as_str()));
            continue;
        }
        let run = match place.as_str() {
            // tests/it/chapter.rs asks that it can run each of them.
            "docs/chapter.md" => true,
            // tests/it/readme.rs runs these, and no others.
            "README.md" | "docs/evidence.md" | "docs/teaching.md" => {
                crate::readme::runnable(command).is_some()
            }
            // An example's header: the walk has the same line.
            _ => {
                let name = command.strip_prefix("cargo run --example ");
                let line = format!("cargo run -q --example {}", name.unwrap_or("?"));
                let same = walk.iter().find(|it| it.command == line);
                same.is_some_and(|same| {
                    let told = |line: &String| same.output.iter().any(|it| is_like(it, line));
                    output.iter().all(told)
                })
            }
        };
        assert!(
            run,
            "{place} shows {command:?} with {output:#?}: no test runs it and compares what it prints; have one do \
             it, or say in NOT_RUN why not"
        );
    }
    let known = NOT_RUN
        .iter()
        .filter(|(name, _, _)| document(name).is_some());
    let known = known.map(|(document, line, _)| (*document, *line));
    let stale: Vec<_> = known.filter(|it| !excused.contains(it)).collect();
    assert!(stale.is_empty(), "no document shows {stale:?}");
    assert!(
        all.len() >= 60,
        "{} lines: are the documents still read?",
        all.len()
    );
}

#[test]
fn the_dots_stand_for_any_text() {
    assert!(is_like("ann and bert both read", "ann and … both read"));
    assert!(is_like("ann and bert", "ann and …") && is_like("as it is", "as it is"));
    assert!(!is_like("ann and bert both wrote", "ann and … both read"));
    assert!(!is_like("as it was", "as it is") && !is_like("as it is not", "as it is"));
}
