//! What a step means, in a sentence or two: what its process goes by, and what it does not see.

use super::super::model::Spot;
use super::super::operation::{Doing, DrawnOperation, DrawnOutcome, Sight};
use super::event::{Happening, StepEvent};
use super::lock_reasons::{converted, freed, taken, waits};
use super::situation::{Pending, Situation};

/// What an event means, given what was before it. `before`: the step before has this.
pub(super) fn reason(before: &Situation<'_>, event: &StepEvent) -> String {
    let Some(operation) = before.timeline().operation(event.place) else {
        return String::new();
    };
    match &event.what {
        Happening::Takes(_) => taken(before, false),
        Happening::Shares(_) => taken(before, true),
        Happening::Converts(file, shared) => converted(before, event, (*file, *shared)),
        Happening::Frees(..) => freed(before, event, operation),
        Happening::Dies => died(before, event),
        Happening::Answers => answered(before, event.place, operation),
        Happening::Does(doing) => match doing {
            Doing::Query if operation.span(Doing::reads).is_some() => {
                "It only looks. What it buys by, it reads later.".to_owned()
            }
            _ if doing.reads() || *doing == Doing::Query => read(before, event, operation),
            _ if doing.writes() => wrote(before, event, operation),
            Doing::Truncate => truncated(before, event.place.lane),
            Doing::Sync => "The count in the file catches up with the ledger.".to_owned(),
            Doing::Wait | Doing::WaitFor(_) | Doing::Stuck(_) => waits(before, event, operation),
            Doing::Point(words) if words.starts_with("takes") => {
                let shared = operation.span(|doing| matches!(doing, Doing::Share(_)));
                taken(before, shared.is_some())
            }
            Doing::Point(words) if words.starts_with("frees") => freed(before, event, operation),
            Doing::Point(words) if words.contains("lease") => {
                "Somebody else may take the lock, and this process does not know.".to_owned()
            }
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
    } else if before.holds(lane).is_some() {
        words += " The lock that it held is given up with it.";
    }
    words
}

fn answered(before: &Situation<'_>, place: Spot, operation: &DrawnOperation) -> String {
    match operation.outcome {
        Some(DrawnOutcome::Sold(_)) => match before.scene.overwriter(place) {
            Some(by) => format!(
                "It holds a ticket, and the count does not show its sale: that is overwritten by {}.",
                before.name(by.lane)
            ),
            None => "Its sale is written, and it has its ticket.".to_owned(),
        },
        _ => String::new(),
    }
}

fn truncated(before: &Situation<'_>, lane: usize) -> String {
    let name = before.name(lane);
    format!(
        "The file is empty now, until {name} has filled it. Whoever reads it meanwhile finds nothing."
    )
}

fn read(before: &Situation<'_>, event: &StepEvent, operation: &DrawnOperation) -> String {
    let lane = event.place.lane;
    let version = match &operation.read {
        Some(Sight::Version(version)) => *version,
        Some(Sight::Torn(_)) => {
            return match before.cut {
                Some(cut) if cut != lane => format!(
                    "The file was empty at that moment: {} has cut it to nothing and not filled it yet.",
                    before.name(cut)
                ),
                _ => "What it read is no count that anybody wrote.".to_owned(),
            };
        }
        _ => return String::new(),
    };
    if matches!(event.what, Happening::Does(Doing::Query)) {
        return "It only asks, and buys nothing by it.".to_owned();
    }
    let left = before
        .timeline()
        .versions
        .get(version)
        .and_then(|one| one.left);
    if left == Some(0) || operation.outcome == Some(DrawnOutcome::NoneLeft) {
        return "That is not enough: it buys nothing.".to_owned();
    }
    let others = before.go_by(version, lane);
    let known = before.left(version).unwrap_or_default();
    if version != before.latest && before.latest > version {
        return format!(
            "That is old: the count says {} by then.",
            before.version(before.latest)
        );
    }
    let who = before.names(&others);
    match (others.len(), before.holds(lane)) {
        (0, Some(true)) => format!(
            "It goes by {known}, and holds the lock shared: whoever shares it may read the same before it has written."
        ),
        (0, Some(false)) => format!(
            "It goes by {known}, and holds the lock: whoever asks for the lock waits until it has written."
        ),
        (0, None) => format!(
            "It goes by {known}. Nothing keeps another process from reading the same before it has written."
        ),
        (1, Some(_)) => format!(
            "It holds a lock, and yet {who} has read the same and has not written yet: both go by {known}, and each will write one less."
        ),
        (1, None) => format!(
            "{who} has read the same and has not written yet: both go by {known}, and each will write one less."
        ),
        (_, _) => format!(
            "{who} have read the same and have not written yet: each of them goes by {known}, and will write one less."
        ),
    }
}

fn wrote(before: &Situation<'_>, event: &StepEvent, operation: &DrawnOperation) -> String {
    let lane = event.place.lane;
    let Some(wrote) = operation.wrote.and_then(|wrote| before.left(wrote)) else {
        return String::new();
    };
    let Some(Pending { version, step }) = before.pending(lane) else {
        return String::new();
    };
    let known = before.version(version);
    // What it read is before what it has just written: anything between was written by others.
    if version == before.latest {
        return format!("It read {known} and nobody has written since: it makes that {wrote}.");
    }
    let lost = match event.over {
        Some(over) => format!(
            " The sale of {} is gone from the count, and its buyer keeps the ticket.",
            before.name(over)
        ),
        None => String::new(),
    };
    let versions = &before.timeline().versions;
    let by = versions.get(before.latest).and_then(|one| one.writer);
    let by = by.map_or_else(|| "somebody".to_owned(), |spot| before.name(spot.lane));
    let others = match before.latest.checked_sub(version) {
        Some(1) => format!("{by} has written"),
        _ => format!("others have written, {by} the last of them"),
    };
    format!(
        "It read {known} at step {step}, and goes by that. Since then {others}, and the count says {}. It does not look again: it \
         writes {wrote}.{lost}",
        before.version(before.latest)
    )
}
