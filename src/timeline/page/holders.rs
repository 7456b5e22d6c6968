//! Who holds a lock at a moment of a run, and who waits for one.

use super::super::model::Time;
use super::super::operation::{Doing, DrawnOperation, Span};
use super::event::{Happening, StepEvent};
use super::lock_wish::LockWish;
use super::situation::Situation;

/// How many names stand in a sentence.
const NAMES: usize = 3;

impl Situation<'_> {
    /// Whether a lane holds a lock, and if so, whether none of them for itself alone.
    pub(super) fn holds(&self, lane: usize) -> Option<bool> {
        let held = self.holders.values().flatten();
        let own = held.filter(|(holder, _)| *holder == lane);
        own.map(|(_, shared)| *shared)
            .reduce(|one, other| one && other)
    }

    /// The file whose lock a lane holds, the first of them.
    pub(super) fn held_by(&self, lane: usize) -> Option<u64> {
        let mut held = self.holders.iter();
        let own = held.find(|(_, holders)| holders.iter().any(|(holder, _)| *holder == lane));
        own.map(|(file, _)| *file)
    }

    /// Who else holds the lock of a file, or any where none is named, and whether shared.
    pub(super) fn others(&self, lane: usize, file: Option<u64>) -> Vec<(usize, bool)> {
        let held = self.holders.iter();
        let held = held.filter(|(of, _)| file.is_none_or(|file| **of == file));
        let others = held.flat_map(|(_, holders)| holders);
        others
            .filter(|(holder, _)| *holder != lane)
            .copied()
            .collect()
    }

    /// What a lane waits for: who would share a lock does not wait for those who share it.
    pub(super) fn waits_for(&self, lane: usize) -> Option<LockWish> {
        let wish = self.waits.get(&lane).copied()?;
        let is_kept_out = || {
            self.others(lane, wish.file)
                .iter()
                .any(|(_, shared)| !shared)
        };
        (!wish.shared || is_kept_out()).then_some(wish)
    }

    /// Whether nobody holds a lock alone in all that is drawn, or asks for it so: then it keeps nobody out.
    pub(super) fn is_kept_by_none(&self) -> bool {
        let mut acts = self.scene.acts.iter();
        let alone = |operation: &DrawnOperation, span: &Span| match &span.doing {
            Doing::Hold(_) => true,
            doing => doing.waits() && !operation.is_wish_to_share(span),
        };
        !acts.any(|act| {
            let operation = self.timeline().operation(act.place);
            let span = operation.zip(act.span);
            span.is_some_and(|(one, at)| one.spans.get(at).is_some_and(|span| alone(one, span)))
        })
    }

    /// Whether the file with this lock has no name any more: of what was recorded that is said, and in a schedule with several
    /// locks each write replaces the file that is locked by another one.
    pub(super) fn is_nameless(&self, file: u64) -> bool {
        let is_replaced = self.timeline().time == Time::Steps && self.scene.marks.locks.len() > 1;
        let opened = self.opened.get(&file);
        let is_old = opened.is_some_and(|opened| *opened < self.latest);
        self.nameless.contains(&file) || is_replaced && is_old
    }

    /// Whether the file of a lock that is got now is not the one of its name any more.
    pub(super) fn is_got_nameless(&self, event: &StepEvent) -> bool {
        let nameless = &self.timeline().locks.nameless;
        nameless.contains(&(event.place, event.at))
    }

    /// Notes the end of the lease of a lock: who held it is not told.
    pub(super) fn note_lease(&mut self, event: &StepEvent, file: u64) {
        let lane = event.place.lane;
        let is_lease = |span: &Span| {
            let Doing::Point(words) = &span.doing else {
                return false;
            };
            words.contains("lease") && span.bounds().1 == event.at
        };
        let operation = self.timeline().operation(event.place);
        let ends = matches!(event.what, Happening::Ends(..))
            || operation.is_some_and(|operation| operation.spans.iter().any(is_lease));
        if ends && !self.is_killed(lane) {
            // What is not shown has no number of its own.
            let step = match self.timeline().time {
                Time::Steps => event.at,
                Time::Nanoseconds => event.number,
            };
            let ended = self.ended.entry(lane).or_default();
            ended.push((file, step));
        }
    }

    /// Notes whether a file whose lock is got now is that of its name.
    pub(super) fn note_name(&mut self, event: &StepEvent, file: u64) {
        if self.is_got_nameless(event) {
            self.nameless.insert(file);
        } else {
            self.nameless.remove(&file);
        }
    }

    /// Some names, and how many more.
    pub(super) fn names(&self, lanes: &[usize]) -> String {
        let shown = lanes.iter().take(NAMES);
        let shown: Vec<String> = shown.map(|lane| self.name(*lane)).collect();
        match (lanes.len().saturating_sub(shown.len()), shown.split_last()) {
            (0, Some((last, rest))) if !rest.is_empty() => {
                format!("{} and {last}", rest.join(", "))
            }
            (0, _) => shown.concat(),
            (more, _) => format!("{} and {more} more", shown.join(", ")),
        }
    }
}

/// Whether words say that a process gives its lock up, or that it is told that it does not hold it.
pub(super) fn gives_up(words: &str) -> bool {
    words.starts_with("frees") || words.contains("refused")
}
