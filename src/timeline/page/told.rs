//! What is told beside the steps: what was found, and what is left out.

use super::super::model::{DrawnFinding, Timeline};
use super::super::operation::Doing;
use super::super::scene::{Scene, sentence};
use super::super::words::{count, short};
use super::event::{Happening, StepEvent};
use super::found::{self, StepOf};
use super::ledger::NAME;
use super::state::PageFinding;

/// So many findings are told.
const FINDINGS: usize = 24;

/// What was found, and at which steps. `last`: the last that writes, and the last that sells; `end`: that after which the count says what it says in the
/// end, where newer ones were there before.
pub(super) fn findings(
    scene: &Scene<'_>,
    step_of: &StepOf,
    (last, end): ([Option<usize>; 2], Option<usize>),
) -> Vec<PageFinding> {
    let timeline = scene.timeline;
    let findings = timeline.findings.iter().take(FINDINGS);
    let told = findings.map(|finding| {
        let bare = DrawnFinding {
            kind: String::new(),
            ..finding.clone()
        };
        // What the count misses in the end was written well.
        let of_end = end.filter(|_| finding.of_end);
        PageFinding {
            kind: short(&finding.kind, NAME),
            sentence: crate::shown::shown(&sentence(&bare)),
            step: of_end.or_else(|| found::step(timeline, finding, step_of)),
            told_at: of_end.or_else(|| found::told_at(scene, finding, step_of, last)),
        }
    });
    told.collect()
}

/// What is not shown, in sentences.
pub(super) fn left_out(scene: &Scene<'_>, many: usize) -> Vec<String> {
    let mut words = Vec::new();
    let not_drawn = scene.not_drawn();
    if !not_drawn.is_empty() {
        words.push(not_drawn);
    }
    let folds = scene.choice.folds.last();
    let after = folds.filter(|fold| fold.operations > 0 && scene.choice.folds.len() > 1);
    if let Some(after) = after {
        let (what, how) = after.words();
        words.push(format!("after the last step: {what}, {how}"));
    }
    if many > 0 {
        let steps = count(many as u64, "step");
        words.push(format!("left out between the steps: {steps} more"));
    }
    let more = scene.timeline.findings.len().saturating_sub(FINDINGS);
    if more > 0 {
        words.push(format!("and {}", count(more as u64, "more finding")));
    }
    words
}

/// The last step that writes, and the last that sells: who empties the count has sold, and fills it only later.
pub(super) fn last_writes(
    timeline: &Timeline,
    events: &[StepEvent],
    step_of: &StepOf,
) -> [Option<usize>; 2] {
    let last = |is_one: &dyn Fn(&StepEvent, &Doing) -> bool| {
        let events = events.iter().filter(|event| match &event.what {
            Happening::Does(doing) => is_one(event, doing),
            _ => false,
        });
        let steps = events.filter_map(|event| step_of.get(&(event.place, event.span)));
        steps.copied().max()
    };
    let has_cut = |event: &StepEvent| {
        let operation = timeline.operation(event.place);
        operation.is_some_and(|operation| operation.cut_at().is_some())
    };
    [
        last(&|_, doing| doing.writes() || *doing == Doing::Truncate),
        last(&|event, doing| *doing == Doing::Truncate || doing.writes() && !has_cut(event)),
    ]
}
