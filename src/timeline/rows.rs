//! The lanes in a terminal: a row each, with the steps from left to right.

use std::ops::Range;

use super::choose::Choice;
use super::fold::Fold;
use super::layout::{is_certain, odds};
use super::marks::ending;
use super::model::{Spot, Time, Timeline};
use super::steps::{END, Steps, TimelineStep};
use super::text_line::{TextLine, Tone};
use super::words::{columns, short, tick};

/// The lanes over some of the steps.
pub(super) fn block(
    timeline: &Timeline,
    choice: &Choice,
    steps: &Steps,
    range: &Range<usize>,
) -> Vec<TextLine> {
    let mut lines = Vec::new();
    let first = steps.all.get(range.start);
    let before = first.and_then(|step| choice.folds.get(step.fold?));
    if let Some(fold) = before {
        lines.extend([folded(fold), TextLine::default()]);
    }
    lines.push(times(timeline, steps, range));
    for (&lane, operations) in &choice.lanes {
        let own = |step: &TimelineStep| step.place.lane == lane;
        let shown = steps.all.get(range.clone()).unwrap_or_default();
        if shown.iter().any(own)
            || steps.is_open(range.start, lane)
            || range.len() == steps.all.len()
        {
            lines.push(row(timeline, steps, range, (lane, operations)));
        }
    }
    lines.extend(chances(timeline, steps, range));
    let last = choice
        .folds
        .last()
        .filter(|_| range.end == steps.all.len() && choice.folds.len() > 1);
    if let Some(fold) = last.filter(|fold| fold.operations > 0) {
        lines.extend([TextLine::default(), folded(fold)]);
    }
    lines
}

fn folded(fold: &Fold) -> TextLine {
    let (what, how) = fold.words();
    TextLine::new(format!("  ... {what}, {how} ..."), Tone::Faint)
}

/// When the steps were, where there is room to say it.
fn times(timeline: &Timeline, steps: &Steps, range: &Range<usize>) -> TextLine {
    let mut text = " ".repeat(steps.name + 4);
    let mut place = columns(&text);
    let start = steps.all.first().map_or(0, |step| step.time);
    let mut last = None;
    for step in steps.all.get(range.clone()).unwrap_or_default() {
        let since = last.map(|last: u64| step.time.saturating_sub(last));
        let label = match timeline.time {
            Time::Steps => tick(timeline.time, step.time, None),
            Time::Nanoseconds => tick(timeline.time, step.time - start, since),
        };
        let taken = columns(&text);
        if taken <= place
            && since != Some(0)
            && place + columns(&label) <= steps.name + 4 + steps.room
        {
            text += &" ".repeat(place - taken);
            text += &label;
            text.push(' ');
            last = Some(step.time);
        }
        place += step.wide();
    }
    TextLine::new(text.trim_end(), Tone::Faint)
}

fn row(
    timeline: &Timeline,
    steps: &Steps,
    range: &Range<usize>,
    (lane, operations): (usize, &[usize]),
) -> TextLine {
    let name = padded(&short(timeline.name(lane), steps.name), steps.name);
    let mut row = TextLine::new(format!("  {name}  "), Tone::Plain);
    let mut holds = false;
    let mut taken = 0;
    for (at, step) in steps.all.iter().enumerate().take(range.end) {
        let own = step.place.lane == lane;
        if own {
            holds = step.hold.unwrap_or(holds);
        }
        if at >= range.start {
            let goes_on = steps.is_open(at + 1, lane);
            row = cell(row, step, own, (goes_on, holds));
            taken += step.wide();
        }
    }
    let last = operations.last().map(|&operation| Spot { lane, operation });
    let end = last.and_then(|place| timeline.operation(place)).map(ending);
    let last = steps.all.iter().rposition(|step| step.place.lane == lane);
    let here = last.is_some_and(|last| range.contains(&last));
    match end.filter(|end| here && !end.is_empty()) {
        Some(end) => {
            let gap = " ".repeat((steps.room - taken.min(steps.room)).min(1));
            row.and(format!("{gap}{}", short(&end, END - 1)), Tone::Plain)
        }
        None => row,
    }
}

/// A step of this lane, or what it did while another took a step.
fn cell(
    line: TextLine,
    step: &TimelineStep,
    own: bool,
    (goes_on, holds): (bool, bool),
) -> TextLine {
    let fill = match (goes_on, holds) {
        (true, true) => "=",
        (true, false) => "─",
        _ => " ",
    };
    if !own {
        return line.and(fill.repeat(step.wide()), Tone::Faint);
    }
    let (mark, tone) = if step.proves {
        ("!", Tone::Bad)
    } else {
        ("", Tone::Plain)
    };
    let word = format!("{}{mark}", step.word);
    let rest = step.wide() - columns(&word);
    line.and(word, tone).and(fill.repeat(rest), Tone::Faint)
}

/// The chance that the run ends badly after each step.
fn chances(timeline: &Timeline, steps: &Steps, range: &Range<usize>) -> Option<TextLine> {
    let odds = odds(timeline)?;
    let mut line = TextLine::new(
        format!("  {}  ", padded("bad end", steps.name)),
        Tone::Faint,
    );
    for step in steps.all.get(range.clone()).unwrap_or_default() {
        let after = odds
            .iter()
            .take_while(|(time, _)| *time <= step.time.saturating_add(1));
        let chance = after.last().map(|(_, chance)| *chance);
        let (text, tone) = match chance {
            Some(chance) if is_certain(chance) => ("1".to_owned(), Tone::Bad),
            // Cut, not rounded: only what is certain reads 1.
            Some(chance) => {
                let cut = (chance * 100.0).floor().min(99.0);
                (format!(".{cut:02.0}"), Tone::Faint)
            }
            None => (String::new(), Tone::Faint),
        };
        let text = short(&text, step.wide());
        let rest = step.wide() - columns(&text);
        line = line.and(text, tone).and(" ".repeat(rest), Tone::Plain);
    }
    Some(line)
}

fn padded(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(columns(text))))
}
