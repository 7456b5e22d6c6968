//! The moments of reads and writes: between which times each was, and which is known to be before which.
//!
//! Each was at one moment; of two moments one is before the other. What is known of them only grows, or contradicts itself.

use super::event_set::EventSet;

/// That what is known cannot all be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Contradiction;

/// What is known of the moments, by event.
#[derive(Debug, Clone, Default)]
pub(super) struct Moments {
    /// Not before that, ns.
    from: Vec<u64>,
    /// Not after that, ns.
    until: Vec<u64>,
    /// Those that are known to be later.
    later: Vec<EventSet>,
    /// Those that are known to be earlier.
    earlier: Vec<EventSet>,
    /// Whether more is known since that was last asked, and whether that has not been followed through.
    has_grown: bool,
    is_open: bool,
}

impl Moments {
    /// Of events with the times between which each was.
    pub(super) fn of(windows: &[(u64, u64)]) -> Self {
        let none = || vec![EventSet::below(windows.len()); windows.len()];
        let until = windows.iter().map(|window| window.1.max(window.0));
        Self {
            from: windows.iter().map(|window| window.0).collect(),
            until: until.collect(),
            later: none(),
            earlier: none(),
            has_grown: true,
            is_open: true,
        }
    }

    pub(super) fn many(&self) -> usize {
        self.from.len()
    }

    pub(super) fn from(&self, event: usize) -> u64 {
        self.from.get(event).copied().unwrap_or(0)
    }

    pub(super) fn until(&self, event: usize) -> u64 {
        self.until.get(event).copied().unwrap_or(u64::MAX)
    }

    pub(super) fn is_before(&self, one: usize, other: usize) -> bool {
        self.later.get(one).is_some_and(|later| later.has(other))
    }

    pub(super) fn later(&self, than: usize) -> Option<&EventSet> {
        self.later.get(than)
    }

    pub(super) fn earlier(&self, than: usize) -> Option<&EventSet> {
        self.earlier.get(than)
    }

    /// Whether some event is known to lie between two.
    pub(super) fn parts(&self, one: usize, other: usize) -> bool {
        let between = self.later(one).zip(self.earlier(other));
        between.is_some_and(|(later, earlier)| later.meets(earlier))
    }

    /// Takes down that one was before the other.
    pub(super) fn put(&mut self, one: usize, other: usize) -> Result<(), Contradiction> {
        if self.is_before(one, other) {
            return Ok(());
        }
        if one == other || self.is_before(other, one) {
            return Err(Contradiction);
        }
        if let Some(later) = self.later.get_mut(one) {
            later.add(other);
        }
        if let Some(earlier) = self.earlier.get_mut(other) {
            earlier.add(one);
        }
        (self.has_grown, self.is_open) = (true, true);
        Ok(())
    }

    /// What the times tell of the order, what that tells of the rest, and what the order tells of the times.
    pub(super) fn compare(&mut self) -> Result<(), Contradiction> {
        let many = self.many();
        for one in 0..many {
            for other in 0..many {
                // Of equal stamps nobody knows which came first.
                if one != other && self.until(one) < self.from(other) {
                    self.put(one, other)?;
                }
            }
        }
        if std::mem::take(&mut self.is_open) {
            self.close()?;
        }
        for event in 0..many {
            let earlier = self.earlier(event).into_iter().flat_map(EventSet::all);
            let from = earlier.map(|early| self.from(early)).max();
            let later = self.later(event).into_iter().flat_map(EventSet::all);
            let until = later.map(|late| self.until(late)).min();
            self.narrow(event, from.unwrap_or(0), until.unwrap_or(u64::MAX))?;
        }
        Ok(())
    }

    /// What is before one is before all that are later.
    fn close(&mut self) -> Result<(), Contradiction> {
        for middle in 0..self.many() {
            let later = self.later.get(middle).cloned().unwrap_or_default();
            for event in self.earlier.get(middle).cloned().unwrap_or_default().all() {
                if let Some(own) = self.later.get_mut(event) {
                    own.add_all(&later);
                }
            }
            let earlier = self.earlier.get(middle).cloned().unwrap_or_default();
            for event in later.all() {
                if let Some(own) = self.earlier.get_mut(event) {
                    own.add_all(&earlier);
                }
            }
        }
        let is_sound = |event: usize| !self.is_before(event, event);
        if (0..self.many()).all(is_sound) {
            Ok(())
        } else {
            Err(Contradiction)
        }
    }

    fn narrow(&mut self, event: usize, from: u64, until: u64) -> Result<(), Contradiction> {
        let (Some(own), Some(end)) = (self.from.get_mut(event), self.until.get_mut(event)) else {
            return Ok(());
        };
        if from > *own || until < *end {
            (*own, *end) = (from.max(*own), until.min(*end));
            self.has_grown = true;
        }
        if self.from(event) <= self.until(event) {
            Ok(())
        } else {
            Err(Contradiction)
        }
    }

    /// Whether more is known than when this was last asked.
    pub(super) fn take_grown(&mut self) -> bool {
        std::mem::take(&mut self.has_grown)
    }
}
