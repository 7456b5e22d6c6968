//! `tickets buy`: shows a rush as it comes, and what it came to.

use std::io::{self, Write};
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::args::{Buy, Cli};
use super::screen::{BAD, FAINT, GOOD, Screen};
use super::signals::Stop;
use tickets::race::verdict::{Anomaly, Finding};
use tickets::rush::report::{Judgement, Outcome, RushReport};
use tickets::rush::{News, Rush};
use tickets::{Error, Kind, LockKind, Result};

/// Up to so many buyers, every step is shown as it comes; above, a progress line.
const SHOWN: u32 = 64;

/// How many branches of a fork are drawn.
const DRAWN: usize = 12;

/// How many findings and failed buyers are written out for people. JSON has them all.
const WRITTEN_OUT: usize = 5;

pub(super) fn run(cli: &Cli, arguments: &Buy, screen: &Screen) -> Result<u8> {
    let program = std::env::current_exe().map_err(|e| {
        Error::new(
            Kind::Io,
            format!("could not find this program's own file: {e}"),
        )
    })?;
    let rush = Rush {
        file: cli.file.clone(),
        users: arguments.users,
        lock: arguments.lock.map_or(LockKind::None, LockKind::from),
        threads: arguments.threads,
        think: arguments.think,
        quantity: arguments.quantity,
        seed: arguments
            .seed
            .unwrap_or_else(|| rand::random::<u16>().into()),
        wait: arguments.wait.limit,
        together: arguments.together,
        program,
    };
    let stop = Stop::on_signals()
        .map_err(|e| Error::new(Kind::Io, format!("could not watch for signals: {e}")))?;
    let every_step = arguments.verbose || (!screen.quiet && rush.users <= SHOWN);
    let progress = progress_line(&rush, screen, every_step);
    let report = rush.run(Some(stop.fd()), &mut |news| match news {
        News::Progress { done, sold } => {
            progress.set_position(done.into());
            progress.set_message(format!("{sold} bought"));
        }
        news if every_step => screen.line(|out| write_step(out, &news)),
        _ => {}
    });
    progress.finish_and_clear();
    let report = match report {
        Err(error) if error.kind() == Kind::Interrupted => {
            screen.error("buy", &error, None);
            return Ok(stop.exit_code());
        }
        report => report?,
    };
    let document = Document {
        ok: report.exit_code() == 0,
        command: "buy",
        report: &report,
    };
    screen.result(&document, |out| summary(out, &report, screen.quiet));
    Ok(match report.exit_code() {
        130 => stop.exit_code(),
        code => code,
    })
}

/// A line on a terminal that tells how far a long or large rush is.
fn progress_line(rush: &Rush, screen: &Screen, every_step: bool) -> ProgressBar {
    if screen.quiet || every_step {
        return ProgressBar::hidden();
    }
    let line = ProgressBar::new(rush.users.into());
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos} of {len} buyers done, {msg}, {elapsed}")
    {
        line.set_style(style);
    }
    line.enable_steady_tick(Duration::from_millis(250));
    line
}

