//! Turns: several who sell much of one event let each other in. Else all decide and send what is much, and all but one in vain.
//!
//! Who has just sold goes again when as many others have changed the event as sell about as much: a watch tells of each
//! change, and the keys of the lines say whose it was. So each goes once in a round, and no two go at once.
//!
//! Invariant: a turn is a courtesy. A commit compares the count in each turn, and nobody waits for longer than the
//! others are likely to take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ear::{Ear, ToldCount};
use super::key_space::KeySpace;
use super::watch::watch_count;
use crate::store::change_watch::ChangeWatch;

/// So many others are let in at most between two changes.
const OTHERS: usize = 8;

/// How long the next of them is waited for at most.
const PATIENCE: Duration = Duration::from_millis(500);

/// So many changes in a row without one of others end it.
const ALONE: u32 = 32;

/// So often may come too late who sells one by one, until it takes turns too.
const LATES: u32 = 4;

/// After so many changes it is looked anew at who sells, where nothing odd comes in between.
const LOOKED: u32 = 8;

/// Whether turns are taken, and how many others there are.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// For how many changes more.
    left: u32,
    ear: Option<(ChangeWatch, Arc<Ear>)>,
    /// How often it came too late since turns were taken last.
    lates: u32,
    /// So many others sell about as much as we do.
    others: usize,
    /// When we changed it last: a revision; 0: never.
    changed: u64,
    /// Whether it is our turn, until we have changed it or came too late.
    is_ours: bool,
    /// Whether it was our turn last because nobody came.
    is_quiet: bool,
    /// How long a commit takes, about.
    commit: Duration,
    /// After so many changes it is looked at who sells, and so many after that.
    look: (u32, u32),
}

impl Turns {
    /// Whether they are taken.
    pub(super) fn are_taken(&self) -> bool {
        self.left > 0
    }

    /// Others came first: the count was changed at this revision. So many lines were decided in vain.
    pub(super) fn late(&mut self, lines: usize, changed: Option<u64>, space: &KeySpace) {
        (self.is_ours, self.is_quiet) = (false, false);
        self.look = (0, 2);
        if let (Some((_, ear)), Some(changed)) = (&self.ear, changed) {
            // What was told of a cluster that has been put back since is none of its history.
            ear.told()
                .retain(|(count, _)| count.mod_revision.0 <= changed);
        }
        // Who sells one now and then is not in the way of others, nor they in its.
        self.lates = self.lates.saturating_add(1);
        if lines < 2 && self.lates < LATES {
            return;
        }
        self.left = ALONE;
        self.others = self.others.max(1);
        if self.ear.is_none() {
            let ear = Arc::new(Ear::default());
            let hears = Arc::clone(&ear);
            let hear = move |count, at| hears.hear(count, at);
            self.ear = watch_count(space, hear).ok().map(|watch| (watch, ear));
        }
    }

    /// The count was changed at this revision, by a commit that took so long.
    pub(super) fn done(&mut self, changed: u64, took: Duration) {
        let since = std::mem::replace(&mut self.changed, changed);
        self.is_ours = false;
        self.commit = match self.commit {
            Duration::ZERO => took,
            before => (before * 3 + took) / 4,
        };
        if self.left == 0 {
            return;
        }
        self.look.0 = self.look.0.saturating_sub(1);
        self.left = if self.heard(since, changed) > 0 {
            ALONE
        } else {
            self.left - 1
        };
        if self.left == 0 {
            (self.ear, self.others, self.lates) = (None, 0, 0);
        }
    }

    /// Looks at who sells, where it is time to.
    pub(super) fn look(&mut self, space: &KeySpace) {
        // Who has never sold goes as soon as it may.
        let is_due = self.look.0 == 0 && self.changed > 0;
        let Some((_, ear)) = self.ear.as_ref().filter(|_| is_due) else {
            return;
        };
        let told: Vec<ToldCount> = ear.told().iter().cloned().collect();
        if told.is_empty() {
            return;
        }
        if let Some(others) = space.other_sellers(&told) {
            self.others = others.min(OTHERS);
        }
        let (_, next) = self.look;
        self.look = (next, LOOKED.min(2 * next));
    }

    /// Waits for as many others as there are. Returns the count as it was told of last, if it was changed after this revision.
    pub(super) fn wait(&mut self, known: u64) -> Option<ToldCount> {
        let (_, ear) = self.ear.as_ref()?;
        let mut told = ear.told();
        let (mut before, mut end) = (None, Instant::now());
        loop {
            let since = |(count, _): &ToldCount| count.mod_revision.0 > self.changed;
            let seen = told.iter().filter(|told| since(told)).count();
            let seen = seen.max(usize::from(known > self.changed));
            let is_next = self.is_ours || self.changed == 0 || seen >= self.others;
            if before.replace(seen) != Some(seen) {
                end = Instant::now() + self.patience(self.others.saturating_sub(seen));
            }
            let left = end.saturating_duration_since(Instant::now());
            if is_next || left.is_zero() {
                if !is_next && std::mem::replace(&mut self.is_quiet, true) {
                    // Twice: somebody has gone, or has nothing to sell.
                    told.retain(since);
                    (self.others, self.look) = (seen, (1, 1));
                }
                self.is_quiet &= !is_next;
                self.is_ours = true;
                let newest = told.back().cloned();
                return newest.filter(|(count, _)| count.mod_revision.0 > known);
            }
            told = ear.wait(told, left);
        }
    }

    /// The count as it was told of last, if it was changed after this revision: what is behind that comes too late.
    pub(super) fn newer(&self, known: u64) -> Option<ToldCount> {
        let (_, ear) = self.ear.as_ref()?;
        let newest = ear.told().back().cloned();
        newest.filter(|(count, _)| count.mod_revision.0 > known)
    }

    /// How long the next one is waited for: who is farther from its turn waits longer, so that no two lose it at once.
    fn patience(&self, missing: usize) -> Duration {
        PATIENCE.min(self.commit * (3 + 2 * missing as u32))
    }

    /// How many changes were told of between these two.
    fn heard(&self, since: u64, until: u64) -> usize {
        self.ear.as_ref().map_or(0, |(_, ear)| {
            let told = ear.told();
            let between = told.iter().map(|(count, _)| count.mod_revision.0);
            between.filter(|at| (since + 1..until).contains(at)).count()
        })
    }
}

#[cfg(test)]
mod tests;
