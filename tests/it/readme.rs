//! The README's command lines, and those of `docs/evidence.md`, run in their order: every line that is shown
//! is printed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::harness::{Run, TICKETS};

/// A sale's id ends in six random characters.
fn without_chance(word: &str) -> &str {
    match word.split_once('-') {
        Some((seq, rest))
            if rest.trim_end_matches([',', ';']).len() == 6 && seq.parse::<u64>().is_ok() =>
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
    let text = text.replace("Z-N.jsonl", "Z.jsonl");
    // Where the tests run in memory, the doctor says so.
    text.replace(", but what is sold here may not outlive a power cut", "")
}

/// Whether a command prints the same whenever it is run: its numbers are compared too.
fn is_certain(command: &str) -> bool {
    let name = command.strip_prefix("tickets ").unwrap_or_default();
    [
        "query",
        "adjust",
        "audit",
        "race prove",
        "race find",
        "race locks",
        "race replay",
        "race compare",
    ]
    .iter()
    .any(|certain| name.starts_with(certain))
}

/// The same line with other spaces.
fn spaced(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What to give to a shell; none, if it is not for this test.
pub(crate) fn runnable(command: &str) -> Option<String> {
    if command.starts_with("python3 ") {
        return Some(command.to_owned());
    }
    let arguments = command
        .strip_prefix("tickets ")
        .or_else(|| command.strip_prefix("cargo run --release -- "))?;
    // The race that the README shows is to be certain here.
    let certain = if arguments == "buy --users 8" {
        " --together"
    } else {
        ""
    };
    Some(format!("'{TICKETS}' {arguments}{certain}"))
}

/// What was tried out leaves nothing for git to see.
fn assert_clean(directory: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(root.join(".gitignore"), directory.join(".gitignore")).unwrap();
    let git = |line: &str| {
        let mut command = Command::new("git");
        command.current_dir(directory).args(line.split(' '));
        command
            .output()
            .ok()
            .map(|output| String::from_utf8(output.stdout).unwrap())
    };
    if git("init -q").is_none() {
        eprintln!("skipped: no git here");
        return;
    }
    let told = git("status --porcelain --untracked-files=all").unwrap();
    let mut left: Vec<&str> = told.lines().collect();
    // What the document itself has as files, and what the clone has.
    left.retain(|line| !line.ends_with(".gitignore") && !line.ends_with("data/tickets.json"));
    assert!(left.is_empty(), "git sees {left:?}");
    let count = std::fs::read_to_string(directory.join("data/tickets.json")).unwrap();
    assert_eq!(
        count,
        std::fs::read_to_string(root.join("data/tickets.json")).unwrap()
    );
}

/// Stands for lines that are not shown.
const CUT: &str = "…";

/// Where some lines of a command are shown, and others are not, a mark must say so.
#[track_caller]
fn assert_marked(document: &str, printed: &BTreeSet<String>, (shown, marked): (usize, bool)) {
    let all = printed.iter().filter(|line| !line.is_empty()).count();
    assert!(
        shown == 0 || shown >= all || marked,
        "{document} shows {shown} of {all} lines, and does not say that there are more:\n{printed:#?}"
    );
}

/// Runs a document's lines in a directory with the project's event; how many commands, and lines of output.
#[track_caller]
fn run_all(document: &str) -> (usize, usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(document)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let fresh = || std::fs::copy(root.join("data/tickets.json"), data.join("tickets.json"));
    fresh().unwrap();
    // ```json racy.jsonl: a file of that name.
    for block in text.split("```").skip(1).step_by(2) {
        let (info, body) = block.split_once('\n').unwrap();
        if let Some((_, name)) = info.split_once(' ') {
            std::fs::write(directory.path().join(name), body).unwrap();
        }
    }
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    let mut printed: BTreeSet<String> = BTreeSet::new();
    let mut like: fn(&str) -> String = normal;
    let (mut commands, mut lines) = (0, 0);
    // How many lines of the last command are shown, and whether it is said that there are more.
    let mut cut = (0, false);
    for block in text.split("```console\n").skip(1) {
        assert_marked(document, &printed, cut);
        cut = (0, false);
        printed.clear();
        let block = block.split("```").next().unwrap();
        for line in block.lines().filter(|line| !line.trim().is_empty()) {
            let Some(command) = line.strip_prefix("$ ") else {
                cut.1 |= line == CUT;
                if line == CUT {
                    continue;
                }
                cut.0 += 1;
                assert!(
                    printed.contains(&like(line)),
                    "{document} shows\n{line}\nbut this is printed:\n{printed:#?}"
                );
                lines += 1;
                continue;
            };
            assert_marked(document, &printed, cut);
            printed.clear();
            cut = (0, false);
            let Some(shell) = runnable(command) else {
                continue;
            };
            if command.starts_with("python3 ") && !has_python {
                eprintln!(
                    "skipped: no python3 here, so that {document} is not run from {command:?} to the end of its block"
                );
                break;
            }
            let mut tickets = Command::new("sh");
            tickets
                .args(["-c", &shell])
                .env_remove("TICKETS_FILE")
                .current_dir(directory.path());
            let run = Run::of(tickets.output().unwrap());
            assert_ne!(run.code, Some(2), "{document}: {command}\n{run:?}");
            let all = run.stdout.lines().chain(run.stderr.lines());
            like = if is_certain(command) { spaced } else { normal };
            printed = all.map(like).collect();
            commands += 1;
            if command.starts_with("cargo ") {
                // Which sold the tickets that the lines after it are to sell.
                assert_eq!(run.code, Some(0), "{run:?}");
                let (_, claim) = command.split_once("# ").unwrap();
                assert_eq!(claim, "8 processes rush for 2 tickets: 2 are sold");
                let report: Vec<&str> = run
                    .stdout
                    .lines()
                    .filter(|it| it.starts_with("  "))
                    .collect();
                let row = report.iter().find(|it| it.contains(" s"));
                let row: Vec<&str> = row.unwrap().split_whitespace().collect();
                assert_eq!(row.get(..3), Some(["2", "2", "6"].as_slice()), "{run:?}");
                let archive = data.join("tickets.ledger.jsonl");
                std::fs::remove_file(archive).unwrap();
                fresh().unwrap();
            }
        }
    }
    assert_marked(document, &printed, cut);
    if document == "README.md" {
        assert_clean(directory.path());
    }
    (commands, lines)
}

#[test]
fn what_the_readme_shows_is_what_is_printed() {
    let (commands, lines) = run_all("README.md");
    assert!(
        commands >= 24 && lines >= 80,
        "{commands} commands and {lines} lines: is the README still read?"
    );
}

#[test]
fn what_the_evidence_page_shows_is_what_is_printed() {
    let (commands, lines) = run_all("docs/evidence.md");
    assert!(
        commands >= 4 && lines >= 3,
        "{commands} commands and {lines} lines"
    );
}

#[test]
fn what_the_teaching_page_shows_is_what_is_printed() {
    let (commands, lines) = run_all("docs/teaching.md");
    assert!(
        commands >= 12 && lines >= 15,
        "{commands} commands and {lines} lines"
    );
}
