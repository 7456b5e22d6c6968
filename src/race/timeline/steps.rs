//! The lanes in a terminal: rows, with the steps of all buyers from left to right in the order in
//! which they were taken.

use std::ops::Range;

use super::choose::Choice;
use super::marks::{Marks, words};
use super::text::{COLUMNS, Line, Tone, last_ending};
use super::words::{columns, short};
use super::{Doing, Place, Time, Timeline};

/// Columns for a name, and for how it ended.
const NAME: usize = 11;
const END: usize = 11;
/// Columns for the steps.
const ROOM: usize = COLUMNS - NAME - END - 2;

/// One step of one buyer.
#[derive(Debug)]
pub(super) struct Step {
    time: u64,
    place: Place,
    word: String,
    brief: String,
    /// Whether it begins a hold, or ends one.
    hold: Option<bool>,
    /// What was left out before it.
    fold: Option<usize>,
}

/// All steps that are drawn.
#[derive(Debug, Default)]
pub(super) struct Steps {
    all: Vec<Step>,
    /// How wide a step is.
    cell: usize,
    /// Whether steps are whole words.
    long: bool,
    /// What the short words mean.
    pub(super) legend: Vec<&'static str>,
}

impl Steps {
    pub(super) fn of(timeline: &Timeline, choice: &Choice, marks: &Marks) -> Self {
        let mut all = Vec::new();
        for place in choice.places() {
            of_operation(&mut all, timeline, marks, place);
        }
        all.sort_by_key(|step| (step.time, step.place));
        let mut stretch = 0;
        let mut gap = choice.folds.first().is_some_and(|f| f.operations > 0);
        for step in &mut all {
            while choice
                .stretches
                .get(stretch)
                .is_some_and(|s| s.1 < step.time)
            {
                stretch += 1;
                gap = true;
            }
            let folded = choice.folds.get(stretch).is_some_and(|f| f.operations > 0);
            step.fold = (gap && folded).then_some(stretch);
            gap = false;
        }
        let widest = |of: fn(&Step) -> &str| all.iter().map(|s| columns(of(s))).max().unwrap_or(1);
        let named = 2;
        let (word, brief) = (widest(|s| &s.word) + named, widest(|s| &s.brief) + named);
        let long = all.len() * word <= ROOM;
        let legend = if long { Vec::new() } else { legend(&all) };
        let cell = if long { word } else { brief.min(ROOM) };
        Self {
            all,
            cell,
            long,
            legend,
        }
    }

    /// The steps that stand side by side: as many as there is room for, and none across what was
    /// left out.
    pub(super) fn blocks(&self) -> Vec<Range<usize>> {
        let most = (ROOM / self.cell.max(1)).max(1);
        let mut blocks: Vec<Range<usize>> = Vec::new();
        for (at, step) in self.all.iter().enumerate() {
            match blocks.last_mut() {
                Some(block) if block.len() < most && step.fold.is_none() => block.end = at + 1,
                _ => blocks.push(at..at + 1),
            }
        }
        blocks
    }
}

fn of_operation(all: &mut Vec<Step>, timeline: &Timeline, marks: &Marks, place: Place) {
    let Some(operation) = timeline.operation(place) else {
        return;
    };
    let mut push = |time, (word, brief): (String, String), hold| {
        all.push(Step {
            time,
            place,
            word,
            brief,
            hold,
            fold: None,
        });
    };
    for span in &operation.spans {
        let (from, to) = span.bounds();
        if span.doing == Doing::Think && timeline.time == Time::Nanoseconds {
            continue;
        }
        let hold = matches!(span.doing, Doing::Hold(_)).then_some(true);
        push(from, words(timeline, marks, operation, &span.doing), hold);
        if let Doing::Hold(inode) = span.doing {
            let letter = marks.letter(inode);
            let last = operation.killed.is_some_and(|killed| killed <= to);
            if !last {
                push(
                    to,
                    (format!("free {letter}"), format!("-{letter}")),
                    Some(false),
                );
            }
        }
    }
    if let Some(killed) = operation.killed {
        push(killed, ("killed".to_owned(), "X".to_owned()), Some(false));
    }
}

