//! Judging recorded runs: how fast the verdict is alone, and with its file.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use tickets::check::evidence::{
    CommittedLine, Evidence, EvidenceRecord, Gatherer, OperationOutcome, Whole, WholeHold,
    WriteNonce,
};
use tickets::check::judge;

use crate::args::CheckArgs;
use crate::figure::Figure;
use crate::figure_report::FigureReport;
use crate::ledger::{probe, same_code};
use crate::machine::Machine;
use crate::run;
use crate::scratch::Scratch;
use crate::table::thousands;
use crate::{Result, note};

const OPERATIONS_PER_SECOND: f64 = 20e6;
const FILE_SECONDS: f64 = 2.0;
const FILE_MIB: f64 = 200.0;
const SVG_KB: f64 = 1000.0;
/// One operation in so many is a query.
const QUERY: u64 = 10;
const BUYERS: u64 = 1000;

/// Measures.
pub(crate) fn run(args: &CheckArgs) -> Result<FigureReport> {
    let (sizes, most) = if args.common.quick {
        ([10_000, 100_000], 20_000)
    } else {
        ([1_000_000, 10_000_000], 1_000_000)
    };
    let runs = args.runs.number(args.common.quick);
    let tickets = args.program.find()?;
    probe(&tickets, "race check")?;
    let scratch = Scratch::new()?;
    let machine = Machine::look(scratch.path(), &[]);
    let mut figures = Vec::new();
    for operations in sizes {
        for locked in [false, true] {
            figures.push(verdict(operations, locked, runs)?);
        }
    }
    let path = scratch.path().join("run.jsonl");
    let file_bytes = write(&path, most)?;
    figures.extend(file(&tickets, &path, most, runs)?);
    let about = format!("the file has {:.1} MB", file_bytes as f64 / 1e6);
    let report = FigureReport::new(machine, figures, args.common.quick);
    Ok(report.of(&[("file_bytes", file_bytes)], about))
}

/// An operation of a clean run, and the line of the ledger that it wrote.
fn operation(
    at: u64,
    operations: u64,
    locked: bool,
) -> (EvidenceRecord<'static>, Option<EvidenceRecord<'static>>) {
    let sale = at % QUERY != QUERY - 1;
    let read = at - at / QUERY;
    let seen = operations - read;
    let time = 1_000_000_000_000 + at * 1000;
    let buyer = format!("user-{}", at % BUYERS);
    let nonce = WriteNonce::new(&format!("{at:x}"));
    let (write, left) = if sale {
        (Some(read + 1), seen - 1)
    } else {
        (None, seen)
    };
    let whole = EvidenceRecord::Whole(Whole {
        buyer: buyer.clone().into(),
        pid: 0,
        quantity: u32::from(sale),
        invoke: time,
        returned: Some(time + 1500),
        read_at: None,
        read: Some(read),
        seen: Some(seen),
        sum: None,
        torn: false,
        write,
        left: Some(left),
        nonce: nonce.filter(|_| sale),
        intend: None,
        wrote: None,
        outcome: if sale {
            OperationOutcome::Sold
        } else {
            OperationOutcome::Query
        },
        lock: (locked && sale).then(|| hold(time)),
    });
    let line = write.map(|seq| EvidenceRecord::Committed {
        seq,
        nonce,
        left,
        buyer: buyer.into(),
        quantity: 1,
        sum: None,
    });
    (whole, line)
}

/// A lock that an operation from this time on holds.
fn hold(time: u64) -> WholeHold {
    WholeHold {
        leased: false,
        wanted: Some(time + 100),
        got: Some(time + 300),
        released: Some(time + 800),
        device: 1,
        inode: 1,
        path_device: None,
        path_inode: None,
        shared: false,
    }
}

fn header(operations: u64) -> EvidenceRecord<'static> {
    EvidenceRecord::Header {
        run: "bench".into(),
        stock: operations,
        first: 0,
    }
}

