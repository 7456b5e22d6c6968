//! What a step means, in a sentence or two: what its process goes by, and what it does not see.

use super::super::model::Time;
use super::super::operation::{Doing, DrawnOperation, DrawnOutcome};
use super::event::{Happening, StepEvent};
use super::lock_reasons::{converted, ended, freed, given_up, taken, waits};
use super::read_reasons::read;
use super::situation::Situation;
use super::write_reasons::{oversells, sells, wrote};

/// What an event means, given what was before it. `before`: the step before has this.
pub(super) fn reason(before: &Situation<'_>, event: &StepEvent) -> String {
    let Some(operation) = before.timeline().operation(event.place) else {
        return String::new();
    };
    let words = meaning(before, event, operation);
    let Happening::Does(doing) = &event.what else {
        return words;
    };
    if doing.reads() || doing.writes() {
        return words + &given_up(before, event, operation);
    }
    words
}

fn meaning(before: &Situation<'_>, event: &StepEvent, operation: &DrawnOperation) -> String {
    match &event.what {
        Happening::Takes(file) => taken(before, event, Some(*file), false),
        Happening::Shares(file) => taken(before, event, Some(*file), true),
        Happening::Converts(file, shared) => converted(before, event, (*file, *shared)),
        Happening::Frees(..) => freed(before, event, operation),
        Happening::Ends(..) => ended(before, event),
        Happening::Publishes(_) => before.published_late(),
        Happening::Dies => died(before, event),
        Happening::Answers => answered(before, event, operation),
        Happening::Does(doing) => match doing {
            Doing::Query
                if operation.looked.is_some() || operation.span(Doing::reads).is_some() =>
            {
                before.looks(operation.span(Doing::reads).is_some())
            }
            _ if doing.reads() => {
                let ahead = before.ahead_words();
                format!("{ahead} {}", read(before, event, operation))
                    .trim_start()
                    .to_owned()
            }
            Doing::Query => read(before, event, operation),
            _ if doing.writes() => wrote(before, event, operation),
            Doing::Truncate => truncated(before, event, operation),
            Doing::Sync => published(before, operation),
            Doing::Pass => passed(before, event.place.lane, operation),
            Doing::Wait | Doing::WaitFor(_) | Doing::Stuck(_) => waits(before, event, operation),
            Doing::Point(words) if words.starts_with("takes") => {
                let shared = operation.span(|doing| matches!(doing, Doing::Share(_)));
                let step = event.span.and_then(|at| operation.spans.get(at));
                let file = step.and_then(|step| operation.lock_of(step));
                taken(before, event, file, shared.is_some())
            }
            Doing::Point(words) if words.starts_with("frees") => freed(before, event, operation),
            Doing::Point(words) if words.contains("lease") => ended(before, event),
            Doing::Point(words) if words.contains("refused") => {
                "What it goes by has changed meanwhile: it has to decide again.".to_owned()
            }
            _ => String::new(),
        },
    }
}

fn died(before: &Situation<'_>, event: &StepEvent) -> String {
    let lane = event.place.lane;
    let mut words = "It does nothing more.".to_owned();
    if before.cut == Some(lane) {
        words += " The count that it has emptied stays empty.";
    }
    // In a schedule what frees its lock comes before this, at the same moment.
    let timeline = before.timeline();
    let operation = timeline.operation(event.place);
    let operation = operation.filter(|_| timeline.time == Time::Steps);
    let ends_now = |one: &DrawnOperation, is_like: fn(&Doing) -> bool| {
        let mut spans = one.spans.iter();
        spans.any(|span| one.killed == Some(span.to) && is_like(&span.doing))
    };
    let held = |doing: &Doing| matches!(doing, Doing::Hold(_) | Doing::Share(_));
    let freed = |doing: &Doing| matches!(doing, Doing::Point(name) if name.starts_with("frees"));
    if operation.is_some_and(|one| ends_now(one, held) && !ends_now(one, freed)) {
        words += " The system frees the lock that it held.";
    } else if before.cut != Some(lane) && before.holds(lane).is_some() {
        words += " The lock that it held is given up with it.";
    }
    words
}

/// That the count is published, which says then what the ledger has said since the write.
fn published(before: &Situation<'_>, operation: &DrawnOperation) -> String {
    let wrote = operation.wrote.filter(|wrote| *wrote > before.told);
    match wrote.and_then(|_| before.left(before.latest)) {
        Some(left) => format!(
            "Its sale was on the ledger already, since it wrote it. Only now the count in the file says so, too: {left}."
        ),
        None => "The count in the file says by now what the ledger says.".to_owned(),
    }
}

/// That a turn passes.
fn passed(before: &Situation<'_>, lane: usize, operation: &DrawnOperation) -> String {
    if operation.is_pass() {
        return "In this order of turns it is its turn, and it has nothing more to do.".to_owned();
    }
    let others = before.others(lane, None).into_iter();
    let others: Vec<usize> = others.map(|(lane, _)| lane).collect();
    let holds = if others.len() == 1 { "holds" } else { "hold" };
    match others.len() {
        0 => "In this order of turns it is its turn, but it cannot go on yet.".to_owned(),
        _ => format!(
            "In this order of turns it is its turn, but {} {holds} the lock: it cannot go on, and does nothing.",
            before.names(&others)
        ),
    }
}

fn answered(before: &Situation<'_>, event: &StepEvent, operation: &DrawnOperation) -> String {
    match operation.outcome {
        Some(DrawnOutcome::Sold(_)) if operation.wrote.is_none() => format!(
            "It has its ticket; which version its sale made is not known.{}",
            oversells(before, event, None, None)
        ),
        Some(DrawnOutcome::Sold(_)) => match before.overwriter(event.place) {
            Some(by) => format!(
                "It holds a ticket, and its sale is overwritten by {}.",
                before.name(by.lane)
            ),
            None => "Its sale is written, and it has its ticket.".to_owned(),
        },
        _ => String::new(),
    }
}

fn truncated(before: &Situation<'_>, event: &StepEvent, operation: &DrawnOperation) -> String {
    let name = before.name(event.place.lane);
    let line = if before.sales.writes_line_at(event.at, event.place) {
        " Its sale is on the ledger with that."
    } else {
        ""
    };
    // Who empties it and is not known to sell by that says so when it fills it.
    let is_sold = !line.is_empty() || operation.wrote.is_none();
    let sells = if is_sold {
        sells(before, event, operation)
    } else {
        String::new()
    };
    format!(
        "The file is empty now, until {name} has filled it. Whoever reads it meanwhile finds nothing.{line}{sells}"
    )
}
