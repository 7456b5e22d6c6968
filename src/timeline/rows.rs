//! The acts in a terminal: a line each, with a column for every buyer, in which its line runs down.

use std::collections::HashMap;

use super::acts::{Act, told};
use super::chosen_acts::{at, chosen, is_minor, is_said};
use super::fold::Fold;
use super::model::Spot;
use super::names::LANE;
use super::operation::{Doing, DrawnOperation, DrawnOutcome};
use super::scene::{Scene, is_certain, numbers, odds};
use super::text_line::{TextLine, Tone};
use super::words::{CUT, columns, count, first_words};

/// Columns at most for all lines of the buyers together.
const GRAPH: usize = 34;
/// Above the odds, and as wide as they are.
const BAD_END: &str = "bad end";

/// What is drawn in a line.
struct RowPlan<'a> {
    scene: &'a Scene<'a>,
    odds: Option<Vec<(u64, f64)>>,
    /// How many columns the times, the names, a buyer's line and all of a line take.
    time: usize,
    name: usize,
    pitch: usize,
    room: usize,
    /// By lane: its name within its columns.
    names: HashMap<usize, String>,
    /// From when to when each operation that is drawn lasts.
    bounds: Vec<(Spot, (u64, u64))>,
}

/// A line for every act.
pub(super) fn rows(scene: &Scene<'_>, room: usize) -> Vec<TextLine> {
    let acts = chosen(scene);
    if acts.is_empty() {
        return Vec::new();
    }
    let plan = RowPlan::of(scene, &acts, room);
    let mut lines = vec![plan.head()];
    let mut last: Option<&Act> = None;
    let mut skipped = 0;
    for (act, drawn) in &acts {
        if !drawn {
            skipped += 1;
            continue;
        }
        if skipped > 0 {
            let text = format!("  ... {} not drawn ...", count(skipped, "act"));
            lines.push(TextLine::new(text, Tone::Faint));
            skipped = 0;
        }
        lines.extend(plan.fold(last, act));
        lines.push(plan.row(act, last));
        last = Some(act);
    }
    if skipped > 0 {
        let text = format!("  and {}, not drawn", count(skipped, "act"));
        lines.push(TextLine::new(text, Tone::Faint));
    }
    let after = scene
        .choice
        .folds
        .last()
        .filter(|_| scene.choice.folds.len() > 1);
    lines.extend(after.filter(|fold| fold.operations > 0).map(folded));
    lines
}

fn folded(fold: &Fold) -> TextLine {
    let (what, how) = fold.words();
    TextLine::new(format!("  ... {what}, {how} ..."), Tone::Faint)
}

impl<'a> RowPlan<'a> {
    fn of(scene: &'a Scene<'a>, acts: &[(&Act, bool)], room: usize) -> Self {
        let drawn = || acts.iter().filter(|(_, drawn)| *drawn).map(|(act, _)| *act);
        let times = drawn().map(|act| columns(&scene.axis.label(at(scene, act))));
        let names = drawn().map(|act| columns(&scene.name(act.place.lane, LANE)));
        let name = names.max().unwrap_or(0).min(room / 4);
        let lanes = scene.choice.lanes.len();
        let places = scene.choice.places();
        let bounds =
            places.filter_map(|place| Some((place, scene.timeline.operation(place)?.bounds()?)));
        Self {
            scene,
            odds: odds(scene.timeline),
            time: times.max().unwrap_or(0).max(columns(scene.axis.name())),
            name,
            names: scene.names.within(name),
            pitch: match lanes {
                _ if lanes * 2 <= GRAPH.min(room / 3) => 2,
                _ if lanes <= GRAPH.min(room / 3) => 1,
                _ => 0,
            },
            room,
            bounds: bounds.collect(),
        }
    }

    fn head(&self) -> TextLine {
        let odds = if self.odds.is_some() {
            format!("  {BAD_END}")
        } else {
            String::new()
        };
        let text = format!("  {:>1$}{odds}", self.scene.axis.name(), self.time);
        TextLine::new(text, Tone::Faint)
    }

    /// What was left out before an act.
    fn fold(&self, last: Option<&Act>, act: &Act) -> Option<TextLine> {
        let stretch = |at: u64| self.scene.choice.stretches.partition_point(|s| s.1 < at);
        let here = stretch(at(self.scene, act));
        if last.is_some_and(|last| stretch(at(self.scene, last)) == here) {
            return None;
        }
        let fold = self.scene.choice.folds.get(here)?;
        (fold.operations > 0).then(|| folded(fold))
    }