/// A clean run in memory.
fn history(operations: u64, locked: bool) -> Result<Evidence> {
    let mut gatherer = Gatherer::default();
    gatherer.take(&header(operations))?;
    for at in 0..operations {
        gatherer.take(&operation(at, operations, locked).0)?;
    }
    let mut evidence = gatherer.finish()?;
    let sales = evidence
        .operations
        .iter()
        .filter(|did| did.outcome == OperationOutcome::Sold);
    let lines = sales.map(|did| CommittedLine {
        seq: did.write,
        left: did.left,
        nonce: did.nonce,
        buyer: did.buyer,
        quantity: did.quantity,
    });
    evidence.ledger = Some(lines.collect());
    Ok(evidence)
}

fn verdict(operations: u64, locked: bool, runs: u32) -> Result<Figure> {
    let how = if locked { ", locked" } else { "" };
    let name = format!("verdict, {} operations{how}", thousands(operations as f64));
    note(&format!("measuring: {name}"));
    let evidence = history(operations, locked)?;
    let mut speeds = Vec::new();
    for run in 0..=runs {
        let start = Instant::now();
        let verdict = judge(&evidence);
        let speed = operations as f64 / start.elapsed().as_secs_f64();
        if !verdict.is_clean() {
            return Err(format!("{name}: a clean run was found bad: {verdict:?}"));
        }
        if run > 0 {
            speeds.push(speed);
        }
    }
    let figure = Figure::of(name, "operations/s", speeds)?;
    Ok(if locked {
        figure
    } else {
        figure.at_least(OPERATIONS_PER_SECOND)
    })
}

/// The same as a file; gives its length in bytes.
fn write(path: &Path, operations: u64) -> Result<u64> {
    let problem = |error: std::io::Error| format!("could not write {}: {error}", path.display());
    let mut out = BufWriter::new(File::create(path).map_err(problem)?);
    let (mut bytes, mut line) = (0, Vec::new());
    let mut put = |record: &EvidenceRecord<'_>| {
        line.clear();
        record.write_to(&mut line);
        bytes += line.len() as u64;
        out.write_all(&line).map_err(problem)
    };
    put(&header(operations))?;
    for at in 0..operations {
        put(&operation(at, operations, true).0)?;
    }
    for at in 0..operations {
        if let Some(line) = operation(at, operations, true).1 {
            put(&line)?;
        }
    }
    out.flush().map_err(problem)?;
    Ok(bytes)
}

/// The file, judged; and the file, judged and drawn.
fn file(tickets: &Path, path: &Path, operations: u64, runs: u32) -> Result<Vec<Figure>> {
    let name = format!("a file of {} operations", thousands(operations as f64));
    note(&format!("measuring: {name}"));
    let directory = path.parent().unwrap_or(path);
    let once = |picture: Option<&Path>, watched| {
        let mut command = Command::new(tickets);
        command.args(["race", "check"]).arg(path);
        if let Some(picture) = picture {
            command.arg("--timeline").arg(picture);
        }
        let finished = run::run(&mut command, directory, watched)?;
        same_code("tickets race check", &finished)?;
        Ok::<_, String>(finished)
    };
    let measure = |picture: Option<&Path>| {
        once(picture, false)?;
        let (mut seconds, mut peaks) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            seconds.push(once(picture, false)?.seconds);
            peaks.push(once(picture, true)?.peak_mib);
        }
        Ok::<_, String>((seconds, peaks))
    };
    let (seconds, peaks) = measure(None)?;
    let picture = directory.join("run.svg");
    let (drawn, drawn_peaks) = measure(Some(&picture))?;
    let svg = fs::metadata(&picture)
        .map_err(|error| format!("could not look at {}: {error}", picture.display()))?;
    Ok(vec![
        Figure::of(name.clone(), "s", seconds)?.at_most(FILE_SECONDS),
        Figure::of(name.clone() + ", peak memory", "MiB", peaks)?.at_most(FILE_MIB),
        Figure::of(name.clone() + ", drawn", "s", drawn)?,
        Figure::of(name.clone() + ", drawn, peak memory", "MiB", drawn_peaks)?,
        Figure::once(&(name + ", its picture"), "kB", svg.len() as f64 / 1e3).at_most(SVG_KB),
    ])
}
