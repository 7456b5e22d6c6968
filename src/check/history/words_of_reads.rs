//! Findings in words about reads that an operation did not act by.

use super::phrases::Phrases;
use crate::check::evidence::{Touched, UNSAID};
use crate::check::listing::names;

impl Phrases<'_> {
    fn touched(&self) -> Vec<Touched> {
        let first = self.finding.operations.first();
        first.map_or_else(Vec::new, |at| self.evidence.touched(*at))
    }

    /// The oldest version that the first operation read, or [`UNSAID`].
    pub(super) fn oldest_read(&self) -> u64 {
        let read = self.touched().into_iter().filter(|one| !one.is_write);
        read.map(|one| one.version).min().unwrap_or(UNSAID)
    }

    /// What one operation did whose reads went backwards.
    pub(super) fn backwards(&self, newer: u64) -> String {
        let who = self.who(0);
        let all = self.touched();
        let mut behind = all.iter().skip_while(|one| one.version != newer);
        let first = behind.next();
        let then = behind.find(|one| !one.is_write && one.version < newer);
        let (Some(first), Some(then)) = (first, then) else {
            return format!("{who} read version {newer}, and an older one after that");
        };
        let did = if first.is_write { "wrote" } else { "read" };
        format!(
            "{who} {did} version {newer} by {}, and then read version {}, by {}, in one operation",
            self.time(first.at),
            then.version,
            self.time(then.at)
        )
    }

    /// What was seen of a version that the first operation did not only act by, where it saw how many are left.
    pub(super) fn seen_besides(&self, version: u64) -> Option<String> {
        let further = *self.finding.operations.first()?;
        let mut further = self.evidence.further_reads_of(further);
        further.find(|read| read.version == version)?;
        let all = self.touched().into_iter();
        let all = all.filter(|one| !one.is_write && one.version == version && one.seen != UNSAID);
        let mut seen: Vec<u64> = all.map(|one| one.seen).collect();
        seen.dedup();
        if seen.is_empty() {
            return None;
        }
        let seen: Vec<String> = seen.iter().map(u64::to_string).collect();
        Some(format!(
            "{} read version {version} with {} left, which is not what that version holds",
            self.who(0),
            names(&seen)
        ))
    }
}
