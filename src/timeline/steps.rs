//! The steps of all buyers in the order in which they were taken, for a terminal.

use std::ops::Range;

use super::choose::Choice;
use super::marks::{Marks, words};
use super::model::{Spot, Time, Timeline};
use super::operation::{Doing, DrawnOperation, Span};
use super::text_line::COLUMNS;
use super::words::{columns, short};

/// Columns at most for a name, and for how its last operation ended.
const NAME: usize = 18;
pub(super) const END: usize = 12;

/// One step of one buyer.
#[derive(Debug)]
pub(super) struct TimelineStep {
    pub(super) time: u64,
    pub(super) place: Spot,
    pub(super) word: String,
    brief: String,
    /// Whether it proves a finding.
    pub(super) proves: bool,
    /// Whether it begins a hold, or ends one.
    pub(super) hold: Option<bool>,
    /// Whether the sale can be understood without it.
    minor: bool,
    /// What was left out before it.
    pub(super) fold: Option<usize>,
}

impl TimelineStep {
    /// How many columns it takes, with its mark and what parts it from the next.
    pub(super) fn wide(&self) -> usize {
        columns(&self.word) + usize::from(self.proves) + 1
    }
}

/// All steps that are drawn.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) all: Vec<TimelineStep>,
    /// How wide the names are.
    pub(super) name: usize,
    /// How wide the steps are, all together.
    pub(super) room: usize,
    /// What the short words mean.
    pub(super) legend: Vec<&'static str>,
}

impl Steps {
    pub(super) fn of(timeline: &Timeline, choice: &Choice, marks: &Marks) -> Self {
        let mut all = Vec::new();
        for place in choice.places() {
            of_operation(&mut all, timeline, marks, place);
        }
        // What is freed in a step is freed at its end.
        all.sort_by_key(|step| (step.time, step.place, step.hold == Some(false)));
        let names = choice
            .lanes
            .keys()
            .map(|lane| columns(&short(timeline.name(*lane), NAME)));
        let name = names
            .max()
            .unwrap_or(0)
            .max(if timeline.odds.is_some() { 8 } else { 4 });
        let room = COLUMNS - name - END - 4;
        let mut steps = Self {
            all,
            name,
            room,
            legend: Vec::new(),
        };
        if !steps.fit() {
            steps.abridge();
        }
        steps.find_folds(choice);
        steps
    }

    fn fit(&self) -> bool {
        self.all.iter().map(TimelineStep::wide).sum::<usize>() <= self.room
    }

    /// With letters instead of words; without the minor steps, if that is still too wide.
    fn abridge(&mut self) {
        for step in &mut self.all {
            step.word.clone_from(&step.brief);
        }
        if !self.fit() && self.all.iter().any(|step| !step.minor) {
            self.all.retain(|step| !step.minor);
        }
        self.legend = legend(&self.all);
    }

    /// Where something was left out, the next step says so.
    fn find_folds(&mut self, choice: &Choice) {
        let mut stretch = 0;
        let mut new = true;
        for step in &mut self.all {
            while choice
                .stretches
                .get(stretch)
                .is_some_and(|s| s.1 < step.time)
            {
                stretch += 1;
                new = true;
            }
            let folded = choice.folds.get(stretch).is_some_and(|f| f.operations > 0);
            step.fold = (new && folded).then_some(stretch);
            new = false;
        }
    }

    /// The steps that stand side by side: as many as there is room for, and none across what was
    /// left out.
    pub(super) fn blocks(&self) -> Vec<Range<usize>> {
        let mut blocks: Vec<Range<usize>> = Vec::new();
        let mut taken = 0;
        for (at, step) in self.all.iter().enumerate() {
            taken += step.wide();
            match blocks.last_mut() {
                Some(block) if taken <= self.room && step.fold.is_none() => block.end = at + 1,
                _ => {
                    blocks.push(at..at + 1);
                    taken = step.wide();
                }
            }
        }
        blocks
    }

    /// Whether a lane is within an operation between a step and the one before it.
    pub(super) fn is_open(&self, at: usize, lane: usize) -> bool {
        let own = |step: &&TimelineStep| step.place.lane == lane;
        let before = self.all.iter().take(at).rev().find(own);
        let after = self.all.iter().skip(at).find(own);
        match (before, after) {
            (Some(before), Some(after)) => before.place == after.place,
            _ => false,
        }
    }
}

fn of_operation(all: &mut Vec<TimelineStep>, timeline: &Timeline, marks: &Marks, place: Spot) {
    let Some(operation) = timeline.operation(place) else {
        return;
    };
    for span in &operation.spans {
        if span.doing != Doing::Think || timeline.time == Time::Steps {
            of_span(all, timeline, marks, (place, operation), span);
        }
    }
    if let Some(time) = operation.killed {
        all.push(TimelineStep {
            time,
            place,
            word: "killed".to_owned(),
            brief: "X".to_owned(),
            proves: false,
            hold: Some(false),
            minor: false,
            fold: None,
        });
    }
}

fn of_span(
    all: &mut Vec<TimelineStep>,
    timeline: &Timeline,
    marks: &Marks,
    (place, operation): (Spot, &DrawnOperation),
    span: &Span,
) {
    let (time, to) = span.bounds();
    let (word, brief) = words(timeline, marks, operation, &span.doing);
    let reads = operation
        .span(|doing| matches!(doing, Doing::Read))
        .is_some();
    all.push(TimelineStep {
        time,
        place,
        word,
        brief,
        proves: marks.proves(place, &span.doing),
        hold: matches!(span.doing, Doing::Hold(_)).then_some(true),
        minor: match &span.doing {
            Doing::Query => reads,
            Doing::Wait | Doing::Think | Doing::Sync | Doing::Point(_) => true,
            _ => false,
        },
        fold: None,
    });
    // A buyer that is killed frees its lock by that.
    let killed = operation.killed.is_some_and(|killed| killed <= to);
    if let (Doing::Hold(inode), false) = (&span.doing, killed) {
        let letter = marks.letter(*inode);
        let last = match timeline.time {
            Time::Steps => to.saturating_sub(1).max(time),
            Time::Nanoseconds => to,
        };
        all.push(TimelineStep {
            time: last,
            place,
            word: format!("free {letter}"),
            brief: format!("-{letter}"),
            proves: false,
            hold: Some(false),
            minor: false,
            fold: None,
        });
    }
}

/// What the short words mean: only those that occur.
fn legend(all: &[TimelineStep]) -> Vec<&'static str> {
    let meanings = [
        ("q", "q query"),
        ("..", ".. waits for the lock"),
        ("+", "+A == -A takes, holds and frees lock A"),
        ("r", "r1 reads version 1"),
        ("t", "t thinks"),
        ("tr", "tr truncates"),
        ("w", "w2 writes version 2"),
        ("s", "s sync"),
        ("X", "X killed"),
    ];
    let occurs = |brief: &str| {
        let own = |step: &&TimelineStep| !step.minor || matches!(brief, "q" | ".." | "s" | "t");
        all.iter().filter(own).any(|step| {
            let tail = step.brief.strip_prefix(brief);
            tail.is_some_and(|tail| !tail.starts_with(|c: char| c.is_ascii_lowercase()))
        })
    };
    let occurring = meanings.into_iter().filter(|(brief, _)| occurs(brief));
    let mut legend: Vec<&str> = occurring.map(|(_, meaning)| meaning).collect();
    if all.iter().any(|step| step.proves) {
        legend.push("! what a finding is about");
    }
    legend
}
