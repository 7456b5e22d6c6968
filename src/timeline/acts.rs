//! The acts of a run in the order in which they were done, each in plain words: what every drawing is made from.

use super::choose::Choice;
use super::effects::Effects;
use super::late;
use super::marks::Marks;
use super::model::{Spot, Time, Timeline};
use super::operation::{Doing, DrawnOperation, DrawnOutcome, Sight, Span};
use super::words::{short, thousands};

/// Columns at most for what the model says in its own words.
const ROOM: usize = 40;

/// One thing that one buyer did.
#[derive(Debug, Clone)]
pub(super) struct Act {
    pub(super) place: Spot,
    /// Which of the spans of its operation it is; `None`: it was killed, or is told of alone.
    pub(super) span: Option<usize>,
    pub(super) from: u64,
    pub(super) to: u64,
    /// What it did; `None`: it was killed.
    pub(super) doing: Option<Doing>,
    /// What it did, for people; empty where the shape alone says it.
    pub(super) words: String,
    /// The numbers, from 1, of the findings that happen here.
    pub(super) findings: Vec<usize>,
    /// Whether it proves a finding.
    pub(super) proves: bool,
}

/// Which act it is, and when it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct ActPlace {
    pub(super) place: Spot,
    pub(super) span: Option<usize>,
    pub(super) ends: u64,
}

impl Act {
    /// Which it is.
    pub(super) fn named(&self) -> ActPlace {
        ActPlace {
            place: self.place,
            span: self.span,
            ends: self.to,
        }
    }
}

/// All acts that are drawn, by time.
pub(super) fn acts(
    timeline: &Timeline,
    choice: &Choice,
    marks: &Marks,
    effects: &Effects,
) -> Vec<Act> {
    let mut acts = Vec::new();
    for place in choice.places() {
        let Some(operation) = timeline.operation(place) else {
            continue;
        };
        for (at, span) in operation.spans.iter().enumerate() {
            let (from, to) = span.bounds();
            let is_before = |one: &Span| {
                matches!(one.doing, Doing::Stuck(_) | Doing::Pass) && one.bounds().1 == from
            };
            let waits_on = matches!(span.doing, Doing::Wait | Doing::WaitFor(_))
                && operation.spans.iter().any(is_before);
            acts.push(Act {
                place,
                span: Some(at),
                from,
                to,
                doing: Some(span.doing.clone()),
                // Who waits on behind a deadlock, or a turn that passed, has asked before.
                words: match (&span.doing, span.doing.held()) {
                    _ if waits_on => String::new(),
                    (doing, Some(file)) if operation.is_converted(span) => {
                        let is_shared = matches!(doing, Doing::Share(_));
                        let how = if is_shared { ", shared" } else { " alone" };
                        format!("has {}{how}", marks.lock_name(file))
                    }
                    (Doing::Point(name), _) if timeline.time == Time::Steps => {
                        let lock = operation.lock_of(span).map(|file| marks.lock_name(file));
                        let lock = lock.unwrap_or_else(|| "the lock".to_owned());
                        short(&name.replace("the lock", &lock), ROOM)
                    }
                    (doing, _) => words(timeline, marks, operation, doing),
                },
                findings: marks.at_span(operation, place, at),
                proves: marks.proves(place, span),
            });
        }
        acts.extend(given_up(timeline, place, operation));
        if let Some(at) = operation.killed {
            let unsaid = operation.spans.is_empty();
            let of_kill = marks.at_kill(place);
            acts.push(Act {
                place,
                span: None,
                from: at,
                to: match timeline.time {
                    Time::Steps => at.saturating_add(1),
                    Time::Nanoseconds => at,
                },
                doing: None,
                words: "killed".to_owned(),
                proves: !of_kill.is_empty(),
                findings: if unsaid {
                    marks.of_place(place).collect()
                } else {
                    of_kill
                },
            });
        }
    }
    acts.extend(late::act(timeline, choice, effects));
    // What lies around others comes first.
    acts.sort_by_key(|act| (act.from, act.place, std::cmp::Reverse(act.to)));
    acts
}