    fn row(&self, act: &Act, last: Option<&Act>) -> TextLine {
        let label = |act: &Act| self.scene.axis.label(at(self.scene, act));
        let is_new = last.is_none_or(|last| label(last) != label(act));
        let label = label(act);
        let label = if is_new { label } else { String::new() };
        let pad = " ".repeat(self.time.saturating_sub(columns(&label)));
        let mut line = TextLine::new(format!("  {pad}{label}"), Tone::Faint);
        if let Some((text, tone)) = self.chance(act) {
            line = line.and(format!("  {text:>0$}", BAD_END.len()), tone);
        }
        line = line.and(" ", Tone::Plain);
        let marked = act.proves || !act.findings.is_empty();
        let tone = if marked { Tone::Bad } else { Tone::Plain };
        line = self.graph(line, act, tone);
        let name = self.names.get(&act.place.lane).map_or("", String::as_str);
        let pad = " ".repeat(self.name.saturating_sub(columns(name)));
        line = line.and(format!("{name}{pad} "), tone);
        let marks = match numbers(&act.findings) {
            none if none.is_empty() => none,
            marks => format!(" <- {marks}"),
        };
        let taken = columns(&line.to_string()) + columns(&marks);
        let left = self.room.saturating_sub(taken);
        let all = self.words(act);
        let fitting = all.iter().find(|words| columns(words) <= left);
        let words = fitting.or(all.last()).map_or("", String::as_str);
        let words = first_words(words, left);
        line.and(words, tone).and(marks, Tone::Bad).cut(self.room)
    }

    /// What an act is; with whom it overwrites, and how it ended if nothing of the operation follows, where there is
    /// room for that: the longest first, the others with a mark where something is left out.
    fn words(&self, act: &Act) -> Vec<String> {
        let words = match &act.doing {
            Some(Doing::Hold(_) | Doing::Share(_)) => act.words.replacen("holds", "takes", 1),
            _ => act.words.clone(),
        };
        let over = self.scene.overwrites(act).map(|lane| {
            let name = self.scene.name(lane, LANE);
            format!("{words} over {name}'s")
        });
        let own = self.scene.acts.iter().rev();
        let last = own
            .filter(|other| other.place == act.place && is_said(self.scene, other))
            .find(|other| {
                let of_lock = matches!(
                    other.doing,
                    Some(Doing::Hold(_) | Doing::Share(_) | Doing::Stuck(_))
                );
                !is_minor(self.scene, other) && !of_lock
            });
        let operation = self.scene.timeline.operation(act.place);
        // What one who only asks was told is what it saw.
        let asked = |one: &&DrawnOperation| !matches!(one.outcome, Some(DrawnOutcome::Told(_)));
        let told = operation.filter(asked).and_then(told);
        let mut own = self.scene.acts.iter().filter(|one| one.place == act.place);
        let told = told.filter(|told| {
            let is_last = last.is_some_and(|last| std::ptr::eq(last, act));
            is_last && own.all(|one| one.words != *told)
        });
        let end = told.map_or_else(String::new, |told| format!(", {told}"));
        let whole = over.as_ref().unwrap_or(&words);
        let mut all = vec![format!("{whole}{end}")];
        // How it ended is said nowhere else.
        if let Some(over) = over.as_ref().filter(|_| !end.is_empty()) {
            all.extend([format!("{words} …{end}"), format!("{over}{CUT}")]);
        }
        all.push(format!("{words}{CUT}"));
        all
    }

    /// The lines of the buyers: which of them are at something, and whose act this is.
    fn graph(&self, mut line: TextLine, act: &Act, tone: Tone) -> TextLine {
        if self.pitch == 0 {
            return line;
        }
        let here = at(self.scene, act);
        let mut doing: HashMap<usize, &str> = HashMap::new();
        for (place, (from, to)) in &self.bounds {
            if *from <= here && here < *to {
                doing.insert(place.lane, "│");
            }
        }
        for other in &self.scene.acts {
            let holds = other.doing.as_ref().and_then(Doing::held).is_some();
            if holds && other.from <= here && here < other.to {
                doing.insert(other.place.lane, "┃");
            }
        }
        for lane in self.scene.choice.lanes.keys() {
            let gap = " ".repeat(self.pitch - 1);
            if *lane == act.place.lane {
                let shape = match &act.doing {
                    Some(Doing::Truncate) => "●",
                    Some(doing) if doing.writes() => "●",
                    None => "x",
                    _ => "○",
                };
                line = line.and(shape, tone).and(gap, Tone::Plain);
            } else {
                let shape = doing.get(lane).copied().unwrap_or(" ");
                line = line.and(format!("{shape}{gap}"), Tone::Faint);
            }
        }
        line.and(" ", Tone::Plain)
    }

    /// The chance that the run ends badly after a step.
    fn chance(&self, act: &Act) -> Option<(String, Tone)> {
        let odds = self.odds.as_ref()?;
        let after = odds
            .iter()
            .take_while(|(time, _)| *time <= act.from.saturating_add(1));
        Some(match after.last() {
            Some((_, chance)) if is_certain(*chance) => ("100 %".to_owned(), Tone::Bad),
            // Cut, not rounded: only what is certain reads 100.
            Some((_, chance)) => {
                let cut = (chance * 100.0).floor().min(99.0);
                (format!("{cut:.0} %"), Tone::Faint)
            }
            None => (String::new(), Tone::Faint),
        })
    }
}
