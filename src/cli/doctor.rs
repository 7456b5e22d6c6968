//! `tickets doctor`: shows what was found in a directory.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::args::{Cli, Doctor};
use super::screen::{BAD, FAINT, GOOD, Screen};
use super::signals::Stop;
use tickets::doctor::{self, Check, CheckResult, Cost, Costs, Report};
use tickets::{Error, Kind, Result, shown};

pub(super) fn run(cli: &Cli, arguments: &Doctor, screen: &Screen) -> Result<u8> {
    let problem =
        |doing: &str, e: io::Error| Error::new(Kind::Io, format!("could not {doing}: {e}"));
    let program =
        std::env::current_exe().map_err(|e| problem("find this program's own file", e))?;
    let stop = Stop::on_signals().map_err(|e| problem("watch for signals", e))?;
    let (directory, event) = match &arguments.place {
        Some(file) if file.is_file() => (doctor::directory_of(file)?, Some(file)),
        Some(directory) => (directory.clone(), None),
        None => (doctor::directory_of(&cli.file)?, Some(&cli.file)),
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
    let document = Document {
        ok: report.holds(),
        command: "doctor",
        report: &report,
    };
    screen.result(&document, |out| tell(out, &report, screen.quiet));
    Ok(report.exit_code())
}

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    command: &'static str,
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
        writeln!(
            out,
            "{GOOD}fit{GOOD:#}  an event can be kept in {directory}"
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
