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
use std::sync::Once;
use std::time::SystemTime;

use crate::harness::{Run, TICKETS, eventually};

/// The program of an example. `cargo test` builds them all; `cargo test --test it` builds none, so that they are built here.
pub(crate) fn program(name: &str) -> PathBuf {
    static BUILT: Once = Once::new();
    let program = Path::new(TICKETS).with_file_name("examples").join(name);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let source = newest(&examples, name);
    let is_built = || {
        let built = fs::metadata(&program).and_then(|it| it.modified());
        built.is_ok_and(|built| built >= source)
    };
    if !is_built() {
        BUILT.call_once(build);
    }
    assert!(
        is_built(),
        "{} is not there, or older than its source",
        program.display()
    );
    program
}

/// Builds all examples as the tests themselves were built.
fn build() {
    let directory = Path::new(TICKETS).parent().unwrap();
    let profile = match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let mut command = Command::new(env!("CARGO"));
    command
        .args([
            "build",
            "--locked",
            "--offline",
            "--quiet",
            "--examples",
            "--profile",
            profile,
        ])
        .arg("--target-dir")
        .arg(directory.parent().unwrap())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
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