/// What the short words mean: only those that occur.
fn legend(all: &[Step]) -> Vec<&'static str> {
    let meanings = [
        ("q", "query", "q: query"),
        ("..", "wait", "..: waits"),
        ("+", "lock", "+A =-A: takes, holds, frees lock A"),
        ("r", "read", "r1: reads version 1"),
        ("tr", "trunc", "tr: truncates"),
        ("w", "write", "w2: writes version 2"),
        ("s", "sync", "s: sync"),
        ("X", "killed", "X: killed"),
    ];
    let occurs = |brief: &str, word: &str| {
        all.iter()
            .any(|step| step.brief.starts_with(brief) && step.word.starts_with(word))
    };
    let mut legend: Vec<&str> = meanings
        .into_iter()
        .filter(|(brief, word, _)| occurs(brief, word))
        .map(|(.., meaning)| meaning)
        .collect();
    legend.push("!: named by a finding");
    legend
}

/// The lanes over a range of steps.
pub(super) fn block(
    timeline: &Timeline,
    choice: &Choice,
    marks: &Marks,
    steps: &Steps,
    range: &Range<usize>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    let shown = steps.all.get(range.clone()).unwrap_or_default();
    let fold = shown.first().and_then(|step| step.fold);
    if let Some(fold) = fold.and_then(|fold| choice.folds.get(fold)) {
        let (what, how) = fold.words();
        lines.push(Line::new(format!("  ... {what}, {how} ..."), Tone::Faint));
        lines.push(Line::default());
    }
    for (&lane, operations) in &choice.lanes {
        lines.push(row(timeline, marks, steps, range, (lane, operations)));
    }
    if range.end == steps.all.len() {
        if let Some(fold) = choice
            .folds
            .last()
            .filter(|f| f.operations > 0 && choice.folds.len() > 1)
        {
            let (what, how) = fold.words();
            lines.push(Line::default());
            lines.push(Line::new(format!("  ... {what}, {how} ..."), Tone::Faint));
        }
    }
    lines
}

fn row(
    timeline: &Timeline,
    marks: &Marks,
    steps: &Steps,
    range: &Range<usize>,
    (lane, operations): (usize, &[usize]),
) -> Line {
    let name = short(timeline.name(lane), NAME - 2);
    let pad = NAME - columns(&name).min(NAME);
    let mut line = Line::new(
        format!("  {name}{}", " ".repeat(pad.saturating_sub(1))),
        Tone::Plain,
    );
    let mut holds = false;
    for (at, step) in steps.all.iter().enumerate().take(range.end) {
        let own = step.place.lane == lane;
        let inside = own || open(steps, at, lane);
        if own {
            holds = step.hold.unwrap_or(holds);
        }
        if at < range.start {
            continue;
        }
        let fill = match (inside, holds) {
            (true, true) => "=",
            (true, false) => "─",
            _ => " ",
        };
        let (text, tone) = if own {
            let word = if steps.long { &step.word } else { &step.brief };
            let named = marks.names(step.place) && proves(step);
            let word = short(word, steps.cell.saturating_sub(1));
            (
                format!("{word}{}", if named { "!" } else { "" }),
                if named { Tone::Bad } else { Tone::Plain },
            )
        } else {
            (String::new(), Tone::Plain)
        };
        let goes_on = inside && (!own || open(steps, at + 1, lane));
        let fill = if goes_on { fill } else { " " };
        let rest = steps.cell.saturating_sub(columns(&text));
        line = line.and(text, tone).and(fill.repeat(rest), Tone::Faint);
    }
    let used = range.len() * steps.cell;
    let end = if range.end == steps.all.len() {
        last_ending(timeline, lane, operations)
    } else {
        String::new()
    };
    let end = short(&end, END);
    let gap = ROOM.saturating_sub(used).min(1) + 1;
    if end.is_empty() {
        line
    } else {
        line.and(format!("{}{end}", " ".repeat(gap)), Tone::Plain)
    }
}

/// Whether a step may be what a finding is about.
fn proves(step: &Step) -> bool {
    ["read", "write", "query", "trunc", "lock"]
        .iter()
        .any(|word| step.word.starts_with(word))
}

/// Whether a lane is within an operation before a step.
fn open(steps: &Steps, at: usize, lane: usize) -> bool {
    let before = steps
        .all
        .iter()
        .take(at)
        .rev()
        .find(|step| step.place.lane == lane);
    let after = steps
        .all
        .iter()
        .skip(at)
        .find(|step| step.place.lane == lane);
    match (before, after) {
        (Some(before), Some(after)) => before.place == after.place,
        _ => false,
    }
}
