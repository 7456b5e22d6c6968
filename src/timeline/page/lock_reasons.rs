//! What it means that a lock is asked for, got, or given up, in a sentence or two.

use super::super::model::Time;
use super::super::operation::{DrawnOperation, Span};
use super::event::StepEvent;
use super::lock_wish::LockWish;
use super::situation::Situation;

/// That a lock is got.
pub(super) fn taken(
    before: &Situation<'_>,
    event: &StepEvent,
    file: Option<u64>,
    shared: bool,
) -> String {
    let words = match shared {
        true if before.is_kept_by_none() => {
            "A shared lock keeps out only who wants it alone. Nobody here does: everybody who asks for it gets it."
        }
        true => {
            "Others may take it shared, too. Whoever wants it alone has to wait until all of them have given it up."
        }
        false => return taken_alone(before, event, file),
    };
    words.to_owned()
}

/// Whether a lock is held by a lease, which may end before it is given up.
fn or_lease(before: &Situation<'_>, file: Option<u64>) -> &'static str {
    let leased = &before.timeline().locks.leased;
    match file {
        Some(file) if leased.contains(&file) => ", or until its lease ends",
        _ => "",
    }
}

fn taken_alone(before: &Situation<'_>, event: &StepEvent, file: Option<u64>) -> String {
    let locks = &before.scene.marks;
    let lease = or_lease(before, file);
    let words = match file {
        Some(file) if before.is_got_nameless(event) => format!(
            "The file of {lock} is not the one of its name any more: another has taken its place since it was opened, or it was \
             removed. Whoever opens the file by its name from here on gets another lock, and does not wait for {lock}.",
            lock = locks.lock_name(file)
        ),
        Some(file) if before.is_nameless(file) => format!(
            "The file of {lock} has no name any more: the count was replaced since it was opened. Whoever opens the count from here on \
             gets another file with another lock, and does not wait for {lock}.",
            lock = locks.lock_name(file)
        ),
        Some(file) if locks.locks.len() > 1 => format!(
            "Whoever asks for {} from here on has to wait until it is given up{lease}.",
            locks.lock_name(file)
        ),
        _ => format!("Whoever asks for it from here on has to wait until it is given up{lease}."),
    };
    format!("{words} {}", before.ahead_words())
        .trim_end()
        .to_owned()
}

/// That a lock is given up with a step that does something else; empty where none is.
pub(super) fn given_up(
    before: &Situation<'_>,
    event: &StepEvent,
    operation: &DrawnOperation,
) -> String {
    let is_step = before.timeline().time == Time::Steps && operation.outcome.is_some();
    let mut holds = operation.spans.iter().filter(|_| is_step);
    let held = holds.find(|span| span.doing.held().is_some() && span.bounds().1 == event.at);
    let held = held.and_then(|span| span.doing.held());
    held.map_or_else(String::new, |file| {
        format!(
            " It gives {} up with that.",
            before.scene.marks.lock_name(file)
        )
    })
}

/// That who holds a lock goes by what it has read; `writes`: whether it writes by that.
pub(super) fn goes_by(before: &Situation<'_>, lane: usize, known: &str, writes: bool) -> String {
    let file = before.held_by(lane);
    let lock = file.map_or_else(
        || "the lock".to_owned(),
        |file| before.scene.marks.lock_name(file),
    );
    if file.is_some_and(|file| before.is_nameless(file)) {
        let opened = match before.timeline().time {
            Time::Steps => "the count",
            Time::Nanoseconds => "the file by its name",
        };
        let until = if writes { " until it has written" } else { "" };
        return format!(
            "It goes by {known}, and holds {lock}, of a file that has no name any more: whoever opens {opened} gets another lock, and \
             does not wait{until}."
        );
    }
    let until = if writes {
        "it has written"
    } else {
        "that is given up"
    };
    format!(
        "It goes by {known}, and holds {lock}: whoever asks for {lock} waits until {until}{}.",
        or_lease(before, file)
    )
}

/// That a write leaves the file without a name whose lock its writer holds; empty where it does not.
pub(super) fn replaced(before: &Situation<'_>, lane: usize) -> String {
    let is_one_of_several =
        before.timeline().time == Time::Steps && before.scene.marks.locks.len() > 1;
    let held = before
        .held_by(lane)
        .filter(|file| is_one_of_several && !before.is_nameless(*file));
    held.map_or_else(String::new, |file| {
        format!(
            " The count is another file from here on: {} is that of the old one, which has no name any more.",
            before.scene.marks.lock_name(file)
        )
    })
}

/// That a lock is held in the other mode from here on.
pub(super) fn converted(
    before: &Situation<'_>,
    event: &StepEvent,
    (file, shared): (u64, bool),
) -> String {
    if shared {
        return "It held it alone until now: others may take it shared from here on.".to_owned();
    }
    let others = before.others(event.place.lane, Some(file)).into_iter();
    // Who converts its own lock meanwhile may not have it: flock gives it up first.
    let others = others.filter(|(lane, shared)| *shared && before.waits.contains_key(lane));
    let others: Vec<usize> = others.map(|(lane, _)| lane).collect();
    let words = "It held it shared until now, and has it alone from here on.";
    if others.is_empty() {
        return words.to_owned();
    }
    format!(
        "{words} {} held it shared, too, and asked for it alone: flock drops a shared lock while it converts it.",
        before.names(&others)
    )
}

/// That the lease ends that held a lock.
pub(super) fn ended(before: &Situation<'_>, event: &StepEvent) -> String {
    match before.timeline().time {
        Time::Steps => {
            "Somebody else may take the lock, and this process does not know.".to_owned()
        }
        Time::Nanoseconds => format!(
            "By now it has ended, for somebody else gets the lock: when it did, is not recorded. {} does nothing, and is not told.",
            before.name(event.place.lane)
        ),
    }
}

/// That a lock is given up.
pub(super) fn freed(
    before: &Situation<'_>,
    event: &StepEvent,
    operation: &DrawnOperation,
) -> String {
    let ends = |span: &Span| span.doing.held().filter(|_| span.bounds().1 == event.at);
    if let Some(file) = operation.spans.iter().find_map(ends) {
        let others = before.others(event.place.lane, Some(file)).into_iter();
        // Who has asked to have it alone may hold it no more.
        let others = others.map(|(lane, _)| lane);
        let others: Vec<usize> = others
            .filter(|lane| !before.waits.contains_key(lane))
            .collect();
        match others.len() {
            0 => {}
            1 => return format!("{} holds it still.", before.names(&others)),
            _ => return format!("{} hold it still.", before.names(&others)),
        }
    }
    let waiting: usize = before.locks().iter().map(|lock| lock.waiting.len()).sum();
    let words = match waiting {
        0 => "Nobody waits for it.",
        _ => "One of those who wait may take it.",
    };
    format!("{words} {}", before.ahead_words())
        .trim_end()
        .to_owned()
}

/// That a lock is asked for.
pub(super) fn waits(
    before: &Situation<'_>,
    event: &StepEvent,
    operation: &DrawnOperation,
) -> String {
    let lane = event.place.lane;
    let Some(wish) = LockWish::of(before.timeline().time, operation, event) else {
        return String::new();
    };
    let others = before.others(lane, wish.file);
    let all_share = others.iter().all(|(_, shared)| *shared);
    let others: Vec<usize> = others.into_iter().map(|(lane, _)| lane).collect();
    let who = before.names(&others);
    let holds = if others.len() == 1 { "holds" } else { "hold" };
    let asks_alone = before.holds(lane) == Some(true) && !wish.shared;
    match (others.len(), wish.shared) {
        (0, _) if asks_alone => "It holds it shared, and asks for it alone.".to_owned(),
        (0, _) => "It goes on when it has got it.".to_owned(),
        (_, true) if all_share => {
            format!("{who} {holds} it shared: it may have it shared, too, and need not wait.")
        }
        (_, false) if all_share => {
            format!("{who} {holds} it shared: whoever wants it alone has to wait.")
        }
        (1, _) => format!("{who} holds it: it has to wait."),
        _ => format!("{who} hold locks: it has to wait."),
    }
}
