//! Operations in the order of their writes, as far as that is known.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::times::start;
use super::{COMPARED, WriteOrder};
use crate::check::evidence::{NONE, UNSAID};

impl WriteOrder<'_> {
    /// Puts operations in the order in which their writes are known to be done. One that is not on the ledger stands among
    /// those that are by its time.
    pub(crate) fn sort(&self, all: &mut [u32]) {
        let by_lines = self.done_by_lines(all);
        all.sort_by_cached_key(|at| {
            let did = self.evidence.operation(*at);
            let (write, start) = did.map_or((UNSAID, UNSAID), |did| (did.write, start(did)));
            let line = self.line(*at).unwrap_or(NONE);
            let is_last = self.last == Some(*at);
            let before = self.landings.many_before(*at);
            let done = by_lines.get(at).copied().unwrap_or(self.done(*at));
            (is_last, done, line, before, write, start, *at)
        });
    }

    /// When each of those that are on the ledger is known to be done, ns: not after any whose line stands behind its own.
    fn done_by_lines(&self, all: &[u32]) -> HashMap<u32, u64> {
        let lines = all.iter().filter_map(|at| Some((self.line(*at)?, *at)));
        let mut lines: Vec<(u32, u32)> = lines.collect();
        lines.sort_unstable();
        let mut next = UNSAID;
        let done = lines.into_iter().rev().map(|(_, at)| {
            next = next.min(self.done(at));
            (at, next)
        });
        done.collect()
    }

    /// Of operations in the order of [`Self::sort`], whether it is known of each other whether that wrote before or after.
    pub(crate) fn settled(&self, all: &[u32]) -> Vec<bool> {
        let places = || all.iter().enumerate();
        if all.len() <= COMPARED {
            let is_settled = |(at, one): (usize, &u32)| {
                places().all(|(other_at, other)| match at.cmp(&other_at) {
                    Ordering::Less => self.is_before(*one, *other),
                    Ordering::Equal => true,
                    Ordering::Greater => self.is_before(*other, *one),
                })
            };
            return places().map(is_settled).collect();
        }
        // Of many: by when each is known to have begun, and to be done.
        let began = |at: &u32| self.evidence.operation(*at).map_or(0, start);
        let mut settled = vec![true; all.len()];
        let (mut done, mut next) = (0, UNSAID);
        for (at, settled) in all.iter().zip(&mut settled) {
            *settled &= done < began(at);
            done = done.max(self.done(*at));
        }
        for (at, settled) in all.iter().zip(&mut settled).rev() {
            *settled &= self.done(*at) < next;
            next = next.min(began(at));
        }
        settled
    }

    /// Of several operations those after which none of the others is known to have written.
    pub(crate) fn perhaps_last(&self, all: &[u32]) -> Vec<u32> {
        let mut last = all.to_vec();
        if all.len() <= COMPARED {
            last.retain(|at| !all.iter().any(|other| self.is_before(*at, *other)));
            return last;
        }
        // Of many: by when each is known to be done, and the last to have begun.
        let began = all
            .iter()
            .filter_map(|at| Some((start(self.evidence.operation(*at)?), *at)));
        let latest = began.max().unwrap_or_default();
        last.retain(|at| *at == latest.1 || self.done(*at) >= latest.0);
        last
    }
}