/// The answer of one that was waiting for a lock and did nothing more but let go of others: nothing else tells when it gave
/// up.
fn given_up(timeline: &Timeline, place: Spot, operation: &DrawnOperation) -> Option<Act> {
    let (_, end) = operation.bounds()?;
    let spans = operation.spans.iter();
    let waits = spans.clone().filter(|span| span.doing.waits());
    let (from, until) = waits.map(Span::bounds).max()?;
    let mut others = spans.filter(|span| !matches!(span.doing, Doing::Point(_)));
    let goes_on = others.any(|span| !span.doing.waits() && span.bounds().0 >= until);
    let is_timed = timeline.time == Time::Nanoseconds && operation.killed.is_none();
    let words = told(operation).filter(|_| is_timed && from < until && !goes_on)?;
    Some(Act {
        place,
        span: None,
        from: end,
        to: end,
        doing: Some(Doing::Point("answer".to_owned())),
        words,
        findings: Vec::new(),
        proves: false,
    })
}

/// What is done in a span, in plain words.
fn words(timeline: &Timeline, marks: &Marks, operation: &DrawnOperation, doing: &Doing) -> String {
    let reads = operation.span(Doing::reads).is_some();
    match doing {
        // What a buyer goes by is said where it read it.
        Doing::Query if reads || operation.looked.is_some() => {
            with("queries", left(timeline, operation.looked))
        }
        Doing::Query => with("queries", seen(timeline, operation)),
        Doing::Wait if timeline.time == Time::Steps => "waits".to_owned(),
        Doing::Wait if marks.locks.len() > 1 => "asks for a lock".to_owned(),
        Doing::Wait => "asks for the lock".to_owned(),
        Doing::WaitFor(inode) => format!("asks for {}", marks.lock_name(*inode)),
        Doing::Stuck(inode) => format!("waits for {}", marks.lock_name(*inode)),
        Doing::Hold(inode) => format!("holds {}", marks.lock_name(*inode)),
        Doing::Share(inode) => format!("holds {}, shared", marks.lock_name(*inode)),
        Doing::Read => with("reads", seen(timeline, operation)),
        Doing::ReadTorn => "reads: what made no sense".to_owned(),
        Doing::Think if timeline.time == Time::Steps => "thinks".to_owned(),
        Doing::Truncate => "empties the count".to_owned(),
        Doing::Write => with("writes", left(timeline, operation.wrote)),
        Doing::Sync => "publishes the count".to_owned(),
        Doing::Pass if operation.is_pass() => "passes: it is done".to_owned(),
        Doing::Pass => "passes: it waits".to_owned(),
        Doing::Sometime { reads, writes } => {
            let read = reads.then(|| with("reads", seen(timeline, operation)));
            let wrote = writes.then(|| with("writes", left(timeline, operation.wrote)));
            let both: Vec<String> = read.into_iter().chain(wrote).collect();
            let both = both.join(", ");
            if both.is_empty() {
                return both;
            }
            both + ", when is not said"
        }
        Doing::Think | Doing::Point(_) => String::new(),
    }
}

fn with(word: &str, what: Option<String>) -> String {
    what.map_or_else(|| word.to_owned(), |what| format!("{word}: {what}"))
}

fn seen(timeline: &Timeline, operation: &DrawnOperation) -> Option<String> {
    match &operation.read {
        Some(Sight::Version(read)) => left(timeline, Some(*read)),
        Some(Sight::OneOf(_, saw)) => Some(format!("{} left", thousands((*saw)?))),
        Some(Sight::Torn(what)) => Some(short(what, ROOM)),
        None => None,
    }
}

/// How many a version says are left.
fn left(timeline: &Timeline, version: Option<usize>) -> Option<String> {
    let left = timeline.versions.get(version?)?.left?;
    Some(format!("{} left", thousands(left)))
}

/// What an operation was told, in a word or two.
pub(super) fn told(operation: &DrawnOperation) -> Option<String> {
    Some(match operation.outcome {
        _ if operation.killed.is_some() => "killed".to_owned(),
        Some(DrawnOutcome::Sold(many)) => format!("bought {}", thousands(many)),
        Some(DrawnOutcome::NoneLeft) if operation.takes() > 1 => "told: too few left".to_owned(),
        Some(DrawnOutcome::NoneLeft) => "told: none left".to_owned(),
        Some(DrawnOutcome::Told(many)) => format!("told: {} left", thousands(many)),
        Some(DrawnOutcome::Failed) => "failed".to_owned(),
        Some(DrawnOutcome::Unknown) => "told: nobody knows".to_owned(),
        None => return None,
    })
}
