//! How likely a bad end is, and from where on it is certain.

use super::super::model::Timeline;
use super::super::scene::{certain_from, is_certain};
use super::state::{NoReturn, Steps};

/// The chance of a bad end after so many steps.
pub(super) fn chance(timeline: &Timeline, steps: u64) -> Option<f64> {
    let odds = timeline.odds.as_ref()?;
    let known = odds.iter().filter(|(time, _)| *time <= steps);
    let (_, chance) = known.max_by_key(|(time, _)| *time)?;
    chance.is_finite().then(|| chance.clamp(0.0, 1.0))
}

/// From where on it could not end well: by the odds, or else the first harm.
pub(super) fn no_return(timeline: &Timeline, steps: &Steps, met: Option<u64>) -> Option<NoReturn> {
    if let Some(all) = &timeline.odds {
        let mut odds = all.clone();
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
        return Some(NoReturn {
            step,
            certain: true,
            sentence,
        });
    }
    let first = steps.findings.iter().filter_map(|finding| finding.step);
    let step = first.min()?;
    let at = steps.steps.get(step)?;
    let who = at.who.and_then(|who| steps.processes.get(who));
    let who = who.map_or("somebody", String::as_str);
    let mut sentence = format!(
        "{who} {}: the first harm of this run, and nothing after it mends it",
        at.does
    );
    if let Some(met) = met.filter(|met| *met < at.number) {
        let making = format!(
            ". It was in the making from step {met} on: two had read the same then, neither had written, and nothing kept \
             them apart"
        );
        sentence.push_str(&making);
    }
    Some(NoReturn {
        step,
        certain: false,
        sentence,
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
