//! What is said of sales that wrote one version where it is not known whose the count goes by: who wrote last, where that is
//! known, which of them were overwritten all the same, and why no more is known.

use std::fmt::Write as _;

use super::forks::Forks;
use crate::check::evidence::{Operation, UNSAID};
use crate::check::listing::{choice, names};
use crate::plural::was;

impl Forks<'_> {
    /// In words.
    pub(super) fn undecided(&self, writers: &[u32]) -> String {
        let named = |all: &[u32]| all.iter().map(|at| self.name(*at)).collect::<Vec<_>>();
        let last = self.order.perhaps_last(writers);
        // Who may have written last was overwritten only where the count goes by another.
        let is_one = writers.iter().any(|at| self.stands(*at));
        let is_over =
            |at: &u32| self.is_lost(*at) && (is_one || last.len() == 1 || !last.contains(at));
        let (overwritten, open): (Vec<u32>, Vec<u32>) = writers.iter().partition(|at| is_over(at));
        let others = self.others_of(writers);
        let mut words = match (&last[..], writers) {
            ([one], [first, second]) if others => {
                let before = if one == first { second } else { first };
                format!("{} wrote after {}", self.name(*one), self.name(*before))
            }
            ([one], _) => format!("{} wrote last", self.name(*one)),
            (all, _) if all.len() == writers.len() => {
                format!("which of them wrote last is {}", self.why(all))
            }
            (some, _) => format!(
                "whether {} wrote last is {}",
                choice(&named(some)),
                self.why(some)
            ),
        };
        if !overwritten.is_empty() {
            let were = was(overwritten.len() as u64);
            let _ = write!(
                words,
                "; {} {were} overwritten",
                names(&named(&overwritten))
            );
        }
        if last.len() == 1 && open.len() > 1 {
            match self.readers_of_several(&open)[..] {
                [] => words += "; whose sale the count goes by is not known",
                ref all if others => {
                    let readers = names(&named(all));
                    let _ = write!(words, "; whose sale {readers} read is not known");
                }
                ref all => {
                    let readers = names(&named(all));
                    let _ = write!(words, "; which of them {readers} read is not known");
                }
            }
        }
        words
    }

    /// Whether others wrote that version, too.
    fn others_of(&self, writers: &[u32]) -> bool {
        let first = writers.first().and_then(|at| self.operation(*at));
        let many = first.map_or(0, |did| self.order.writers_of(did.write));
        many > writers.len()
    }

    /// Why the order of writes is not known.
    fn why(&self, writers: &[u32]) -> &'static str {
        let mut all = writers.iter().filter_map(|at| self.operation(*at));
        let is_timed = |did: &Operation| ![did.intend, did.wrote].contains(&UNSAID);
        if all.all(is_timed) {
            "not known: they wrote at the same time"
        } else {
            "not said"
        }
    }
}
