//! The walk for people.

use std::io::{self, Write};
use std::path::Path;

use super::super::args::TOUR_STEPS;
use super::super::screen::{BAD, FAINT, GOOD};
use super::super::width::{columns, command, wrapped};
use super::cut::cut;
use super::step::{SeenShow, TourStep};
use super::walk_end::WalkEnd;
use crate::shown as harmless;

/// What stands before a text.
fn labelled(out: &mut dyn Write, label: &str, style: anstyle::Style, text: &str) -> io::Result<()> {
    write!(out, "{style}{label}{style:#}  ")?;
    wrapped(out, text, label.len() + 2, columns())
}

/// A text of its own, whose lines all begin at the left.
fn paragraph(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns() => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// How many steps come, and how to go on.
/// `recorded`: whether the last of all is a run that was recorded.
pub(super) fn begins(
    out: &mut dyn Write,
    (from, last): (u8, u8),
    recorded: bool,
    waits: bool,
) -> io::Result<()> {
    let steps = match (from, last) {
        (1, TOUR_STEPS) => format!("{TOUR_STEPS} steps, about 15 minutes"),
        (from, last) if from == last => format!("step {from} of {TOUR_STEPS}"),
        (from, last) => format!("steps {from} to {last} of {TOUR_STEPS}"),
    };
    let keys = if waits {
        ". Enter goes on, s skips, q or Ctrl-C ends"
    } else {
        ""
    };
    let runs = match (recorded && last == TOUR_STEPS, from == last) {
        (false, _) => "each run here and now on a scratch event".to_owned(),
        (true, false) => format!(
            "each run here and now on a scratch event, but for step {TOUR_STEPS}: that was recorded, and is judged here and now"
        ),
        (true, true) => "a run that was recorded, and is judged here and now".to_owned(),
    };
    let text = format!("{steps}, {runs}{keys}.");
    labelled(out, "the walk", FAINT, &text)
}

/// What one may type, where something else was typed.
pub(super) fn keys(out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "{FAINT}Enter goes on; s and Enter: skip; q and Enter: end{FAINT:#} "
    )?;
    out.flush()
}

/// What a step does.
pub(super) fn introduced(out: &mut dyn Write, number: u8, step: &TourStep) -> io::Result<()> {
    writeln!(out)?;
    labelled(out, &format!("{number}/{TOUR_STEPS}"), GOOD, step.title)?;
    writeln!(out)?;
    paragraph(out, step.does)?;
    labelled(out, "look at", FAINT, step.look)
}

/// A command line.
pub(super) fn typed(out: &mut dyn Write, line: &str) -> io::Result<()> {
    write!(out, "\n{FAINT}${FAINT:#} ")?;
    command(out, &harmless(line), 2, columns())
}

/// A command, and what it printed of what matters.
pub(super) fn shown(out: &mut dyn Write, seen: &SeenShow) -> io::Result<()> {
    typed(out, &seen.line)?;
    for line in cut(&seen.text, seen.show.keep) {
        writeln!(out, "{line}")?;
    }
    match &seen.otherwise {
        Some(other) => {
            let text = "nothing was oversold this time: without a lock that is luck. Here is a schedule by which it happens each \
                        time:";
            labelled(out, "note", FAINT, text)?;
            shown(out, other)
        }
        None if seen.holds() => Ok(()),
        None => {
            let text = format!("this is to be seen, and was not: {}", seen.show.claim);
            labelled(out, "not as told", BAD, &text)
        }
    }
}

/// That a step is run when somebody wants it.
pub(super) fn ready(out: &mut dyn Write, waits: bool) -> io::Result<()> {
    if waits {
        write!(out, "\n{FAINT}Enter: run it; s: skip it{FAINT:#} ")?;
    }
    out.flush()
}

/// That a step is left out, and how to see it another day.
pub(super) fn skipped(out: &mut dyn Write, number: u8) -> io::Result<()> {
    let text = format!("step {number}: 'tickets race tour {number} --to {number}' shows it");
    labelled(out, "skipped", FAINT, &text)
}

/// The question, and that an answer is to be had.
pub(super) fn asked(out: &mut dyn Write, step: &TourStep, waits: bool) -> io::Result<()> {
    writeln!(out)?;
    labelled(out, "question", GOOD, step.question)?;
    if waits {
        write!(out, "{FAINT}Enter: the answer; s: skip it{FAINT:#} ")?;
    }
    out.flush()
}

/// The answer, and how to go on.
pub(super) fn answered(
    out: &mut dyn Write,
    step: &TourStep,
    next: Option<u8>,
    waits: bool,
) -> io::Result<()> {
    labelled(out, "answer", GOOD, step.answer)?;
    let Some(next) = next else {
        return Ok(());
    };
    if waits {
        write!(
            out,
            "\n{FAINT}Enter: step {next}; s: skip it; q: end, 'tickets race tour {next}' goes on there{FAINT:#} "
        )?;
    } else {
        labelled(
            out,
            "next",
            FAINT,
            &format!("'tickets race tour {next}' begins there"),
        )?;
    }
    out.flush()
}

/// Which page has what was seen.
pub(super) fn paged(out: &mut dyn Write, page: Option<&Path>) -> io::Result<()> {
    match page {
        Some(page) => labelled(out, "page", FAINT, &harmless(&page.display().to_string())),
        None => Ok(()),
    }
}

/// How the walk ended, and where to go on.
pub(super) fn ended(
    out: &mut dyn Write,
    ended: WalkEnd,
    as_told: bool,
    page: Option<&Path>,
) -> io::Result<()> {
    writeln!(out)?;
    let on = |next: u8| format!("'tickets race tour {next}' goes on there");
    match ended {
        WalkEnd::Through { next } if next <= TOUR_STEPS => {
            labelled(out, "next", FAINT, &on(next))?;
        }
        WalkEnd::Through { .. } => {
            let text = "the end. What you type yourself goes further: 'tickets race prove --help', 'tickets race find --help'";
            labelled(out, "the walk", FAINT, text)?;
        }
        WalkEnd::Left { next } => labelled(out, "ended", FAINT, &on(next.min(TOUR_STEPS)))?,
        WalkEnd::Stopped => labelled(out, "stopped", BAD, "nothing of it is left behind")?,
    }
    paged(out, page)?;
    if !as_told {
        labelled(out, "BAD", BAD, "not all was as it is told: see above")?;
    }
    Ok(())
}
