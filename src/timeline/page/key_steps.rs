//! How likely a bad end is, from where on it is certain, and where the first harm is done.

use std::collections::BTreeMap;

use super::super::model::Timeline;
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

/// From where on it could not end well, where that is known, and where something was wrong first.
pub(super) fn key_steps(
    timeline: &Timeline,
    steps: &Steps,
    raced: &BTreeMap<u64, Raced>,
    overlap: Option<FirstOverlap>,
) -> Vec<KeyStep> {
    let point = no_return(timeline, steps);
    let candidate = overlap.filter(|_| point.is_none());
    let first = first_violation(timeline, steps, raced, (point.is_some(), candidate));
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

/// `candidate`: from where on it may have been certain, where that is not known.
fn first_violation(
    timeline: &Timeline,
    steps: &Steps,
    raced: &BTreeMap<u64, Raced>,
    (is_known, candidate): (bool, Option<FirstOverlap>),
) -> Option<KeyStep> {
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
    let mut unknown = String::new();
    if !is_known {
        match &timeline.no_odds {
            Some(why) => {
                unknown = format!(". Where the point of no return was, is not known: {why}");
            }
            None => UNKNOWN.clone_into(&mut unknown),
        }
        if steps.steps.iter().all(|step| step.locks.is_empty()) {
            unknown.push_str(SHOWN);
        }
        if let Some(FirstOverlap {
            names: [one, other],
            from,
        }) = candidate.filter(|_| raced.is_some())
        {
            let candidate = format!(
                ". Here the candidate is step {from}: from there on {one} and {other} went by one version, and both wrote by it"
            );
            unknown.push_str(&candidate);
        }
    }
    Some(KeyStep {
        step,
        certain: false,
        term: "First violation",
        sentence,
        meaning: format!("{VIOLATION}{unknown}"),
    })
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
