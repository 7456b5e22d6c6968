//! The verdict on a rush, in words and as a drawing.

use std::collections::HashMap;
use std::io::{self, Write};

use super::hint::{command, quoted};
use super::screen::{BAD, FAINT, GOOD, Screen};
use super::width::columns;
use crate::check::Anomaly;
use crate::check::final_state::{LastSale, StateFinding};
use crate::rush::report::{Judgement, RushReport};
use crate::timeline::Timeline;
use crate::{LockKind, shown};

/// How many branches of a fork are drawn.
const DRAWN: usize = 12;

/// How many findings are written out for people. JSON has them all.
const WRITTEN_OUT: usize = 5;

/// What a rush came to: whether it raced, or what else is wrong.
pub(super) fn judgement(
    out: &mut dyn Write,
    report: &RushReport,
    timeline: Option<&Timeline>,
    screen: &Screen,
) -> io::Result<()> {
    match (report.verdict, report.lock) {
        (Judgement::Race, _) => race(out, report, timeline, screen),
        (Judgement::Safe, _) if report.unpublished.is_some() => unpublished(out, report, screen),
        (Judgement::Safe, _) if report.sold == 0 => {
            writeln!(
                out,
                "{GOOD}safe{GOOD:#}  nothing was sold, so there was nothing to race for"
            )
        }
        (Judgement::Safe, lock)
            if report.users == 1 && !matches!(lock, LockKind::Exclusive | LockKind::Mutex) =>
        {
            let told = "a run of one buyer, who had nobody to race with; sold and left add up";
            writeln!(out, "{GOOD}safe{GOOD:#}  {told}")?;
            proven(out, lock, screen)
        }
        (Judgement::Safe, LockKind::None) => {
            let told = "this time: it adds up, but without a lock that is luck";
            writeln!(out, "{GOOD}safe{GOOD:#}  {told}")?;
            proven(out, report.lock, screen)
        }
        (Judgement::Safe, LockKind::DataFile) if report.users == 2 => {
            let told = "it adds up: of two buyers of one ticket each it does under the lock data-file, of three that is luck";
            writeln!(out, "{GOOD}safe{GOOD:#}  {told}")?;
            proven(out, report.lock, screen)
        }
        (
            Judgement::Safe,
            LockKind::Shared | LockKind::DataFile | LockKind::WriteOnly | LockKind::Lease,
        ) => {
            writeln!(
                out,
                "{GOOD}safe{GOOD:#}  this time: it adds up, but under the lock {} that is luck",
                report.lock.name()
            )?;
            if report.evidence.is_none() && !screen.quiet {
                let text = "whether it kept anybody out, the evidence tells: the same with --evidence FILE";
                writeln!(out, "{FAINT}note{FAINT:#}  {text}")?;
            }
            proven(out, report.lock, screen)
        }
        (Judgement::Safe, _) => writeln!(
            out,
            "{GOOD}safe{GOOD:#}  every sale read what the sale before it wrote; sold and left add up"
        ),
    }
}

/// What shows without luck that a way of selling goes wrong: with three buyers each of them does.
fn proven(out: &mut dyn Write, lock: LockKind, screen: &Screen) -> io::Result<()> {
    if screen.quiet {
        return Ok(());
    }
    let lock = match lock {
        LockKind::None => String::new(),
        kind => format!(" --lock={}", kind.name()),
    };
    let text = format!("'tickets race prove --users 3{lock}' shows when it goes wrong");
    writeln!(out, "{FAINT}hint{FAINT:#}  {}", screen.hint(&text))
}

