//! A run walked through: its steps, with the state after each.

use std::collections::HashMap;

use super::super::model::{Spot, Time, Timeline};
use super::super::operation::DrawnOutcome;
use super::super::scene::Scene;
use super::super::words::short;
use super::super::{acts::told, late, operation::Doing};
use super::event::{Happening, StepEvent};
use super::events::events;
use super::found::StepOf;
use super::key_steps::{chance, key_steps};
use super::late::unknown_end;
use super::ledger::{NAME, Sales};
use super::lock_wish::LockWish;
use super::reasons::reason;
use super::shown_lines::{LINES, shown_lines};
use super::situation::Situation;
use super::state::{PageStep, Steps};
use super::told::{findings, last_writes, left_out};
use super::write_reasons::written_over;

impl Steps {
    /// The steps of what a picture shows of a run.
    #[must_use]
    pub fn of(timeline: &Timeline) -> Self {
        walk(&Scene::of(timeline)).steps
    }
}

/// The steps, when each is done, and which of them is that of which span.
pub(super) struct Walked {
    pub(super) steps: Steps,
    pub(super) times: Vec<u64>,
    pub(super) step_of: StepOf,
}

/// A run, step by step.
pub(super) fn walk(scene: &Scene<'_>) -> Walked {
    let timeline = scene.timeline;
    let sales = Sales::of(scene, &scene.effects);
    let (mut events, many) = events(scene, &scene.effects);
    if timeline.time == Time::Nanoseconds {
        let shown = events.iter_mut().filter(|event| event.is_shown);
        for (number, event) in (1..).zip(shown) {
            event.number = number;
        }
    }
    let mut walk = Walk::new(scene, &sales);
    walk.through(&events);
    walk.end();
    let end = late::key(timeline).and_then(|key| walk.step_of.get(&key).copied());
    let end = end.or(walk.ends.then(|| walk.steps.len().saturating_sub(1)));
    let Walk {
        steps,
        times,
        step_of,
        situation,
        ..
    } = walk;
    let lanes = scene.choice.lanes.keys();
    let mut steps = Steps {
        title: short(&timeline.title, 300),
        subtitle: short(&timeline.subtitle, 600),
        unit: match timeline.time {
            Time::Steps => "",
            Time::Nanoseconds => scene.axis.name(),
        },
        processes: lanes.map(|lane| scene.name(*lane, NAME)).collect(),
        ledger: shown_lines(scene, &sales, &steps, end),
        findings: findings(
            scene,
            &step_of,
            (last_writes(timeline, &events, &step_of), end),
        ),
        steps,
        key_steps: Vec::new(),
        left_out: left_out(scene, many),
        no_odds: timeline.no_odds.clone(),
    };
    steps.key_steps = key_steps(
        timeline,
        &steps,
        &situation.raced,
        (situation.first_overlap(), end),
    );
    Walked {
        steps,
        times,
        step_of,
    }
}

struct Walk<'a> {
    scene: &'a Scene<'a>,
    situation: Situation<'a>,
    steps: Vec<PageStep>,
    times: Vec<u64>,
    step_of: StepOf,
    /// Whether the state after the last step is still to be noted.
    open: bool,
    /// The stretch of the picture that the last step lies in.
    stretch: usize,
    /// Whether the last step is that of the count that stands in the end, of which nothing says how it came there.
    ends: bool,
}

impl<'a> Walk<'a> {
    fn new(scene: &'a Scene<'a>, sales: &'a Sales) -> Self {
        let mut walk = Self {
            scene,
            situation: Situation::new(scene, sales),
            steps: vec![PageStep {
                does: "the beginning".to_owned(),
                chance: chance(scene.timeline, 0),
                ..PageStep::default()
            }],
            times: vec![0],
            step_of: HashMap::new(),
            open: true,
            stretch: 0,
            ends: false,
        };
        walk.close();
        walk
    }

