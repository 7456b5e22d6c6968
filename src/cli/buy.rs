//! `tickets buy`: shows a rush as it comes, and what it came to.

use std::io::{self, Write};
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::args::{Buy, Cli};
use super::hint::{command, quoted};
use super::screen::{BAD, FAINT, Screen};
use super::signals::Stop;
use super::verdict;
use tickets::race::draw_recorded;
use tickets::race::timeline::Timeline;
use tickets::rush::report::{BuyerOutcome, RushReport};
use tickets::rush::{News, Recording, Rush};
use tickets::{Error, Kind, LockKind, Output, Result, shown};

/// Up to so many buyers, every step is shown as it comes; above, a progress line.
const SHOWN: u32 = 64;

/// How many failed buyers are written out for people. JSON has them all.
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
        force: arguments.force,
        program,
        recording: match (&arguments.evidence, &arguments.timeline) {
            (Some(path), _) => Recording::File(path.clone()),
            (None, Some(_)) => Recording::Fleeting,
            (None, None) => Recording::Off,
        },
    };
    let picture = picture(arguments, &rush)?;
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
    let timeline = report.evidence.as_ref().and_then(|recorded| {
        let (evidence, verdict) = recorded.judged.as_ref()?;
        Some(titled(draw_recorded(evidence, verdict), &rush, &report))
    });
    let picture = picture.map(|output| draw(output, timeline.as_ref()));
    let code = match (report.exit_code(), &picture) {
        (0, Some(Err(_))) => 1,
        (code, _) => code,
    };
    let document = Document {
        ok: code == 0,
        command: "buy",
        report: &report,
        timeline: picture.as_ref().map(Drawn::of),
    };
    screen.result(&document, |out| {
        summary(out, &report, timeline.as_ref(), screen)?;
        files(out, &report, picture.as_ref(), screen)
    });
    Ok(match code {
        130 => stop.exit_code(),
        code => code,
    })
}

/// The file for the picture, claimed before anything is sold.
fn picture(arguments: &Buy, rush: &Rush) -> Result<Option<Output>> {
    let output = super::picture::claim(arguments.timeline.as_deref(), &rush.file)?;
    if let (Some(output), Some(evidence)) = (&output, &arguments.evidence) {
        output.keep_apart(evidence)?;
    }
    Ok(output)
}

/// Draws into the file; its path, as it was given.
fn draw(mut output: Output, timeline: Option<&Timeline>) -> Result<String> {
    let Some(timeline) = timeline else {
        let message = "was not drawn: there is no evidence to draw";
        return Err(Error::new(Kind::Io, message).at(output.path(), 0, 0));
    };
    output.write(timeline.to_svg().as_bytes())?;
    Ok(output.path().display().to_string())
}

fn titled(timeline: Timeline, rush: &Rush, report: &RushReport) -> Timeline {
    let count = |many: u64, one: &str| format!("{many} {one}{}", if many == 1 { "" } else { "s" });
    let lock = match report.lock {
        LockKind::None => "no lock".to_owned(),
        kind => format!("lock {}", kind.name()),
    };
    let (buyers, tickets) = (
        count(report.users.into(), "buyer"),
        count(report.stock, "ticket"),
    );
    let together = if rush.together {
        ", nobody writes before all have read"
    } else {
        ""
    };
    Timeline {
        title: format!("{buyers}, {tickets}, {lock}"),
        subtitle: format!(
            "{}, think {}, seed {}{together}",
            report.mode, report.think, report.seed
        ),
        ..timeline
    }
}

/// Where the evidence and the picture are, or why they are not.
fn files(
    out: &mut dyn Write,
    report: &RushReport,
    picture: Option<&Result<String>>,
    screen: &Screen,
) -> io::Result<()> {
    let recorded = report.evidence.as_ref();
    if let Some(error) = recorded.and_then(|recorded| recorded.error.as_ref()) {
        writeln!(out, "{BAD}evidence{BAD:#}  not judged: {}", shown(error))?;
    }
    if let Some(Err(error)) = picture {
        writeln!(out, "{BAD}timeline{BAD:#}  {}", shown(&error.to_string()))?;
    }
    if screen.quiet {
        return Ok(());
    }
    if let Some(recorded) = recorded.filter(|recorded| recorded.error.is_none())
        && let Some(file) = &recorded.file
    {
        let check = command(&format!("race check {}", quoted(file.as_ref())));
        let (file, operations) = (shown(file), recorded.operations);
        writeln!(
            out,
            "{FAINT}evidence{FAINT:#}  {file}: {operations} operations; {check} judges it again"
        )?;
    }
    if let Some(Ok(file)) = picture {
        super::picture::drawn(out, file.as_ref())?;
    }
    Ok(())
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
            BuyerOutcome::Sold {
                quantity,
                left,
                warning,
                ..
            } => {
                writeln!(out, "{buyer} bought {quantity}, {left} left")?;
                match warning {
                    Some(warning) => {
                        let warning = shown(warning);
                        writeln!(out, "  (the count does not show it yet: {warning})")
                    }
                    None => Ok(()),
                }
            }
            BuyerOutcome::Refused { left: 0 } => writeln!(out, "{buyer} found none left"),
            BuyerOutcome::Refused { left } => writeln!(out, "{buyer} found only {left} left"),
            BuyerOutcome::Failed { message, .. } => {
                writeln!(out, "{BAD}{buyer} failed{BAD:#}: {}", shown(message))
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
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Drawn>,
}

/// What became of the picture.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Drawn {
    File(String),
    Error(String),
}

impl Drawn {
    fn of(picture: &Result<String>) -> Self {
        match picture {
            Ok(file) => Self::File(file.clone()),
            Err(error) => Self::Error(error.to_string()),
        }
    }
}

fn summary(
    out: &mut dyn Write,
    report: &RushReport,
    timeline: Option<&Timeline>,
    screen: &Screen,
) -> io::Result<()> {
    if !screen.quiet {
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
    verdict::judgement(out, report, timeline, screen)
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
