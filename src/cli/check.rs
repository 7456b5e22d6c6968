//! `tickets race check`: judges a recorded run.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::check_notes::{not_judged, notes};
use super::screen::{BAD, FAINT, GOOD, Screen};
use super::width;
use crate::check::evidence::{self, Evidence};
use crate::check::{self, Anomaly, HistoryVerdict};
use crate::draw;
use crate::plural::count;
use crate::timeline::Timeline;
use crate::{Error, Kind, Result, shown};

/// So many findings of a kind are told to people.
const TOLD: u64 = 10;

#[derive(Serialize)]
struct CheckDocument<'a> {
    ok: bool,
    command: &'static str,
    /// What it came to, in one word.
    verdict: &'static str,
    #[serde(flatten)]
    judgement: &'a HistoryVerdict,
}

pub(super) fn check(
    path: &Path,
    picture: Option<&Path>,
    event: &Path,
    screen: &Screen,
) -> Result<u8> {
    let output = super::picture::claim(picture, event)?;
    if let Some(output) = &output {
        output.keep_apart(path, super::picture::NOT_EVIDENCE)?;
    }
    let evidence = check::settle(read(path)?);
    let verdict = judged(path, &evidence)?;
    let document = CheckDocument {
        ok: verdict.is_clean(),
        command: "race check",
        verdict: word(&verdict),
        judgement: &verdict,
    };
    // To draw a long run takes more time and memory than to judge it: only where somebody looks.
    let drawn = || titled(draw::recorded(&evidence, &verdict), &evidence);
    let drawn_into = match output {
        Some(mut output) => {
            super::picture::draw(&mut output, &drawn())?;
            picture
        }
        None => None,
    };
    screen.result(&document, |out| {
        tell(out, &evidence, &verdict, screen.quiet)?;
        if let Some(file) = drawn_into.filter(|_| !screen.quiet) {
            super::picture::drawn(out, file)?;
        }
        if screen.quiet || verdict.is_clean() {
            return Ok(());
        }
        let many = buyers(&evidence);
        if many > super::picture::DRAWN {
            return match drawn_into {
                Some(_) => Ok(()),
                None => undrawn(out, many),
            };
        }
        writeln!(out)?;
        super::picture::small(out, &drawn())
    });
    Ok(if verdict.is_clean() {
        0
    } else {
        Kind::Integrity.exit_code()
    })
}

/// That there are too many buyers for a drawing here.
fn undrawn(out: &mut dyn Write, many: usize) -> io::Result<()> {
    write!(out, "{FAINT}hint{FAINT:#}: ")?;
    let text = format!(
        "{many} buyers are not drawn here, only up to {}: --timeline FILE.svg draws what was found",
        super::picture::DRAWN
    );
    fitted(out, &text, "hint: ".len())
}

/// What the evidence is called in messages.
fn name(path: &Path) -> &Path {
    if path == Path::new("-") {
        Path::new("standard input")
    } else {
        path
    }
}

fn read(path: &Path) -> Result<Evidence> {
    let read = if path == Path::new("-") {
        evidence::read_lines(io::stdin().lock(), name(path))
    } else {
        evidence::read(path)
    };
    read.map_err(|error| match error.hint_text() {
        None => error.hint("'tickets buy --users 8 --evidence FILE' records a run"),
        Some(_) => error,
    })
}

/// An error where nothing could be judged.
fn judged(path: &Path, evidence: &Evidence) -> Result<HistoryVerdict> {
    let verdict = check::judge(evidence);
    if let Some(why) = &verdict.blind
        && verdict.counts.is_empty()
    {
        let message = format!("nothing could be judged: {why}");
        let hint = not_judged(evidence, &verdict);
        return Err(Error::new(Kind::Integrity, message)
            .at(name(path), 0, 0)
            .hint(hint));
    }
    Ok(verdict)
}

/// How many buyers did something at a known time.
fn buyers(evidence: &Evidence) -> usize {
    let all = evidence.operations.iter();
    let all = all.filter(|did| !did.is_timeless(evidence.names.name(did.buyer)));
    let all: HashSet<u32> = all.map(|did| did.buyer).collect();
    all.len()
}

