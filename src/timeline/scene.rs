//! What every drawing of a run shows: the picture, the drawing for a terminal, and any other are made from this one
//! selection of acts, words, marks and versions, and say the same.

use super::acts::{Act, acts, told};
use super::axis::Axis;
use super::choose::Choice;
use super::effects::Effects;
use super::fates::{BuyerFate, fates, is_named};
use super::marks::Marks;
use super::model::{DrawnFinding, Spot, Time, Timeline};
use super::names::{FATE, ShortNames};
use super::operation::{Doing, DrawnOutcome};
use super::tree::Tree;
use super::words::{count, short, thousands};

/// A run, chosen and put in words.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) timeline: &'a Timeline,
    pub(super) choice: Choice,
    pub(super) marks: Marks,
    pub(super) tree: Tree,
    pub(super) names: ShortNames,
    /// By time.
    pub(super) acts: Vec<Act>,
    pub(super) axis: Axis,
    /// When the versions were written.
    pub(super) effects: Effects,
}

impl<'a> Scene<'a> {
    pub(super) fn of(timeline: &'a Timeline) -> Self {
        let choice = Choice::of(timeline);
        let marks = Marks::of(timeline, &choice);
        let tree = Tree::of(timeline, &choice);
        let names = ShortNames::of(timeline, &choice, &tree);
        let effects = Effects::of(timeline);
        let acts = acts(timeline, &choice, &marks, &effects);
        let axis = Axis::of(timeline, &choice, &acts);
        Self {
            timeline,
            choice,
            marks,
            tree,
            names,
            acts,
            axis,
            effects,
        }
    }

    /// The name of a lane within one of the numbers of columns that names have; those that differ differ still.
    pub(super) fn name(&self, lane: usize, room: usize) -> String {
        let name = self.names.get(lane, room).cloned();
        name.unwrap_or_else(|| short(self.timeline.name(lane), room))
    }

    /// What became of the buyer of a lane.
    pub(super) fn fates(&self, lane: usize) -> Vec<BuyerFate> {
        fates(self.timeline, &self.tree, lane, |place| {
            let by = self.overwriter(place)?;
            Some((by, self.name(by.lane, FATE)))
        })
    }

    /// Whether a finding names what is drawn of a lane.
    pub(super) fn is_named(&self, lane: usize) -> bool {
        let drawn = self.choice.lanes.get(&lane).map_or(&[][..], Vec::as_slice);
        is_named(&self.marks, lane, drawn)
    }

    /// Whether an act is known to have overwritten the version before it: whose.
    pub(super) fn overwrites(&self, act: &Act) -> Option<usize> {
        if !act.doing.as_ref().is_some_and(Doing::writes) {
            return None;
        }
        let wrote = self.timeline.operation(act.place)?.wrote?;
        // Before it, or where it is the final count, last of all.
        let last = self.timeline.versions.len().checked_sub(1)?;
        let before = [wrote.checked_sub(1)?, last];
        let mut before = before.into_iter();
        let before = before.find(|before| self.tree.overwritten_by(*before) == Some(wrote))?;
        if !self.is_known(before, wrote) {
            return None;
        }
        let writer = self.timeline.versions.get(before)?.writer?;
        (writer != act.place).then_some(writer.lane)
    }

    /// What a process is told at the end of an act that is nothing but its answer.
    pub(super) fn answer(&self, act: &Act) -> Option<String> {
        let is_end = matches!(&act.doing, Some(Doing::Point(name)) if name != "intends");
        let operation = self.timeline.operation(act.place)?;
        // What one who only asks was told is what it saw.
        let asked = matches!(operation.outcome, Some(DrawnOutcome::Told(_)));
        told(operation).filter(|_| is_end && !asked && self.timeline.time == Time::Nanoseconds)
    }

    /// Who is known to have overwritten what an operation wrote.
    pub(super) fn overwriter(&self, place: Spot) -> Option<Spot> {
        let wrote = self.timeline.operation(place)?.wrote?;
        let by = self.tree.overwritten_by(wrote)?;
        let writer = self.timeline.versions.get(by)?.writer?;
        (self.is_known(wrote, by) && writer != place).then_some(writer)
    }

    /// Whether it is known that a version was overwritten by this one, and not by one beside it.
    fn is_known(&self, version: usize, by: usize) -> bool {
        let last = self.timeline.versions.len().saturating_sub(1);
        let beside = if by > version {
            [by - 1, by]
        } else {
            // The final count, wherever it stands.
            [last; 2]
        };
        !beside.into_iter().any(|at| self.is_unordered(at))
    }