fn write_step(out: &mut dyn Write, news: &News<'_>) -> io::Result<()> {
    match news {
        News::Queried { buyer, left } => {
            writeln!(out, "{FAINT}{buyer} queried: {left} left{FAINT:#}")
        }
        News::Done { buyer, outcome } => match outcome {
            Outcome::Sold {
                quantity,
                left,
                warning,
                ..
            } => {
                writeln!(out, "{buyer} bought {quantity}, {left} left")?;
                match warning {
                    Some(warning) => writeln!(out, "  (the count does not show it yet: {warning})"),
                    None => Ok(()),
                }
            }
            Outcome::Refused { left: 0 } => writeln!(out, "{buyer} found none left"),
            Outcome::Refused { left } => writeln!(out, "{buyer} found only {left} left"),
            Outcome::Failed { message, .. } => {
                writeln!(out, "{BAD}{buyer} failed{BAD:#}: {message}")
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    command: &'static str,
    #[serde(flatten)]
    report: &'a RushReport,
}

fn summary(out: &mut dyn Write, report: &RushReport, quiet: bool) -> io::Result<()> {
    if !quiet {
        writeln!(
            out,
            "\n{} {}, lock: {}, think {}, seed {}",
            report.users,
            report.mode,
            report.lock.name(),
            report.think,
            report.seed
        )?;
        for line in numbers(report).lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    let failed = report
        .buyers
        .iter()
        .filter_map(|buyer| match &buyer.outcome {
            Outcome::Failed { message, .. } => Some((&buyer.name, message)),
            _ => None,
        });
    for (name, message) in failed.take(WRITTEN_OUT) {
        writeln!(out, "{BAD}failed{BAD:#}  {name}: {message}")?;
    }
    if report.interrupted {
        writeln!(
            out,
            "{BAD}stopped{BAD:#}: what was sold until then is above"
        )?;
    }
    judgement(out, report, quiet)
}

fn numbers(report: &RushReport) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "stock",
        "sold",
        "refused",
        "failed",
        "left",
        "oversold",
        "lost updates",
        "time",
    ]);
    table.add_row([
        report.stock.to_string(),
        report.sold.to_string(),
        report.refused.to_string(),
        report.failed.to_string(),
        report
            .left
            .map_or_else(|| "?".to_owned(), |left| left.to_string()),
        report.oversold.to_string(),
        report.lost_updates.to_string(),
        format!(
            "{:.3} s",
            Duration::from_micros(report.elapsed_us).as_secs_f64()
        ),
    ]);
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn judgement(out: &mut dyn Write, report: &RushReport, quiet: bool) -> io::Result<()> {
    match (report.verdict, report.lock) {
        (Judgement::Race, _) => race(out, report, quiet),
        (Judgement::Safe, LockKind::None) if report.sold == 0 => {
            writeln!(
                out,
                "{GOOD}safe{GOOD:#}  nothing was sold, so there was nothing to race for"
            )
        }
        (Judgement::Safe, LockKind::None) => writeln!(
            out,
            "{GOOD}safe{GOOD:#}  this time: it adds up, but without a lock that is luck"
        ),
        (Judgement::Safe, LockKind::Shared | LockKind::DataFile | LockKind::WriteOnly) => writeln!(
            out,
            "{GOOD}safe{GOOD:#}  this time: it adds up, but under the lock {} that is luck",
            report.lock.name()
        ),
        (Judgement::Safe, _) => writeln!(
            out,
            "{GOOD}safe{GOOD:#}  every sale read what the sale before it wrote; sold and left add up"
        ),
    }
}

fn race(out: &mut dyn Write, report: &RushReport, quiet: bool) -> io::Result<()> {
    for (at, finding) in report.findings.iter().take(WRITTEN_OUT).enumerate() {
        for (line, text) in wrapped(&finding.text).into_iter().enumerate() {
            let label = if at == 0 && line == 0 { "RACE" } else { "    " };
            writeln!(out, "{BAD}{label}{BAD:#}  {text}")?;
        }
    }
    let lost = |finding: &&Finding| finding.kind == Anomaly::LostUpdate;
    if let Some(finding) = report.findings.iter().find(lost).filter(|_| !quiet) {
        draw_fork(out, finding)?;
    }
    if report.findings.len() > WRITTEN_OUT {
        let more = report.findings.len() - WRITTEN_OUT;
        writeln!(out, "      and {more} more findings: --json has them all")?;
    }
    if !quiet {
        let hint = "'tickets reset' gives the stock back; then try the same with --lock";
        writeln!(out, "{FAINT}hint{FAINT:#}  {hint}")?;
    }
    Ok(())
}

/// A sentence in lines that leave room for the label in 80 columns.
pub(super) fn wrapped(sentence: &str) -> Vec<String> {
    const WIDTH: usize = 74;
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Draws the version that several buyers read, and the sales that grew from it.
fn draw_fork(out: &mut dyn Write, finding: &Finding) -> io::Result<()> {
    let read = finding.read_seq.unwrap_or_default();
    let root = format!("version {read}");
    let drawn = finding.buyers.len().min(DRAWN);
    let left_out = finding.buyers.len() - drawn;
    writeln!(out)?;
    for (at, buyer) in finding.buyers.iter().skip(left_out).enumerate() {
        let (root, branch) = match at {
            0 => (root.clone(), "─┬─"),
            _ if at + 1 == drawn => (" ".repeat(root.len()), " └─"),
            _ => (" ".repeat(root.len()), " ├─"),
        };
        let fate = if at + 1 == drawn {
            format!("{GOOD}version {}, written last{GOOD:#}", read + 1)
        } else {
            format!("{BAD}version {}, overwritten{BAD:#}", read + 1)
        };
        writeln!(out, "      {root} {branch} {buyer:<10} {fate}")?;
    }
    if left_out > 0 {
        writeln!(out, "      and {left_out} more, overwritten")?;
    }
    writeln!(out)
}