fn titled(timeline: Timeline, evidence: &Evidence) -> Timeline {
    let run = &evidence.run;
    Timeline {
        title: if run.is_empty() {
            "a recorded run".to_owned()
        } else {
            format!("run {run}")
        },
        subtitle: format!(
            "{} in stock, {}",
            evidence.stock,
            count(timeline.lanes.len() as u64, "buyer")
        ),
        ..timeline
    }
}

/// A finding, behind the name of its kind.
fn line(out: &mut dyn Write, kind: Anomaly, text: &str) -> io::Result<()> {
    write!(out, "{BAD}{}{BAD:#}: ", kind.name())?;
    fitted(out, text, kind.name().len() + 2)
}

/// A text behind what takes so many columns: in lines that fit, where anything says how wide they may be; else in one,
/// for programs that read it.
fn fitted(out: &mut dyn Write, text: &str, taken: usize) -> io::Result<()> {
    match width::told() {
        Some(columns) => width::wrapped(out, text, taken, columns),
        None => writeln!(out, "{}", shown(text)),
    }
}

/// What was found, the gravest first; all lost updates of one version as one.
fn tell(
    out: &mut dyn Write,
    evidence: &Evidence,
    verdict: &HistoryVerdict,
    quiet: bool,
) -> io::Result<()> {
    let groups = check::overwritten(evidence, verdict);
    let lost = groups
        .iter()
        .map(|group| (Anomaly::LostUpdate, &group.text));
    let found = verdict.findings.iter();
    let others = found.filter(|found| !check::is_grouped(found, &groups));
    let mut all: Vec<_> = lost
        .chain(others.map(|found| (found.kind, &found.text)))
        .collect();
    // Stable: those of one rank stay as they were found.
    all.sort_by_key(|(kind, _)| kind.rank());
    let mut told: HashMap<Anomaly, u64> = HashMap::new();
    for (kind, text) in all {
        let many = told.entry(kind).or_insert(0);
        *many += 1;
        if *many <= TOLD {
            line(out, kind, text)?;
        }
    }
    for count in &verdict.counts {
        let is_grouped = count.kind == Anomaly::LostUpdate && !groups.is_empty();
        let all = if is_grouped {
            groups.len() as u64
        } else {
            count.count
        };
        let more = all.saturating_sub(TOLD);
        if more > 0 {
            let versions = if is_grouped { " versions" } else { "" };
            line(out, count.kind, &format!("{more} more{versions}"))?;
        }
    }
    if quiet {
        return Ok(());
    }
    summary(out, evidence, verdict)
}

/// What the evidence came to, for programs.
fn word(verdict: &HistoryVerdict) -> &'static str {
    match (verdict.is_clean(), verdict.is_whole()) {
        (false, _) => "anomalies",
        (true, false) => "clean_as_far_as_it_goes",
        (true, true) => "clean",
    }
}

/// Whether anything was found in how much, and what cannot be said.
fn summary(out: &mut dyn Write, evidence: &Evidence, verdict: &HistoryVerdict) -> io::Result<()> {
    let unjudged = verdict.unanswered + verdict.unjudged;
    let operations = count(verdict.operations, "operation");
    let judged = [
        match verdict.operations.saturating_sub(unjudged) {
            // What was found was judged all the same: what was not, the notes tell.
            _ if unjudged == 0 || !verdict.is_clean() => operations,
            judged => format!("{judged} of {operations} judged"),
        },
        count(verdict.sales, "sale"),
        count(verdict.reads, "read"),
    ];
    let judged = judged.join(", ");
    if verdict.is_clean() {
        let label = if verdict.is_whole() {
            "clean"
        } else {
            "clean as far as it goes"
        };
        writeln!(out, "{GOOD}{label}{GOOD:#}  {judged}: nothing was found")?;
    } else {
        writeln!(out, "{BAD}BAD{BAD:#}  {judged}")?;
    }
    for note in notes(evidence, verdict) {
        write!(out, "{FAINT}note{FAINT:#}: ")?;
        fitted(out, &note, "note: ".len())?;
    }
    Ok(())
}