    /// Whether it is not known of each other version whether that was written before this one or after.
    fn is_unordered(&self, version: usize) -> bool {
        let version = self.timeline.versions.get(version);
        version.is_some_and(|version| version.unordered)
    }

    /// What is not drawn beside what is, in a sentence; empty where everything is.
    pub(super) fn not_drawn(&self) -> String {
        let mut parts = Vec::new();
        if self.choice.hidden > 0 {
            parts.push(count(self.choice.hidden as u64, "more buyer"));
        }
        if self.choice.meanwhile.operations > 0 {
            let (what, how) = self.choice.meanwhile.words();
            parts.push(format!("{what} meanwhile, {how}"));
        }
        parts.extend(self.hidden_of_findings());
        match parts.len() {
            0 => String::new(),
            _ => format!("not drawn: {}", parts.join("; ")),
        }
    }

    /// How many more each numbered finding names than are drawn: those of as many together, and of the rest that there are.
    fn hidden_of_findings(&self) -> Vec<String> {
        const TOLD: usize = 3;
        let mut groups: Vec<(u64, Vec<String>)> = Vec::new();
        let findings = self.timeline.findings.iter().enumerate();
        for (at, finding) in findings.filter(|(at, _)| Marks::is_marked(*at)) {
            let places = finding.places.iter();
            let hidden = places.filter(|place| !self.choice.has(**place)).count() as u64;
            if hidden == 0 || self.choice.hidden == 0 {
                continue;
            }
            let number = (at + 1).to_string();
            match groups.iter_mut().find(|(many, _)| *many == hidden) {
                Some((_, numbers)) => numbers.push(number),
                None => groups.push((hidden, vec![number])),
            }
        }
        let rest: Vec<String> = groups
            .iter()
            .skip(TOLD)
            .flat_map(|(_, of)| of.clone())
            .collect();
        let told = groups
            .iter()
            .take(TOLD)
            .map(|(many, numbers)| match numbers.as_slice() {
                [number] => format!("{} more in finding {number}", thousands(*many)),
                _ => format!(
                    "{} more in each of findings {}",
                    thousands(*many),
                    numbers.join(", ")
                ),
            });
        let rest = (!rest.is_empty()).then(|| format!("more in findings {}", rest.join(", ")));
        told.chain(rest).collect()
    }
}

/// The kind of a finding and its sentence; of an absurdly long one, the beginning.
pub(super) fn sentence(finding: &DrawnFinding) -> String {
    let sentence: String = finding.sentence.chars().take(2_000).collect();
    if finding.kind.is_empty() {
        return sentence;
    }
    let kind: String = finding.kind.chars().take(60).collect();
    format!("{kind}: {sentence}")
}

/// Numbers of findings, as `1` or `1,2`.
pub(super) fn numbers(findings: &[usize]) -> String {
    let words: Vec<String> = findings.iter().map(|at| thousands(*at as u64)).collect();
    words.join(",")
}

/// The odds that can be drawn: numbers, in the order of time, not too many.
pub(super) fn odds(timeline: &Timeline) -> Option<Vec<(u64, f64)>> {
    let all = timeline.odds.as_ref()?;
    let mut odds: Vec<(u64, f64)> = all
        .iter()
        .filter(|(_, chance)| chance.is_finite())
        .map(|&(time, chance)| (time, chance.clamp(0.0, 1.0)))
        .collect();
    odds.sort_by_key(|(time, _)| *time);
    let certain = certain_from(&odds);
    let every = odds.len() / 500 + 1;
    let thinned = odds.iter().enumerate();
    let odds: Vec<_> = thinned
        .filter(|(at, _)| at % every == 0 || Some(*at) == certain)
        .map(|(_, point)| *point)
        .collect();
    (!odds.is_empty()).then_some(odds)
}

/// The place of the point from which on a bad end is certain: it stays so. A kill may lead out of what was certain without
/// it.
pub(super) fn certain_from(odds: &[(u64, f64)]) -> Option<usize> {
    let open = odds.iter().rposition(|(_, chance)| !is_certain(*chance));
    let from = open.map_or(0, |last| last + 1);
    (from < odds.len()).then_some(from)
}

/// Whether a chance is 1, but for what a sum of fractions loses.
pub(super) fn is_certain(chance: f64) -> bool {
    chance > 1.0 - 1e-9
}
