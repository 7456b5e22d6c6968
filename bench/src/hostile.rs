//! Files that make no sense, the same as in the tests: how long the slowest command takes to say so.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use crate::args::HostileArgs;
use crate::corpus::{self, Files};
use crate::figure::Figure;
use crate::figure_report::FigureReport;
use crate::machine::Machine;
use crate::run::excerpt;
use crate::run::{self, Finished};
use crate::scratch::Scratch;
use crate::{Result, note};

const MILLISECONDS: f64 = 100.0;
const MIB: f64 = 64.0;
/// With `--quick` one in so many pairs of files.
const QUICK: usize = 40;
/// Of the slowest, so many are run again: for their median, and for their memory.
const AGAIN: usize = 5;

const COMMANDS: [&[&str]; 6] = [
    &["query"],
    &["sales"],
    &["audit"],
    &["book", "zoe", "--key", "K"],
    &["cancel", "2-abcdef"],
    &["audit", "--repair"],
];

/// Measures.
pub(crate) fn run(args: &HostileArgs) -> Result<FigureReport> {
    let tickets = args.program.find()?;
    let scratch = Scratch::new()?;
    let machine = Machine::look(scratch.path(), &[]);
    let mut all = corpus::all();
    if args.common.quick {
        all = all.into_iter().step_by(QUICK).collect();
    } else {
        all.extend(large());
    }
    note(&format!("measuring: {} hostile pairs of files", all.len()));
    let bench = Bench {
        tickets: &tickets,
        scratch: scratch.path(),
    };
    let mut times = Vec::new();
    for files in &all {
        for arguments in COMMANDS {
            times.push((
                bench.once(files, arguments, false)?.seconds,
                files,
                arguments,
            ));
        }
    }
    times.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut figures = Vec::new();
    for (_, files, arguments) in times.iter().take(AGAIN) {
        let what: String = files.what.chars().take(40).collect();
        let name = format!("{:?}: {}", what, arguments.join(" "));
        let (mut milliseconds, mut peaks) = (Vec::new(), Vec::new());
        for _ in 0..if args.common.quick { 1 } else { 3 } {
            milliseconds.push(1e3 * bench.once(files, arguments, false)?.seconds);
            peaks.push(bench.once(files, arguments, true)?.peak_mib);
        }
        figures.push(Figure::of(name.clone(), "ms", milliseconds)?.at_most(MILLISECONDS));
        figures.push(Figure::of(name + ", peak memory", "MiB", peaks)?.at_most(MIB));
    }
    let (files, runs) = (all.len(), times.len());
    let about = format!("{files} hostile pairs of files, {runs} commands on them; the slowest:");
    let report = FigureReport::new(machine, figures, args.common.quick);
    Ok(report.of(&[("files", files as u64), ("runs", runs as u64)], about))
}

/// Ledgers that are larger than what a command may use.
fn large() -> Vec<Files> {
    let parts: [(&str, &[u8]); 4] = [
        ("newlines", b"\n"),
        ("letters without a newline", b"x"),
        ("short lines", b"{\"seq\":2}\n"),
        ("NULs", b"\0"),
    ];
    let files = parts.map(|(what, part)| Files {
        what: format!("65 MiB of {what}"),
        count: b"{\"ticket\": 9}".to_vec(),
        ledger: part.repeat((65 << 20) / part.len()),
    });
    files.into()
}

struct Bench<'a> {
    tickets: &'a Path,
    scratch: &'a Path,
}

impl Bench<'_> {
    /// One command on fresh copies of the files; its exit code must mean something.
    fn once(&self, files: &Files, arguments: &[&str], watched: bool) -> Result<Finished> {
        let event = self.scratch.join("event");
        let problem =
            |error: std::io::Error| format!("could not write {}: {error}", event.display());
        let _ = fs::remove_dir_all(&event);
        fs::create_dir(&event).map_err(problem)?;
        let count = event.join("tickets.json");
        fs::write(&count, &files.count).map_err(problem)?;
        let ledger = event.join("tickets.ledger.jsonl");
        fs::write(&ledger, &files.ledger).map_err(problem)?;
        // What was just written is not what is measured.
        File::open(&ledger)
            .and_then(|file| file.sync_all())
            .map_err(problem)?;
        let mut command = Command::new(self.tickets);
        command
            .env_remove("TICKETS_FILE")
            .arg("-f")
            .arg(&count)
            .args(arguments);
        let finished = run::run(&mut command, self.scratch, watched)?;
        if [0, 3, 4, 6].map(Some).contains(&finished.code) {
            return Ok(finished);
        }
        let (what, said) = (&files.what, excerpt(&finished.stderr));
        Err(format!(
            "{what}: {arguments:?} ended with {:?}: {said}",
            finished.code
        ))
    }
}
