//! Judges a program that has nothing to do with this one: four threads that sell from a file of their own,
//! without a lock on what they read, and write down what they do. Three tickets, and everybody reads before anybody
//! writes. One writes after the other: of writes at one time nobody could say which came last.
//!
//! ```console
//! $ cargo run --example judge_another_program
//! Oversold: 4 tickets were sold, but there were only 3: 1 ticket that was sold does not exist; the first too many is …
//! LostUpdate: ann, bert, cleo and dora all read version 0 (3 left) and all wrote version 1: …
//! ```

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Instant;

use tickets::check::evidence::{self, EvidenceRecord, EvidenceStep, OperationOutcome, WriteNonce};
use tickets::check::{Anomaly, judge, overwritten};

/// Where a buyer writes down its steps.
struct Notebook<'a> {
    buyer: &'a str,
    file: File,
    start: Instant,
}

impl Notebook<'_> {
    /// One line, in one write.
    fn note(&mut self, step: EvidenceStep) -> io::Result<()> {
        let record = EvidenceRecord::Step {
            buyer: self.buyer.into(),
            pid: std::process::id(),
            at: self.start.elapsed().as_nanos() as u64,
            step,
        };
        let mut line = Vec::new();
        record.write_to(&mut line);
        self.file.write_all(&line)
    }
}

/// The file holds a version and how many are left.
fn sell(
    count: &Path,
    (all_have_read, writes): (&Barrier, &Mutex<()>),
    notes: &mut Notebook<'_>,
) -> Result<(), String> {
    let failed = |error: io::Error| error.to_string();
    notes
        .note(EvidenceStep::Invoke { quantity: 1 })
        .map_err(failed)?;
    let text = fs::read_to_string(count).map_err(failed);
    // Also when something went wrong: the others wait.
    all_have_read.wait();
    let text = text?;
    let (seq, left) = text.trim().split_once(' ').ok_or("a torn file")?;
    let parse = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
    let (seq, left) = (parse(seq)?, parse(left)?);
    let saw = Some(left);
    let sum = None;
    let read = EvidenceStep::Read {
        seq,
        left: saw,
        sum,
    };
    notes.note(read).map_err(failed)?;
    let (outcome, left) = match left.checked_sub(1) {
        None => (OperationOutcome::SoldOut, left),
        Some(rest) => {
            let one_at_a_time = writes.lock().map_err(|error| error.to_string())?;
            let intend = EvidenceStep::Intend {
                read: seq,
                write: seq + 1,
                nonce: WriteNonce::new(notes.buyer),
            };
            notes.note(intend).map_err(failed)?;
            let new = count.with_extension(notes.buyer);
            let written = fs::write(&new, format!("{} {rest}", seq + 1));
            written
                .and_then(|()| fs::rename(&new, count))
                .map_err(failed)?;
            notes.note(EvidenceStep::Wrote).map_err(failed)?;
            drop(one_at_a_time);
            (OperationOutcome::Sold, rest)
        }
    };
    let left = Some(left);
    let answer = EvidenceStep::Return { outcome, left };
    notes.note(answer).map_err(failed)
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let (count, run) = (
        directory.path().join("count"),
        directory.path().join("run.jsonl"),
    );
    fs::write(&count, "0 3")?;
    let mut header = Vec::new();
    let (stock, first) = (3, 0);
    let opening = EvidenceRecord::Header {
        run: "another program".into(),
        stock,
        first,
    };
    opening.write_to(&mut header);
    fs::write(&run, header)?;

    let start = Instant::now();
    let buyers = ["ann", "bert", "cleo", "dora"];
    let (all_have_read, writes) = (Barrier::new(buyers.len()), Mutex::new(()));
    thread::scope(|scope| -> io::Result<()> {
        for buyer in buyers {
            let file = OpenOptions::new().append(true).open(&run)?;
            let mut notes = Notebook { buyer, file, start };
            let (count, gates) = (&count, (&all_have_read, &writes));
            scope.spawn(move || {
                if let Err(error) = sell(count, gates, &mut notes) {
                    let _ = writeln!(io::stderr(), "{buyer}: {error}");
                }
            });
        }
        Ok(())
    })?;

    let evidence = evidence::read(&run)?;
    let verdict = judge(&evidence);
    let lost = Anomaly::LostUpdate;
    for finding in verdict.findings.iter().filter(|found| found.kind != lost) {
        writeln!(io::stdout(), "{:?}: {}", finding.kind, finding.text)?;
    }
    // Of lost updates the findings are pairs, each with its proof; told once for each version they are easier to read.
    for version in overwritten(&evidence, &verdict) {
        writeln!(io::stdout(), "{lost:?}: {}", version.text)?;
    }
    if verdict.is_clean() {
        return Err("a race that is certain was not found".into());
    }
    Ok(())
}
