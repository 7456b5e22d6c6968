//! Turns: several who sell much of one event let each other in. Else all decide and send what is much, and all but one in vain.
//!
//! Who has just sold lets as many others go first as came between its last two changes, and is told of theirs by a watch.
//!
//! Invariant: a turn is a courtesy. A commit compares the count in each turn, and nobody waits for longer than the
//! others are likely to take.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::key_space::KeySpace;
use super::watch::watch_count;
use super::wire::KeyValue;
use crate::store::change_watch::ChangeWatch;

/// So many others are let in at most between two changes.
const OTHERS: usize = 8;

/// So many changes in a row one makes, if it has so much to sell: each turn that passes on costs a look at what others wrote.
const RUN: u32 = 4;

/// How long they are waited for at most.
const PATIENCE: Duration = Duration::from_millis(500);

/// For so many commits' time nothing has come where nobody comes any more.
const QUIET: u32 = 3;

/// So many changes in a row without one of others end it.
const ALONE: u32 = 32;

/// A count that was told of, and as of when.
type ToldCount = (KeyValue, u64);

/// What was told since a change of our own.
#[derive(Debug, Default)]
struct Told {
    newest: Option<ToldCount>,
    /// When the count was changed, by whomever.
    changes: Vec<u64>,
}

/// What the watch tells, and who waits for it.
#[derive(Debug, Default)]
struct Ear {
    told: Mutex<Told>,
    bell: Condvar,
}

impl Ear {
    fn hear(&self, count: KeyValue, at: u64) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody asks for more than these.
        if told.changes.len() <= 2 * OTHERS {
            told.changes.push(count.mod_revision.0);
        }
        told.newest = Some((count, at));
        self.bell.notify_all();
    }
}

/// Whether turns are taken, and how many others there are.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// For how many changes more.
    left: u32,
    ear: Option<(ChangeWatch, Arc<Ear>)>,
    /// So many others changed the count between our last two changes.
    others: usize,
    /// When we changed it last: a revision.
    changed: u64,
    /// So many changes we have made in a row.
    run: u32,
    /// How long a commit takes, about.
    commit: Duration,
}

impl Turns {
    /// Whether they are taken.
    pub(super) fn are_taken(&self) -> bool {
        self.left > 0
    }

    /// Others came first, and so many lines were decided and sent in vain.
    pub(super) fn late(&mut self, lines: usize, space: &KeySpace) {
        if lines < 2 {
            return;
        }
        self.left = ALONE;
        if self.ear.is_none() {
            let ear = Arc::new(Ear::default());
            let hears = Arc::clone(&ear);
            let hear = move |count, at| hears.hear(count, at);
            self.ear = watch_count(space, hear).ok().map(|watch| (watch, ear));
        }
    }

    /// The count was changed at this revision, by a commit that took so long.
    pub(super) fn done(&mut self, changed: u64, took: Duration) {
        if self.left == 0 {
            self.changed = changed;
            return;
        }
        self.commit = match self.commit {
            Duration::ZERO => took,
            before => (before * 3 + took) / 4,
        };
        let between = self.heard(|told, since| {
            let between = told.changes.iter();
            let others = between.filter(|at| (since + 1..changed).contains(*at));
            let others = others.count();
            told.changes.retain(|at| *at > changed);
            others
        });
        self.changed = changed;
        if between > 0 {
            (self.run, self.others, self.left) = (1, between.min(OTHERS), ALONE);
        } else {
            (self.run, self.left) = (self.run.saturating_add(1), self.left - 1);
        }
        if self.left == 0 {
            self.ear = None;
        }
    }

    /// Waits for as many others as came between our last two changes. Returns the count as it was told of last, if it was
    /// changed after this revision.
    pub(super) fn wait(&mut self, known: u64) -> Option<ToldCount> {
        let (_, ear) = self.ear.as_ref()?;
        let longest = PATIENCE.min(self.commit * 2 * self.others as u32);
        let end = Instant::now() + longest;
        let mut told = ear.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut before, mut quiet) = (0, Instant::now() + self.commit * QUIET);
        loop {
            let seen = told.changes.iter().filter(|at| **at > self.changed).count();
            if seen == 0 && (1..RUN).contains(&self.run) {
                return None;
            }
            if seen > before {
                (before, quiet) = (seen, Instant::now() + self.commit * QUIET);
            }
            let left = end.min(quiet).saturating_duration_since(Instant::now());
            if seen >= self.others || left.is_zero() {
                self.others = seen.min(OTHERS);
                let newest = told.newest.clone();
                return newest.filter(|(count, _)| count.mod_revision.0 > known);
            }
            let waited = ear.bell.wait_timeout(told, left);
            told = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Others came first, and what they have to sell goes before: waits as above, for the rest of a run.
    pub(super) fn wait_for_a_run(&mut self, known: u64) -> Option<ToldCount> {
        self.run = RUN;
        self.others = self.others.max(RUN as usize);
        self.wait(known)
    }

    fn heard(&self, ask: impl FnOnce(&mut Told, u64) -> usize) -> usize {
        self.ear.as_ref().map_or(0, |(_, ear)| {
            let mut told = ear.told.lock().unwrap_or_else(PoisonError::into_inner);
            ask(&mut told, self.changed)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::etcd::wire::WireNumber;

    const LONG: Duration = Duration::from_secs(60);

    /// Turns that are taken, and what tells of the changes of others.
    fn taken(commit: Duration) -> (Turns, Arc<Ear>) {
        let ear = Arc::new(Ear::default());
        let (watch, _) = ChangeWatch::new();
        let turns = Turns {
            left: ALONE,
            ear: Some((watch, Arc::clone(&ear))),
            commit,
            ..Turns::default()
        };
        (turns, ear)
    }

    fn changed(ear: &Ear, at: u64) {
        let count = KeyValue {
            mod_revision: WireNumber(at),
            ..KeyValue::default()
        };
        ear.hear(count, at);
    }

    #[test]
    fn as_many_are_let_in_as_came_between_the_last_two_changes() {
        let (mut turns, ear) = taken(LONG);
        turns.done(10, LONG);
        assert!(turns.wait(10).is_none());
        assert_eq!(turns.left, ALONE - 1);
        changed(&ear, 11);
        changed(&ear, 12);
        changed(&ear, 13);
        turns.done(13, LONG);
        assert_eq!((turns.others, turns.left), (2, ALONE));
        // It waits for the second of them, who comes while it does.
        changed(&ear, 14);
        let second = Arc::clone(&ear);
        let comes = std::thread::spawn(move || changed(&second, 15));
        let told = turns.wait(13).map(|(count, at)| (count.mod_revision.0, at));
        comes.join().unwrap();
        assert!(told == Some((15, 15)) || turns.others == 1, "{told:?}");
        assert!(turns.wait(15).is_none(), "that is known already");
    }

    #[test]
    fn who_does_not_come_is_not_waited_for_again_and_who_is_alone_takes_none() {
        let (mut turns, ear) = taken(Duration::ZERO);
        changed(&ear, 11);
        turns.done(12, Duration::ZERO);
        assert_eq!(turns.others, 1);
        assert!(turns.wait(12).is_none());
        assert_eq!(turns.others, 0);
        for at in 0..u64::from(ALONE) {
            assert!(turns.are_taken(), "{at}");
            turns.done(13 + at, Duration::ZERO);
        }
        assert!(!turns.are_taken() && turns.ear.is_none());
    }
}
