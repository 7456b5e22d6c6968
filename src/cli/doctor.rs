//! `tickets doctor`: shows what was found in a directory.

use std::io::{self, Write};
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::args::DoctorArgs;
use super::process::{Stop, program};
use super::screen::{BAD, FAINT, GOOD, Screen};
use crate::doctor::{self, Check, CheckResult, Cost, Costs, Report};
use crate::{Kind, Result, shown};

pub(super) fn run(file: &Path, arguments: &DoctorArgs, screen: &Screen) -> Result<u8> {
    let (program, stop) = (program()?, Stop::on_signals()?);
    let (directory, event) = match &arguments.place {
        Some(event) if event.is_file() || is_to_be_an_event(event) => {
            (doctor::directory_of(event)?, Some(event.as_path()))
        }
        Some(directory) => (directory.clone(), None),
        None => (doctor::directory_of(file)?, Some(file)),
    };
    let mut report = match doctor::examine(&directory, &program, Some(stop.fd())) {
        Err(error) if error.kind() == Kind::Interrupted => {
            screen.error("doctor", &error, None);
            return Ok(stop.exit_code());
        }
        report => report?,
    };
    if let Some(event) = event {
        report.checks.extend(doctor::look_at_event(event)?);
    }
    let document = DoctorDocument {
        ok: report.holds(),
        command: "doctor",
        verdict: verdict(&report),
        report: &report,
    };
    screen.result(&document, |out| tell(out, &report, screen.quiet));
    Ok(report.exit_code())
}

/// Whether this is the name of an event that is not there yet, and no directory that is missing.
fn is_to_be_an_event(place: &Path) -> bool {
    let is_json = place
        .extension()
        .is_some_and(|extension| extension == "json");
    is_json
        && !place.exists()
        && doctor::directory_of(place).is_ok_and(|directory| directory.is_dir())
}

/// The result in one word, for programs.
fn verdict(report: &Report) -> &'static str {
    match (report.holds(), report.is_for_one_user()) {
        (false, _) => "unfit",
        (true, true) => "fit_for_one_user",
        (true, false) => "fit",
    }
}

#[derive(Serialize)]
struct DoctorDocument<'a> {
    ok: bool,
    command: &'static str,
    verdict: &'static str,
    #[serde(flatten)]
    report: &'a Report,
}

fn tell(out: &mut dyn Write, report: &Report, quiet: bool) -> io::Result<()> {
    let failed = |check: &&Check| check.result == CheckResult::Fail;
    for check in report.checks.iter().filter(|check| !quiet || failed(check)) {
        let (style, label) = match check.result {
            CheckResult::Pass => (GOOD, "pass"),
            CheckResult::Fail => (BAD, "FAIL"),
            CheckResult::Note => (FAINT, "note"),
        };
        let name = check.name.replace('_', " ");
        writeln!(
            out,
            "{style}{label}{style:#}  {name:<14}  {}",
            shown(&check.text)
        )?;
    }
    if !quiet {
        writeln!(out)?;
        for line in costs(&report.costs_us).lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    let directory = shown(&report.directory);
    if report.holds() {
        let by = if report.is_for_one_user() {
            ", by one user alone: it is sticky"
        } else {
            ""
        };
        writeln!(
            out,
            "{GOOD}fit{GOOD:#}  an event can be kept in {directory}{by}"
        )
    } else {
        writeln!(
            out,
            "{BAD}UNFIT{BAD:#}  do not keep an event in {directory}: take a directory on a local disk"
        )
    }
}

fn costs(costs: &Costs) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["", "µs", "median of"]);
    let rows = [
        ("lock and unlock", costs.lock),
        ("append 150 bytes", costs.append),
        ("append and sync", costs.append_sync),
        ("publish the count", costs.publish),
    ];
    for (what, cost) in rows {
        let shown = |show: fn(Cost) -> String| cost.map_or_else(|| "-".to_owned(), show);
        table.add_row([
            what.to_owned(),
            shown(|cost| format!("{:.1}", cost.median_us)),
            shown(|cost| cost.repetitions.to_string()),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
