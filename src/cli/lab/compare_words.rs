//! What differed between two runs in one order of turns, and where: one sentence.

use super::compared::{Compared, CountRead};
use super::run::Pictured;
use crate::LockKind;
use crate::lab::{Trial, WorkerEnd};
use crate::office::Writes;
use crate::plural::count;

/// What a trial is called beside another one.
pub(super) fn name(trial: &Trial, other: &Trial) -> String {
    let lock = match trial.lock {
        LockKind::None => "no lock".to_owned(),
        kind => format!("lock {}", kind.name()),
    };
    let writes = match trial.writes {
        _ if trial.writes == other.writes => "",
        Writes::Replace => ", replaced",
        Writes::InPlace => ", in place",
    };
    lock + writes
}

/// The same in a sentence.
fn under(trial: &Trial, other: &Trial) -> String {
    let name = name(trial, other);
    match (trial.lock, name.strip_prefix("lock ")) {
        (LockKind::None, _) => name.replacen("no lock", "without a lock", 1),
        (_, Some(kind)) => format!("under {kind}"),
        (_, None) => format!("under {name}"),
    }
}

/// What came of a run: `1 sold of 1 ticket, 1 buyer found none left`.
pub(super) fn outcome(one: &Pictured) -> String {
    let ends = || one.run.ends.iter().flatten();
    let none = ends()
        .filter(|end| matches!(end, WorkerEnd::SoldOut))
        .count() as u64;
    let failed =
        |end: &&WorkerEnd| matches!(end, WorkerEnd::Torn { .. } | WorkerEnd::Failed { .. });
    let failed = ends().filter(failed).count() as u64;
    let mut words = format!(
        "{} sold of {}",
        one.run.verdict.sold,
        count(one.trial.stock, "ticket")
    );
    for (many, what) in [(none, "found none left"), (failed, "failed")] {
        if many > 0 {
            words.push_str(", ");
            words.push_str(&count(many, "buyer"));
            words.push(' ');
            words.push_str(what);
        }
    }
    words
}

/// What differed, and where.
pub(super) fn difference(compared: &Compared) -> String {
    let Compared { first, second, .. } = compared;
    let [one, other] = [
        under(&first.trial, &second.trial),
        under(&second.trial, &first.trial),
    ];
    let mut sights: Vec<_> = (0..first.trial.users)
        .filter_map(|buyer| Some((first.sight(buyer)?, buyer)))
        .collect();
    sights.sort_by_key(|((at, _), _)| *at);
    let what = sights.into_iter().find_map(|(before, buyer)| {
        let after = second.sight(buyer)?;
        (before.1 != after.1).then(|| differs(compared, buyer, (before, after), [&one, &other]))
    });
    let what = what.unwrap_or_else(|| same(compared, [&one, &other]));
    format!(
        "{what}: {one} {}, {other} {}",
        outcome(first),
        outcome(second)
    )
}

/// That a buyer saw something else, with when and why.
fn differs(
    compared: &Compared,
    buyer: usize,
    ((at, before), (later, after)): ((usize, CountRead), (usize, CountRead)),
    [one, other]: [&str; 2],
) -> String {
    let name = |buyer: usize| format!("user-{}", buyer + 1);
    let known = compared.first.writers_before(at);
    let mut writers = compared.second.writers_before(later);
    writers.retain(|writer| !known.contains(writer));
    let writers: Vec<String> = writers.into_iter().map(name).collect();
    let [not_yet, by_then] = match &writers[..] {
        [] => [String::new(), String::new()],
        writers => {
            let (who, have) = match writers {
                [writer] => (writer.clone(), "has"),
                [writers @ .., last] => (format!("{} and {last}", writers.join(", ")), "have"),
                [] => Default::default(),
            };
            [
                format!(", before {who} {have} written"),
                format!(", after {who} {have} written"),
            ]
        }
    };
    let buyer_name = name(buyer);
    let waits = match compared.waits_from(buyer, later) {
        Some(from) => format!("waits for the lock from turn {from} on and "),
        None => String::new(),
    };
    let turn = compared.turn_of(later);
    format!(
        "{one} {buyer_name} {} in turn {}{not_yet}; {other} it {waits}{} in turn {turn}{by_then}",
        saw(before),
        at + 1,
        saw(after),
    )
}

fn saw(sight: CountRead) -> String {
    match sight {
        CountRead::Count(left, _) => format!("reads {left} left"),
        CountRead::NoneLeft => "finds none left".to_owned(),
        CountRead::Torn => "finds the count empty".to_owned(),
    }
}

/// That every buyer saw the same.
fn same(compared: &Compared, [one, other]: [&str; 2]) -> String {
    let end = compared.second.run.moves.len();
    let buyers = 0..compared.second.trial.users;
    let waits = buyers.filter_map(|buyer| Some((compared.waits_from(buyer, end)?, buyer)));
    let Some((turn, buyer)) = waits.min() else {
        return format!(
            "each buyer reads the same {one} and {other}, where nobody is made to wait"
        );
    };
    let read = compared.second.sight(buyer);
    let had_read = read.is_some_and(|(at, _)| compared.turn_of(at) < turn);
    let too_late = if had_read {
        ", and has read before"
    } else {
        ", to no avail"
    };
    format!(
        "each buyer reads the same {one} and {other}, where user-{} waits for the lock in turn {turn}{too_late}",
        buyer + 1
    )
}
