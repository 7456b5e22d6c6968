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
        event: event.map(|event| event_verdict(event, &report)),
        outlives_power_cut: report.outlives_power_cut(),
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

/// What of the event that was looked at, in one word for programs.
fn event_verdict(event: &Path, report: &Report) -> &'static str {
    match (report.event_faults().is_empty(), event.exists()) {
        (false, _) => "unfit",
        (true, true) => "fit",
        (true, false) => "missing",
    }
}

/// The result for the place in one word, for programs.
fn verdict(report: &Report) -> &'static str {
    match (report.place_holds(), report.is_for_one_user()) {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    /// Null where that is not known.
    outlives_power_cut: Option<bool>,
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
    sentence(out, report)
}

/// The verdict in a line: on the place, and on the event where it is the event's fault.
fn sentence(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let directory = shown(&report.directory);
    if !report.place_holds() {
        return writeln!(
            out,
            "{BAD}UNFIT{BAD:#}  do not keep an event in {directory}: take a directory on a local disk"
        );
    }
    let but = match report.outlives_power_cut() {
        Some(true) => "",
        Some(false) => ", but what is sold here may not outlive a power cut",
        None => ", but whether what is sold here outlives a power cut is not known",
    };
    if let [first, more @ ..] = report.event_faults().as_slice() {
        let more = match more.len() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let fault = shown(first);
        return writeln!(
            out,
            "{BAD}UNFIT{BAD:#}  the directory {directory} is fit{but}; this event is not: {fault}{more}"
        );
    }
    let by = if report.is_for_one_user() {
        ", by one user alone: it is sticky"
    } else {
        ""
    };
    writeln!(
        out,
        "{GOOD}fit{GOOD:#}{but}  an event can be kept in {directory}{by}"
    )
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
