//! Which orders are meant by a text, and how well each fits.

use super::RollEntry;
use crate::office::name::searchable;

/// What is looked for: words that stand somewhere in a name or a note, whatever the capitals and accents, or in an id; there a
/// number stands at the beginning, and `#3` is the whole number.
#[derive(Debug)]
pub(crate) struct RollSearch {
    words: Vec<String>,
    /// The words with one space between them.
    phrase: String,
}

/// How well an order fits: the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RollFit {
    /// The text is its id, or the number of that.
    Id,
    /// The text stands in the name as it is.
    Phrase,
    /// All words stand in the name.
    Name,
    /// All stand in the name, in the one before or in the note.
    Text,
    /// Some stand in the id alone.
    PartOfId,
}

impl RollSearch {
    pub(crate) fn of(text: &str) -> Self {
        let text = searchable(text);
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let phrase = words.join(" ");
        Self { words, phrase }
    }

    /// How well it fits; `None`: it lacks one of the words. Without words, all fit.
    pub(crate) fn fit(&self, entry: &RollEntry) -> Option<RollFit> {
        if let [word] = self.words.as_slice()
            && is_id(word, &entry.id)
        {
            return Some(RollFit::Id);
        }
        let (text, id) = (entry.searched.as_str(), entry.id.as_str());
        let in_text = |word: &String| text.contains(word.as_str());
        let is_found = |word: &String| in_text(word) || is_of_id(word, id);
        if !self.words.iter().all(is_found) {
            return None;
        }
        // The name is the first line.
        let name = text.split('\n').next().unwrap_or_default();
        Some(if name.contains(&self.phrase) {
            RollFit::Phrase
        } else if self.words.iter().all(|word| name.contains(word.as_str())) {
            RollFit::Name
        } else if self.words.iter().all(in_text) {
            RollFit::Text
        } else {
            RollFit::PartOfId
        })
    }
}

/// The number that an id begins with.
fn number(id: &str) -> &str {
    id.split('-').next().unwrap_or_default()
}

fn is_id(word: &str, id: &str) -> bool {
    let word = word.strip_prefix('#').unwrap_or(word);
    word == id || word == number(id)
}

/// Whether a word stands for this id, or for a part of it that people would look for.
fn is_of_id(word: &str, id: &str) -> bool {
    match word.strip_prefix('#') {
        Some(_) => is_id(word, id),
        None if word.bytes().all(|byte| byte.is_ascii_digit()) => id.starts_with(word),
        None => id.contains(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BoxOffice;
    use crate::office::{Order, SalesRoll, Unobserved};

    #[test]
    fn names_stand_before_notes_and_a_number_is_the_beginning_of_an_id() {
        let mut office = BoxOffice::in_memory(100).unwrap();
        let mut buy = |buyer: &str, note: Option<&str>| {
            let order = Order::new(buyer, 1).note(note);
            office.purchase(&order, &mut Unobserved).unwrap().id
        };
        let first = buy("Carol 3 Door", None);
        buy("Door carol 3", None);
        buy("Ann", Some("for door, carol 3"));
        for other in 0..40 {
            buy(&format!("Door carol {}", ["x", "y"][other % 2]), None);
        }
        let mut roll = SalesRoll::default();
        office.follow_sales(&mut roll).unwrap();
        let fits = |text: &str| -> Vec<(RollFit, u64)> {
            let search = RollSearch::of(text);
            let fit = |entry: &RollEntry| Some((search.fit(entry)?, entry.seq));
            let mut all: Vec<_> = roll.entries().filter_map(fit).collect();
            all.sort();
            all
        };
        let found = fits("Door CAROL  3");
        assert_eq!(
            found[..3],
            [(RollFit::Phrase, 3), (RollFit::Name, 2), (RollFit::Text, 4)]
        );
        // Behind these only orders whose number begins with a 3.
        assert!(
            found[3..]
                .iter()
                .all(|(fit, seq)| *fit == RollFit::PartOfId && (30..40).contains(seq)),
            "{found:?}"
        );
        assert_eq!(found.len(), 3 + 10);
        assert_eq!(fits("4")[0], (RollFit::Id, 4));
        assert_eq!(fits("#4"), [(RollFit::Id, 4)]);
        assert_eq!(fits(&first), [(RollFit::Id, 2)]);
        assert_eq!(fits(&format!("#{first}")), [(RollFit::Id, 2)]);
        assert_eq!(fits("carol #2"), [(RollFit::PartOfId, 2)]);
        assert_eq!(fits("door 9999"), []);
        assert_eq!(fits("").len(), 43);
    }
}
