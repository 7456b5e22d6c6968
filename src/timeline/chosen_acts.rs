//! The acts that have a line in a terminal.

use super::acts::Act;
use super::model::Time;
use super::operation::Doing;
use super::scene::Scene;

/// Up to so many lines; above, first what is least is left out.
const ROWS: usize = 60;

/// The acts that have words, each with whether there is room for it.
pub(super) fn chosen<'a>(scene: &'a Scene<'_>) -> Vec<(&'a Act, bool)> {
    let said: Vec<&Act> = scene
        .acts
        .iter()
        .filter(|act| is_said(scene, act))
        .collect();
    let abridged = said.len() > ROWS;
    let said: Vec<&Act> = said
        .into_iter()
        .filter(|act| !abridged || !is_minor(act))
        .collect();
    let marked = |act: &Act| act.proves || !act.findings.is_empty();
    let mut rest = ROWS.saturating_sub(said.iter().filter(|act| marked(act)).count());
    let mut of_findings = ROWS;
    let choose = |act: &'a Act| {
        let left = if marked(act) {
            &mut of_findings
        } else {
            &mut rest
        };
        let drawn = *left > 0;
        *left = left.saturating_sub(1);
        (act, drawn)
    };
    said.into_iter().map(choose).collect()
}

/// In a schedule the step that takes a lock is an act of its own.
pub(super) fn is_said(scene: &Scene<'_>, act: &Act) -> bool {
    let holds = matches!(act.doing, Some(Doing::Hold(_)));
    let steps = scene.timeline.time == Time::Steps;
    !(act.words.is_empty() || holds && steps)
}

/// Whether the sale can be understood without it.
pub(super) fn is_minor(act: &Act) -> bool {
    let asks = act.doing == Some(Doing::Query) && act.words == "asks";
    let quiet = matches!(
        act.doing,
        Some(Doing::Wait | Doing::Think | Doing::Sync | Doing::Point(_))
    );
    (asks || quiet) && act.findings.is_empty()
}
