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
    /// Who overwrote the last of the others, where that is known.
    pub(crate) by: Option<String>,
    /// Those that had gone on from overwritten ones.
    pub(crate) with: Vec<String>,
}

impl ForkOutcome {
    /// Who overwrote whom.
    pub(crate) fn told(&self) -> String {
        let (one, many) = match self.lost.as_slice() {
            [one] => (one.clone(), None),
            several => (format!("the other {}", several.len()), Some(several.len())),
        };
        match (&self.kept, &self.by) {
            (Some(kept), _) if self.kept_is_last => {
                format!("{kept} wrote last and overwrote {one}")
            }
            (Some(kept), Some(by)) if many.is_none() => {
                format!("{by} overwrote {one}, and the count goes by {kept}")
            }
            (Some(kept), by) => {
                let were = was(many.unwrap_or(1) as u64);
                let by = by.as_ref().filter(|_| many.is_some());
                let by = by.map_or(String::new(), |by| format!(", the last of them by {by}"));
                format!("{one} {were} overwritten{by}, and the count goes by {kept}")
            }
            (None, by) => {
                let all = if many == Some(2) { "both" } else { "all" };
                let by = by.as_ref();
                let by = by.map_or(String::new(), |by| format!(", the last of them by {by}"));
                format!("{all} were overwritten{by}")
            }
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
