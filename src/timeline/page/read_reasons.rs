//! What it means that a process reads: by what it goes, and who else goes by the same.

use super::super::operation::{Doing, DrawnOperation, DrawnOutcome, Sight};
use super::super::words::thousands;
use super::event::{Happening, StepEvent};
use super::lock_reasons::goes_by;
use super::situation::Situation;

/// Of so many writers at most it is said how many less each writes, where that differs.
const EACH: usize = 3;

/// That a process reads the count.
pub(super) fn read(
    before: &Situation<'_>,
    event: &StepEvent,
    operation: &DrawnOperation,
) -> String {
    let lane = event.place.lane;
    let version = match &operation.read {
        Some(Sight::Version(version)) => *version,
        Some(Sight::Torn(_)) => return torn(before, lane),
        _ => return String::new(),
    };
    if matches!(event.what, Happening::Does(Doing::Query)) {
        return before.looks(false);
    }
    let less = less(operation, event);
    let left = before.timeline().versions.get(version);
    let left = left.and_then(|one| one.left);
    let is_refused = left == Some(0) || operation.outcome == Some(DrawnOutcome::NoneLeft);
    if is_refused && less.is_none() {
        return "That is not enough: it buys nothing.".to_owned();
    }
    let others = before.go_by(version, lane);
    let known = before.says(version);
    if version != before.latest && before.latest > version {
        return format!("That is old: {} by then.", before.says_now());
    }
    let first = if less.is_some() {
        " before it has written"
    } else {
        ""
    };
    match (others.len(), before.holds(lane)) {
        (0, Some(true)) => format!(
            "It goes by {known}, and holds the lock shared: whoever shares it may read the same{first}."
        ),
        (0, Some(false)) => goes_by(before, lane, &known, less.is_some()),
        (0, None) => {
            format!(
                "It goes by {known}. Nothing keeps another process from reading the same{first}."
            )
        }
        (_, held) => {
            let words = go_by_one(before, (lane, less), &others, &known);
            match held {
                Some(_) => format!("It holds a lock, and yet {words}"),
                None => words,
            }
        }
    }
}

/// How many less an operation writes by what it reads in an event; `None`: it writes nothing by that, in all that is known of
/// the run.
pub(super) fn less(operation: &DrawnOperation, event: &StepEvent) -> Option<u64> {
    let writes = operation.wrote.is_some() || operation.cut_at().is_some();
    // Who was refused reads anew, and writes by that.
    let mut spans = operation.spans.iter().enumerate();
    let is_read_anew = spans.any(|(at, span)| {
        Some(at) != event.span && span.doing.reads() && span.bounds().0 >= event.at
    });
    (writes && !is_read_anew).then(|| operation.takes())
}

fn torn(before: &Situation<'_>, lane: usize) -> String {
    match before.cut {
        Some(cut) if cut != lane && before.is_killed(cut) => format!(
            "The file was empty at that moment: {} had cut it to nothing, and was killed before it filled it.",
            before.name(cut)
        ),
        Some(cut) if cut != lane => format!(
            "The file was empty at that moment: {} has cut it to nothing and not filled it yet.",
            before.name(cut)
        ),
        _ => "What it read is no count that anybody wrote.".to_owned(),
    }
}

/// That several go by one version, and what those of them write who do. `own`: how many less the one writes who reads it now.
fn go_by_one(
    before: &Situation<'_>,
    (lane, own): (usize, Option<u64>),
    others: &[usize],
    known: &str,
) -> String {
    let who = before.names(others);
    let have = if others.len() == 1 { "has" } else { "have" };
    let same = format!("{who} {have} read the same");
    let writers = others
        .iter()
        .filter_map(|other| Some((*other, before.pending(*other)?.less?)));
    let writers: Vec<(usize, u64)> = writers.chain(own.map(|less| (lane, less))).collect();
    let Some(&(first, less)) = writers.first() else {
        return format!("{same}.");
    };
    let are_alike = writers.iter().all(|(_, other)| *other == less);
    let less = fewer(less);
    if writers.len() > others.len() {
        let open = format!("{same} and {have} not written yet");
        return match (others.len(), are_alike) {
            (1, true) => format!("{open}: both go by {known}, and each will write {less}."),
            (1, false) => format!("{open}: both go by {known}; {}.", each(before, &writers)),
            (_, true) => format!("{open}: each of them goes by {known}, and will write {less}."),
            (_, false) => {
                format!(
                    "{open}: each of them goes by {known}; {}.",
                    each(before, &writers)
                )
            }
        };
    }
    let lanes: Vec<usize> = writers.iter().map(|(lane, _)| *lane).collect();
    match (lanes.len(), are_alike) {
        (1, _) => format!(
            "{same}. {} goes by {known}, and will write {less}.",
            before.name(first)
        ),
        (_, true) => format!(
            "{same}. {} go by {known}, and each will write {less}.",
            before.names(&lanes)
        ),
        (_, false) => format!(
            "{same}. {} go by {known}; {}.",
            before.names(&lanes),
            each(before, &writers)
        ),
    }
}

/// How many less each of some writes.
fn each(before: &Situation<'_>, writers: &[(usize, u64)]) -> String {
    if writers.len() > EACH {
        return "each will write as many less as it buys".to_owned();
    }
    let told = writers.iter().enumerate().map(|(at, (lane, less))| {
        let will = if at == 0 { " will write" } else { "" };
        format!("{}{will} {}", before.name(*lane), fewer(*less))
    });
    let told: Vec<String> = told.collect();
    match told.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => told.concat(),
    }
}

/// So many less, in words.
fn fewer(less: u64) -> String {
    match less {
        1 => "one less".to_owned(),
        many => format!("{} less", thousands(many)),
    }
}
