//! Of which sales it depends on who else wrote whether they are overwritten, and by whom.

use std::collections::HashSet;

use super::forks::Forks;
use super::possible_forks::PossibleForks;
use crate::check::evidence::Evidence;

/// Of which operations it is not known what became of what they wrote, because others may have written who do not say so.
#[derive(Debug, Default)]
pub(crate) struct UnsureFates {
    /// Those that are not overwritten in each possibility, and those that are in some.
    perhaps_kept: HashSet<u32>,
    perhaps_lost: HashSet<u32>,
    /// Those that another is taken to have overwritten where nobody else is known to have written, and not in each possibility.
    overwriters: HashSet<u32>,
}

impl UnsureFates {
    /// Of evidence that is settled.
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let mut unsure = Self::default();
        let Some(ways) = &evidence.possibilities else {
            return unsure;
        };
        let possible = evidence.possible();
        let forks = PossibleForks::of(evidence, &possible);
        let known = Forks::of(evidence);
        let is_untried = ways.is_empty();
        for at in (0..).take(evidence.operations.len()) {
            let is_lost = forks.is_lost(at);
            // Where not all ways were tried, each who may have written may have gone on from any.
            if is_lost != Some(true) || is_untried {
                unsure.perhaps_kept.insert(at);
            }
            if is_lost != Some(false) {
                unsure.perhaps_lost.insert(at);
            }
            if !forks.is_overwritten_by(at, known.overwriter(at)) {
                unsure.overwriters.insert(at);
            }
        }
        unsure
    }

    /// Whether what an operation wrote is not known to be overwritten, where it is taken to be.
    pub(crate) fn is_perhaps_kept(&self, at: u32) -> bool {
        self.perhaps_kept.contains(&at)
    }

    /// Whether it is not known to stand, where it is taken to.
    pub(crate) fn is_perhaps_lost(&self, at: u32) -> bool {
        self.perhaps_lost.contains(&at)
    }

    /// Whether it is not known who overwrote it.
    pub(crate) fn is_overwriter(&self, at: u32) -> bool {
        self.overwriters.contains(&at)
    }
}
