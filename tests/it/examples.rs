//! The programs in `examples/`, run as they stand: what each claims must hold, and nothing may be left.

mod clerks;
mod others;
mod processes;
mod queue;
mod tcp_box_office;
mod threads;
mod torn_query;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::harness::{Run, TICKETS, eventually};

/// The program of an example. `cargo test` builds them all; `cargo test --test it` builds none.
pub(crate) fn program(name: &str) -> PathBuf {
    let program = Path::new(TICKETS).with_file_name("examples").join(name);
    let built = fs::metadata(&program).and_then(|it| it.modified());
    let source = newest(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"),
        name,
    );
    assert!(
        built.is_ok_and(|built| built >= source),
        "{} is not there, or older than its source: run 'cargo build --examples' first",
        program.display()
    );
    program
}

/// When an example's source was last changed: one file, or a directory of them.
fn newest(examples: &Path, name: &str) -> SystemTime {
    let changed = |path: PathBuf| fs::metadata(path).unwrap().modified().unwrap();
    match fs::read_dir(examples.join(name)) {
        Ok(files) => files.map(|file| changed(file.unwrap().path())).max(),
        Err(_) => Some(changed(examples.join(format!("{name}.rs")))),
    }
    .unwrap()
}

/// Runs an example with a temporary directory of its own; it must end well, and leave nothing there and
/// no process.
#[track_caller]
pub(crate) fn run(name: &str, arguments: &[&str]) -> String {
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(program(name));
    command
        .args(arguments)
        .env("TMPDIR", place.path())
        .stdin(Stdio::null());
    let run = Run::of(command.output().unwrap());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.stderr, "", "{}", run.stdout);
    let left: Vec<_> = fs::read_dir(place.path()).unwrap().collect();
    assert!(left.is_empty(), "{name} left {left:?}");
    // Whoever it started has its environment.
    let mark = place.path().to_str().unwrap();
    eventually(&format!("all processes of {name} are gone"), || {
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let has_mark = |path: PathBuf| {
            let environment = fs::read(path.join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(mark)
        };
        (!entries.map(|entry| entry.path()).any(has_mark)).then_some(())
    });
    run.stdout
}

/// The lines below a heading, up to the next one, without their indentation.
#[track_caller]
fn below<'a>(output: &'a str, heading: &str) -> Vec<&'a str> {
    let mut lines = output.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "no {heading:?} in\n{output}");
    lines.map_while(|line| line.strip_prefix("  ")).collect()
}

/// The whole numbers of a line.
fn numbers(line: &str) -> Vec<u64> {
    line.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}
