//! The README's command lines, run in their order: every line that it shows is printed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::harness::{Run, TICKETS};

/// A sale's id ends in six random characters.
fn without_chance(word: &str) -> &str {
    match word.split_once('-') {
        Some((seq, rest))
            if rest.trim_end_matches(',').len() == 6 && seq.parse::<u64>().is_ok() =>
        {
            seq
        }
        _ => word,
    }
}

/// Numbers, and which buyer it is, differ from run to run; so do widths.
fn normal(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().map(without_chance).collect();
    let line = words.join(" ");
    let mut text = String::new();
    for character in line.chars() {
        match character {
            '0'..='9' if text.ends_with('N') => {}
            '0'..='9' => text.push('N'),
            other => text.push(other),
        }
    }
    // A second reset within a second puts its ledger away under a name of its own.
    text.replace("Z-N.jsonl", "Z.jsonl")
}

#[test]
fn what_the_readme_shows_is_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("data")).unwrap();
    std::fs::copy(
        root.join("data/tickets.json"),
        directory.path().join("data/tickets.json"),
    )
    .unwrap();
    let mut printed: BTreeSet<String> = BTreeSet::new();
    let (mut commands, mut lines) = (0, 0);
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for line in block.lines().filter(|line| !line.trim().is_empty()) {
            if let Some(command) = line.strip_prefix("$ tickets ") {
                let mut tickets = Command::new("sh");
                // The race that the README shows is to be certain here.
                let certain = if command == "buy --users 8" {
                    " --together"
                } else {
                    ""
                };
                tickets
                    .arg("-c")
                    .arg(format!("'{TICKETS}' {command}{certain}"));
                tickets
                    .env_remove("TICKETS_FILE")
                    .current_dir(directory.path());
                let run = Run::of(tickets.output().unwrap());
                printed = run
                    .stdout
                    .lines()
                    .chain(run.stderr.lines())
                    .map(normal)
                    .collect();
                commands += 1;
            } else if !line.starts_with("$ ") {
                assert!(
                    printed.contains(&normal(line)),
                    "the README shows\n{line}\nbut this is printed:\n{printed:#?}"
                );
                lines += 1;
            }
        }
    }
    assert!(
        commands >= 6 && lines >= 20,
        "{commands} commands and {lines} lines: is the README still read?"
    );
}
