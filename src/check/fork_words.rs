//! What became of sales that wrote one version, in words: who overwrote whom, and whose count stands.

use super::listing::names;
use crate::plural::was;

/// So many of several versions of one number are told apart.
const TOLD_APART: usize = 8;

/// What sales had read that wrote one version. `whose`: each of them with who wrote what it had read, where that is known of
/// all; `left`: how many all of them saw left.
pub(crate) fn reading(
    version: u64,
    left: Option<u64>,
    many: usize,
    whose: &[(String, String)],
) -> String {
    let mut apart: Vec<(&str, Vec<String>)> = Vec::new();
    for (writer, owner) in whose {
        match apart.iter_mut().find(|(own, _)| own == owner) {
            Some((_, writers)) => writers.push(writer.clone()),
            None => apart.push((owner.as_str(), vec![writer.clone()])),
        }
    }
    let left = left.map(|left| format!("{left} left"));
    if apart.len() < 2 || whose.len() < many {
        let both = if many == 2 { "both" } else { "all" };
        let left = left.map_or_else(String::new, |left| format!(" ({left})"));
        return format!("{both} read version {version}{left}");
    }
    let more = apart.len().saturating_sub(TOLD_APART);
    let is_one_each = apart.len() == many;
    let told = apart.iter().take(TOLD_APART).map(|(owner, writers)| {
        if is_one_each {
            format!("{owner}'s")
        } else {
            format!("{} that of {owner}", names(writers))
        }
    });
    let mut told: Vec<String> = told.collect();
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    let told = told.join(if is_one_each { ", " } else { "; " });
    let left = left.map_or_else(String::new, |left| format!("; {left}"));
    if is_one_each {
        format!("read a version {version} each ({told}{left})")
    } else {
        format!(
            "read {} versions {version} ({told}{left})",
            if apart.len() == 2 { "two" } else { "several" }
        )
    }
}

/// Sales that wrote one version.
#[derive(Debug, Default, PartialEq, Eq)]
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
            Some(by) => format!("{by} overwrote {one} for good, and the count goes by {kept}"),
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
