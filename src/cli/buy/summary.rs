//! What a rush came to.

use std::io::{self, Write};
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};

use super::super::hint::{command, quoted};
use super::super::screen::{BAD, FAINT, Screen};
use super::super::{picture, verdict};
use crate::plural::count;
use crate::rush::report::{BuyerOutcome, Judgement, RushReport};
use crate::timeline::Timeline;
use crate::{Result, shown};

/// How many failed buyers are written out for people. JSON has them all.
const WRITTEN_OUT: usize = 5;

pub(super) fn summary(
    out: &mut dyn Write,
    report: &RushReport,
    timeline: Option<&Timeline>,
    screen: &Screen,
) -> io::Result<()> {
    if !screen.quiet {
        writeln!(
            out,
            "\n{}, lock: {}, think {}, seed {}",
            match (report.users, report.mode) {
                (1, "threads") => "1 thread".to_owned(),
                (1, _) => "1 process".to_owned(),
                (users, mode) => format!("{users} {mode}"),
            },
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
            BuyerOutcome::Failed { message, .. } => Some((&buyer.name, message)),
            _ => None,
        });
    for (name, message) in failed.take(WRITTEN_OUT) {
        writeln!(out, "{BAD}failed{BAD:#}  {name}: {}", shown(message))?;
    }
    if report.interrupted {
        writeln!(
            out,
            "{BAD}stopped{BAD:#}: what was sold until then is above"
        )?;
    }
    verdict::judgement(out, report, timeline, screen)?;
    let by_ledger = report.stock.checked_sub(report.sold);
    let behind = report
        .left
        .zip(by_ledger)
        .filter(|(left, ledger)| left != ledger);
    if let Some((left, _)) = behind
        && report.verdict == Judgement::Safe
        && report.unpublished.is_none()
        && !screen.quiet
    {
        writeln!(
            out,
            "{FAINT}note{FAINT:#}  the count says {left} left; by the ledger there were {} before, less {} sold",
            report.stock, report.sold
        )?;
    }
    Ok(())
}

fn numbers(report: &RushReport) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "stock",
        "sold",
        "found none",
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

/// Where the evidence and the picture are, or why they are not.
pub(super) fn files(
    out: &mut dyn Write,
    report: &RushReport,
    drawn: Option<&Result<String>>,
    screen: &Screen,
) -> io::Result<()> {
    let recorded = report.evidence.as_ref();
    if let Some(error) = recorded.and_then(|recorded| recorded.error.as_ref()) {
        writeln!(out, "{BAD}evidence{BAD:#}  not judged: {}", shown(error))?;
    }
    if let Some(Err(error)) = drawn {
        writeln!(out, "{BAD}timeline{BAD:#}  {}", shown(&error.to_string()))?;
    }
    if screen.quiet {
        return Ok(());
    }
    if let Some(recorded) = recorded.filter(|recorded| recorded.error.is_none())
        && let Some(file) = &recorded.file
    {
        let check = command(&format!("race check {}", quoted(file.as_ref())));
        let (file, operations) = (shown(file), count(recorded.operations, "operation"));
        writeln!(
            out,
            "{FAINT}evidence{FAINT:#}  {file}: {operations}; {check} judges it again"
        )?;
    }
    if let Some(Ok(file)) = drawn {
        picture::drawn(out, file.as_ref())?;
    }
    Ok(())
}