    fn through(&mut self, events: &[StepEvent]) {
        let told = tellings(self.scene, events);
        for (at, event) in events.iter().enumerate() {
            if event.is_shown {
                self.close();
                self.situation.arrive(event);
                self.open(event);
            } else if self.times.last().is_none_or(|last| event.at > *last) {
                self.close();
            }
            // What comes between two steps is seen with the later one.
            let index = self.steps.len() - usize::from(self.open);
            self.step_of
                .entry((event.place, event.span))
                .or_insert(index);
            self.situation.apply(event, told.get(&at).cloned());
        }
        self.close();
        // What happens behind the last step is seen with it.
        let last = self.steps.len().saturating_sub(1);
        for step in self.step_of.values_mut() {
            *step = last.min(*step);
        }
    }

    /// What the count says in the end, where the last step leaves it otherwise.
    fn end(&mut self) {
        let number = self.steps.last().map_or(0, |step| step.number);
        let Some((step, stands)) = unknown_end(&self.situation, number.saturating_add(1)) else {
            return;
        };
        self.situation.told = stands;
        self.situation.late = Some(stands);
        let time = self.times.last().copied().unwrap_or_default();
        self.steps.push(step);
        self.times.push(time);
        self.ends = true;
        self.open = true;
        self.close();
    }

    fn open(&mut self, event: &StepEvent) {
        let scene = self.scene;
        let mut does = event.words.clone();
        if let Some(over) = event.over.or_else(|| written_over(&self.situation, event)) {
            let name = self.situation.name(over);
            does = format!("{does}, over the sale of {name}");
        }
        if scene.timeline.time == Time::Steps && event.what == Happening::Does(Doing::Wait) {
            let operation = scene.timeline.operation(event.place);
            let wish = operation.and_then(|one| LockWish::of(Time::Steps, one, event));
            let lock = self.situation.awaited(wish.and_then(|wish| wish.file));
            does = format!("finds {lock} taken, and waits");
        }
        let stretches = &scene.choice.stretches;
        let stretch = stretches.partition_point(|stretch| stretch.1 < event.at);
        let fold = scene.choice.folds.get(stretch);
        let is_first = self.steps.len() == 1;
        let fold = fold.filter(|fold| fold.operations > 0 && (is_first || stretch != self.stretch));
        self.stretch = stretch;
        self.steps.push(PageStep {
            number: event.number,
            time: match scene.timeline.time {
                Time::Steps => String::new(),
                Time::Nanoseconds => scene.axis.label(event.at),
            },
            who: self.situation.row(event.place.lane),
            does,
            why: reason(&self.situation, event),
            skipped: fold.map_or_else(String::new, |fold| {
                let (what, how) = fold.words();
                format!("{what}, {how}")
            }),
            chance: chance(scene.timeline, event.number),
            ..PageStep::default()
        });
        self.times.push(event.at);
        self.open = true;
    }

    /// Notes the state after the last step.
    fn close(&mut self) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        if let Some(step) = self.steps.last_mut() {
            step.processes = self.situation.states();
            step.count = self.situation.count();
            step.locks = self.situation.locks();
            step.lines = self.situation.lines;
            step.missing = self
                .situation
                .missing_lines(step.lines.saturating_sub(LINES));
        }
    }
}

/// What is told with an event, by its index: the answer, or the last that is known of an operation without one.
fn tellings(scene: &Scene<'_>, events: &[StepEvent]) -> HashMap<usize, String> {
    let mut last: HashMap<Spot, usize> = HashMap::new();
    for (at, event) in events.iter().enumerate() {
        let of_own = match scene.timeline.time {
            Time::Steps => event.is_shown,
            Time::Nanoseconds => event.span.is_some() || event.what == Happening::Answers,
        };
        if of_own {
            last.insert(event.place, at);
        }
    }
    let told = last.into_iter().filter_map(|(place, at)| {
        let operation = scene.timeline.operation(place)?;
        // What one who only asks was told is what it saw.
        let asked = matches!(operation.outcome, Some(DrawnOutcome::Told(_)));
        let words = told(operation).filter(|_| !asked && operation.killed.is_none())?;
        Some((at, words))
    });
    told.collect()
}
