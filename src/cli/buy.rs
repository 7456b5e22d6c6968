//! `tickets buy`: shows a rush as it comes, and what it came to.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::args::{Buy, Cli};
use super::screen::{BAD, FAINT, GOOD, Screen};
use super::signals::Stop;
use tickets::race::draw_recorded;
use tickets::race::timeline::Timeline;
use tickets::race::verdict::{Anomaly, Finding};
use tickets::rush::report::{Judgement, Outcome, RushReport};
use tickets::rush::{News, Recording, Rush};
use tickets::{Error, Kind, LockKind, Output, Result, shown};

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
        summary(out, &report, timeline.as_ref(), screen.quiet)?;
        files(out, &report, picture.as_ref(), screen.quiet)
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
    quiet: bool,
) -> io::Result<()> {
    let recorded = report.evidence.as_ref();
    if let Some(error) = recorded.and_then(|recorded| recorded.error.as_ref()) {
        writeln!(out, "{BAD}evidence{BAD:#}  not judged: {}", shown(error))?;
    }
    if let Some(Err(error)) = picture {
        writeln!(out, "{BAD}timeline{BAD:#}  {}", shown(&error.to_string()))?;
    }
    if quiet {
        return Ok(());
    }
    if let Some(recorded) = recorded.filter(|recorded| recorded.error.is_none())
        && let Some(file) = &recorded.file
    {
        let (file, operations) = (shown(file), recorded.operations);
        writeln!(
            out,
            "{FAINT}evidence{FAINT:#}  {file}: {operations} operations; 'tickets race check' judges it again"
        )?;
    }
    if let Some(Ok(file)) = picture {
        writeln!(out, "{FAINT}timeline{FAINT:#}  {}", shown(file))?;
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
            Outcome::Sold {
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
            Outcome::Refused { left: 0 } => writeln!(out, "{buyer} found none left"),
            Outcome::Refused { left } => writeln!(out, "{buyer} found only {left} left"),
            Outcome::Failed { message, .. } => {
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
    quiet: bool,
) -> io::Result<()> {
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
        writeln!(out, "{BAD}failed{BAD:#}  {name}: {}", shown(message))?;
    }
    if report.interrupted {
        writeln!(
            out,
            "{BAD}stopped{BAD:#}: what was sold until then is above"
        )?;
    }
    judgement(out, report, timeline, quiet)
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

fn judgement(
    out: &mut dyn Write,
    report: &RushReport,
    timeline: Option<&Timeline>,
    quiet: bool,
) -> io::Result<()> {
    match (report.verdict, report.lock) {
        (Judgement::Race, _) => race(out, report, timeline, quiet),
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

fn race(
    out: &mut dyn Write,
    report: &RushReport,
    timeline: Option<&Timeline>,
    quiet: bool,
) -> io::Result<()> {
    let mut told: HashMap<Anomaly, u64> = HashMap::new();
    let mut written = 0;
    for finding in &report.findings {
        let of_kind = told.entry(finding.kind).or_insert(0);
        *of_kind += 1;
        // Of a kind that there are many of, the first few; of each kind, one at least.
        if written >= WRITTEN_OUT && *of_kind > 1 {
            continue;
        }
        written += 1;
        for (line, text) in wrapped(&shown(&finding.text)).into_iter().enumerate() {
            let label = if written == 1 && line == 0 {
                "RACE"
            } else {
                "    "
            };
            writeln!(out, "{BAD}{label}{BAD:#}  {text}")?;
        }
    }
    let lost = |finding: &&Finding| finding.kind == Anomaly::LostUpdate;
    match (timeline, report.findings.iter().find(lost)) {
        _ if quiet => {}
        (Some(timeline), _) if timeline.lanes.len() <= super::picture::DRAWN => {
            writeln!(out)?;
            super::picture::small(out, timeline)?;
        }
        (_, Some(finding)) => draw_fork(out, finding)?,
        _ => {}
    }
    if report.findings.len() > written {
        let more = report.findings.len() - written;
        let findings = if more == 1 { "finding" } else { "findings" };
        writeln!(out, "      and {more} more {findings}: --json has all")?;
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
        let buyer = shown(buyer);
        writeln!(out, "      {root} {branch} {buyer:<10} {fate}")?;
    }
    if left_out > 0 {
        writeln!(out, "      and {left_out} more, overwritten")?;
    }
    writeln!(out)
}