fn race(
    out: &mut dyn Write,
    report: &RushReport,
    timeline: Option<&Timeline>,
    screen: &Screen,
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
    if report
        .findings
        .iter()
        .all(|finding| finding.kind.is_of_locks())
    {
        let text = "sold and left add up all the same: that is luck, and what is on disk does not tell. Only the evidence \
                    does, so that the same without --evidence is called safe this time";
        for line in wrapped(text) {
            writeln!(out, "      {line}")?;
        }
    }
    let lost = |finding: &&StateFinding| finding.kind == Anomaly::LostUpdate;
    match (timeline, report.findings.iter().find(lost)) {
        _ if screen.quiet => {}
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
        let recorded = report
            .evidence
            .as_ref()
            .and_then(|recorded| recorded.file.as_ref());
        let told = match recorded {
            Some(file) => format!(
                "{} tells more",
                command(&format!("race check {}", quoted(file.as_ref())))
            ),
            None => "--json has all".to_owned(),
        };
        writeln!(out, "      and {more} more {findings}: {told}")?;
    }
    if !screen.quiet {
        let hint = screen.hint(cure(report.lock, report.endangered));
        // Under the exclusive lock nobody reads beside another.
        let together = if report.together && !report.endangered {
            ", without --together"
        } else {
            ""
        };
        writeln!(out, "{FAINT}hint{FAINT:#}  {hint}{together}")?;
    }
    Ok(())
}

/// What helps against a race, or against a process that raced with a rush that held the lock.
fn cure(lock: LockKind, endangered: bool) -> &'static str {
    match lock {
        _ if endangered => {
            "nothing can be sold from this event now: 'tickets restore DIR' puts a backup back, 'tickets audit' says \
             what the race has left; what is booked stays on the ledger"
        }
        LockKind::None => "'tickets reset' starts anew; then try the same with --lock",
        LockKind::Exclusive => {
            "somebody changed the event's files beside this rush without its lock: 'tickets audit' says more"
        }
        LockKind::WriteOnly => {
            "'tickets reset' starts anew; then try the exclusive lock, which is held from the read to the write"
        }
        LockKind::DataFile => {
            "'tickets reset' starts anew; then try the exclusive lock, which is on a file that stays"
        }
        _ => "'tickets reset' starts anew; then try the exclusive lock, which keeps others out",
    }
}

/// That the count does not show what was sold, and why.
fn unpublished(out: &mut dyn Write, report: &RushReport, screen: &Screen) -> io::Result<()> {
    let why = report.unpublished.as_deref().unwrap_or_default();
    let text =
        format!("what was sold stands on the ledger, but the count could not be written: {why}");
    for (line, text) in wrapped(&shown(&text)).into_iter().enumerate() {
        let label = if line == 0 { "I/O" } else { "   " };
        writeln!(out, "{BAD}{label}{BAD:#}   {text}")?;
    }
    if screen.quiet {
        return Ok(());
    }
    let hint = "that is no race: once it can be written again, the next sale or 'tickets audit --repair' brings \
                it up to the ledger";
    writeln!(out, "{FAINT}hint{FAINT:#}  {}", screen.hint(hint))
}

/// A sentence in lines that leave room for the label.
fn wrapped(sentence: &str) -> Vec<String> {
    let width = columns() - "RACE  ".len();
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Draws the version that several buyers read, and the sales that grew from it.
fn draw_fork(out: &mut dyn Write, finding: &StateFinding) -> io::Result<()> {
    let read = finding.read_seq.unwrap_or_default();
    let each = if finding.read_from.is_empty() {
        ""
    } else {
        "a "
    };
    let root = format!("{each}version {read}");
    let drawn = finding.buyers.len().min(DRAWN);
    let left_out = finding.buyers.len() - drawn;
    writeln!(out)?;
    for (at, buyer) in finding.buyers.iter().skip(left_out).enumerate() {
        let (root, branch) = match at {
            0 => (root.clone(), "─┬─"),
            _ if at + 1 == drawn => (" ".repeat(root.len()), " └─"),
            _ => (" ".repeat(root.len()), " ├─"),
        };
        let version = read + 1;
        let fate = match finding.last {
            LastSale::WrittenLast if at + 1 == drawn => {
                format!("{GOOD}version {version}, written last{GOOD:#}")
            }
            LastSale::Counts if at + 1 == drawn => {
                format!("{GOOD}version {version}, the count goes by it{GOOD:#}")
            }
            _ => format!("{BAD}version {version}, overwritten{BAD:#}"),
        };
        let buyer = shown(buyer);
        writeln!(out, "      {root} {branch} {buyer:<10} {fate}")?;
    }
    if left_out > 0 {
        writeln!(out, "      and {left_out} more, overwritten")?;
    }
    writeln!(out)
}
