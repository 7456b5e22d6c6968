//! How likely a bad end is, from where on it is certain, and where the first harm is done.

use std::collections::BTreeMap;

use super::super::model::{Time, Timeline};
use super::super::scene::{certain_from, is_certain};
use super::raced::{FirstOverlap, Raced};
use super::state::{KeyStep, Steps};

/// What is certain of every way to go on.
const NO_RETURN: &str = "The point of no return is the first step after which every way to go on ends badly. Harm may be done only \
                         later";
/// What was done.
const VIOLATION: &str = "The first violation is the first step after which something is so that must never be so, and nothing later \
                         mends it";
/// What is not known of a run that is the only one of its kind.
const UNKNOWN: &str =
    ". Where the point of no return was, is not known of one run alone: that takes all schedules";
/// Where it is known of buyers without a lock.
const SHOWN: &str = ". 'tickets race prove --users 2 --timeline p.html' shows it of two buyers";

/// The chance of a bad end after so many steps.
pub(super) fn chance(timeline: &Timeline, steps: u64) -> Option<f64> {
    let odds = timeline.odds.as_ref()?;
    let known = odds.iter().filter(|(time, _)| *time <= steps);
    let (_, chance) = known.max_by_key(|(time, _)| *time)?;
    chance.is_finite().then(|| chance.clamp(0.0, 1.0))
}

/// From where on it could not end well, where that is known, and where something was wrong first. `late`: the step by which an older
/// count is put over newer ones.
pub(super) fn key_steps(
    timeline: &Timeline,
    steps: &Steps,
    raced: &BTreeMap<u64, Raced>,
    (overlap, late): (Option<FirstOverlap>, Option<usize>),
) -> Vec<KeyStep> {
    let point = no_return(timeline, steps);
    let candidate = overlap.filter(|_| point.is_none());
    let mut first = first_violation(steps, raced);
    if let Some(first) = first.as_mut().filter(|_| point.is_none()) {
        let by_late = late == Some(first.step);
        let raced = steps
            .steps
            .get(first.step)
            .and_then(|at| raced.get(&at.number));
        first.meaning += &unknown(timeline, steps, by_late, candidate.zip(raced));
    }
    point.into_iter().chain(first).collect()
}

fn no_return(timeline: &Timeline, steps: &Steps) -> Option<KeyStep> {
    let mut odds = timeline.odds.clone()?;
    odds.sort_by_key(|(time, _)| *time);
    let (time, _) = odds.get(certain_from(&odds)?)?;
    let mut shown = steps.steps.iter();
    let step = shown.position(|step| step.number >= *time)?;
    let before = step
        .checked_sub(1)
        .and_then(|at| steps.steps.get(at)?.chance);
    let sentence = match before.filter(|_| step > 0) {
        Some(before) => format!(
            "from here on every way to go on ends badly; before this step a bad end was {} likely",
            percent(before)
        ),
        None => "from the beginning every way to go on ends badly".to_owned(),
    };
    Some(KeyStep {
        step,
        certain: true,
        term: "Point of no return",
        sentence,
        meaning: NO_RETURN.to_owned(),
    })
}

fn first_violation(steps: &Steps, raced: &BTreeMap<u64, Raced>) -> Option<KeyStep> {
    let first = steps.findings.iter().filter_map(|finding| finding.step);
    let step = first.min()?;
    let at = steps.steps.get(step)?;
    let who = at.who.and_then(|who| steps.processes.get(who));
    // What nobody is known to have done has words of its own.
    let does = match at.does.as_str() {
        "killed" => "is killed",
        does => does,
    };
    let mut sentence = who.map_or_else(|| does.to_owned(), |who| format!("{who} {does}"));
    let raced = raced.get(&at.number);
    if let Some(Raced {
        names: [one, other],
        from,
    }) = raced
    {
        let open = format!(
            ". From step {from} on the race windows of {one} and {other} overlapped: both had read the same version, neither had \
             written, and nothing kept them apart"
        );
        sentence.push_str(&open);
    }
    Some(KeyStep {
        step,
        certain: false,
        term: "First violation",
        sentence,
        meaning: VIOLATION.to_owned(),
    })
}

/// That it is not known from where on it could not end well, and what is known of that. `by_late`: whether the first violation is a
/// count that is put over a newer one. `candidate`: the first of all pairs that wrote by one version, and that of the first violation.
fn unknown(
    timeline: &Timeline,
    steps: &Steps,
    by_late: bool,
    candidate: Option<(FirstOverlap, &Raced)>,
) -> String {
    let mut unknown = match &timeline.no_odds {
        Some(why) => format!(". Where the point of no return was, is not known: {why}"),
        None => UNKNOWN.to_owned(),
    };
    let is_unlocked = steps.steps.iter().all(|step| step.locks.is_empty());
    if is_unlocked && !by_late {
        unknown.push_str(SHOWN);
    }
    let Some((FirstOverlap { names, from }, raced)) = candidate else {
        return unknown;
    };
    let [one, other] = names;
    let words = if is_unlocked && timeline.time == Time::Steps {
        // No buyer of the lab looks again.
        format!(
            ". Here {one} and {other} go by one version from step {from} on, and without a lock each of them will write by it, unless \
             it is killed"
        )
    } else {
        let earlier = if from < raced.from {
            format!(", earlier than step {} of the first violation", raced.from)
        } else {
            String::new()
        };
        format!(
            ". Here the candidate is step {from}{earlier}: from there on {one} and {other} went by one version, and both wrote by it"
        )
    };
    unknown + &words
}

/// A chance in percent; certain and impossible are said only where they are.
pub(super) fn percent(chance: f64) -> String {
    let rounded = (chance * 100.0).round();
    match chance {
        _ if is_certain(chance) => "100 %".to_owned(),
        0.0 => "0 %".to_owned(),
        _ if rounded >= 100.0 => "over 99 %".to_owned(),
        _ if rounded <= 0.0 => "below 1 %".to_owned(),
        _ => format!("{rounded} %"),
    }
}
