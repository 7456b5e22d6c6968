//! What became of sales that wrote one version, in words: who overwrote whom, and whose count stands.

use super::listing::names;
use crate::plural::was;

/// Sales that wrote one version.
#[derive(Debug, Default)]
pub(crate) struct ForkOutcome {
    /// The one that was not overwritten, where there is one.
    pub(crate) kept: Option<String>,
    /// Those that were, in the order in which they were written.
    pub(crate) lost: Vec<String>,
    /// Whether the one that was not wrote after all of what the others wrote was gone on from for the last time.
    pub(crate) kept_is_last: bool,
    /// Who overwrote each of them, where that is known.
    pub(crate) by: Vec<Option<String>>,
    /// Those that had gone on from overwritten ones.
    pub(crate) with: Vec<String>,
    /// Who wrote last, where the final count is of another all the same.
    pub(crate) gone: Option<String>,
}

impl ForkOutcome {
    /// Who overwrote whom: of one it is only said that it overwrote those that it wrote next after.
    pub(crate) fn told(&self) -> String {
        if let (Some(gone), Some(kept)) = (&self.gone, &self.kept) {
            return format!(
                "{gone} wrote last, but the final count is what {kept} left, who wrote before: the last write is gone, or the \
                 evidence contradicts itself"
            );
        }
        match (&self.kept, self.lost.as_slice()) {
            (Some(kept), [one]) => self.of_one(kept, one),
            (Some(kept), several) if self.kept_is_last => format!(
                "{kept} wrote last; the sales of the other {} are overwritten",
                several.len()
            ),
            (Some(kept), several) => format!(
                "the other {} were overwritten{}, and the count goes by {kept}",
                several.len(),
                self.by_whom()
            ),
            (None, several) => {
                let all = if several.len() == 2 { "both" } else { "all" };
                format!("{all} were overwritten{}", self.by_whom())
            }
        }
    }

    /// Of two.
    fn of_one(&self, kept: &str, one: &str) -> String {
        match self.by.first().and_then(Option::as_deref) {
            Some(by) if self.kept_is_last && by != kept => {
                format!("{kept} wrote last; {by} overwrote {one}")
            }
            Some(_) if self.kept_is_last => format!("{kept} wrote last and overwrote {one}"),
            None if self.kept_is_last => format!("{kept} wrote last; {one} was overwritten"),
            Some(by) => format!("{by} overwrote {one}, and the count goes by {kept}"),
            None => format!("{one} was overwritten, and the count goes by {kept}"),
        }
    }

    /// Each of two with who overwrote it.
    fn by_whom(&self) -> String {
        match (self.lost.as_slice(), self.by.as_slice()) {
            ([one, other], [Some(first), Some(second)]) => {
                format!(" ({one} by {first}, {other} by {second})")
            }
            _ => String::new(),
        }
    }

    /// Those that went with the overwritten ones; empty where there are none.
    pub(crate) fn went_with(&self) -> String {
        if self.with.is_empty() {
            return String::new();
        }
        let (whose, it) = match self.lost.as_slice() {
            [one] => (format!("{one}'s"), "it"),
            _ => ("theirs".to_owned(), "them"),
        };
        let (all, were) = (names(&self.with), was(self.with.len() as u64));
        format!("; {all}, who had gone on from {whose}, {were} overwritten with {it}")
    }
}
