//! Names of buyers: as they are written down, and which of them people would call the same.

mod fold;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use super::order::{MAX_NAME, check_text};
use crate::error::{Error, Kind, Result};
pub(crate) use fold::{searchable, without_case};

/// A name as a new line has it: without outer spaces, in NFC, so that what looks the same is the same.
///
/// # Errors
/// [`Kind::Usage`]: it is empty or too long then, shows nothing, or would not stand in one line of a list.
pub(super) fn checked(name: &str) -> Result<Cow<'_, str>> {
    let written = normal(name);
    let flaw = NameFlaw::of_written(&written);
    let refused = |message: &str| Err(Error::new(Kind::Usage, message));
    if flaw == Some(NameFlaw::Lines) {
        return refused("a buyer's name is one line without control characters");
    }
    check_text("a buyer's name", &written, MAX_NAME)?;
    if flaw == Some(NameFlaw::Empty) {
        return refused("a buyer's name has letters that can be seen, and this one has none");
    }
    Ok(written)
}

/// Why a name cannot be a buyer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFlaw {
    /// Nothing of it can be seen: it is empty, or all of it is spaces and letters without a shape.
    Empty,
    /// A line ends in it, or it has a tab or another control character.
    Lines,
    /// It has more than [`MAX_NAME`] bytes as it would be written down.
    TooLong {
        /// How many of its characters, from the first on, have room.
        fits: usize,
    },
}

impl NameFlaw {
    /// What is wrong with this name; `None`: it can be written down.
    ///
    /// ```
    /// use tickets::office::NameFlaw;
    ///
    /// assert_eq!(NameFlaw::of("alice"), None);
    /// assert_eq!(NameFlaw::of(" \u{200b}"), Some(NameFlaw::Empty));
    /// ```
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::of_written(&normal(name))
    }

    fn of_written(name: &str) -> Option<Self> {
        if name.contains(breaks_a_list) {
            return Some(Self::Lines);
        }
        if name.len() > MAX_NAME {
            let ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
            let fits = ends.take_while(|end| *end <= MAX_NAME).count();
            return Some(Self::TooLong { fits });
        }
        name.chars().all(shows_nothing).then_some(Self::Empty)
    }
}

/// Whether nothing is seen of a letter that stands alone: a space, what Unicode lets a font ignore
/// (`Default_Ignorable_Code_Point`), and the braille pattern without a dot.
fn shows_nothing(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text with this letter would not stand in one line of a list.
pub(super) fn breaks_a_list(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The same without a check: also for names of lines that are older than the rules.
pub(super) fn normal(name: &str) -> Cow<'_, str> {
    let trimmed = name.trim_matches(|c: char| c.is_whitespace() && !breaks_a_list(c));
    if trimmed.is_ascii() {
        return Cow::Borrowed(trimmed);
    }
    Cow::Owned(trimmed.nfc().collect())
}

/// Whether it is the same name for people, who care neither for capitals nor for how many spaces there are, nor for how a
/// letter is put together.
#[derive(Debug)]
pub(super) struct WantedName(String);

impl WantedName {
    pub(super) fn named(name: &str) -> Self {
        Self(without_case(name))
    }

    pub(super) fn is(&self, name: &str) -> bool {
        if name.is_ascii() && self.0.is_ascii() {
            let (mut own, mut other) = (
                self.0.split_ascii_whitespace(),
                name.split_ascii_whitespace(),
            );
            return loop {
                match (own.next(), other.next()) {
                    (Some(own), Some(other)) if own.eq_ignore_ascii_case(other) => {}
                    (own, other) => break own.is_none() && other.is_none(),
                }
            };
        }
        without_case(name) == self.0
    }
}

/// Names that a person may have meant who looked for one: whatever has each of its words somewhere, accents or not.
#[derive(Debug)]
pub(super) struct Alike(Vec<String>);

impl Alike {
    pub(super) fn to(name: &str) -> Self {
        let name = searchable(name);
        Self(name.split_whitespace().map(str::to_owned).collect())
    }

    pub(super) fn is(&self, name: &str) -> bool {
        let name = searchable(name);
        !self.0.is_empty() && self.0.iter().all(|word| name.contains(word.as_str()))
    }
}

/// By what names are sorted: without regard to case and accents first, then by the name itself.
pub(super) fn sort_key(name: &str) -> (String, String) {
    (searchable(name.trim()), without_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_capitals_do_not_matter_to_the_order() {
        let mut names = [
            "Zoe", "ärger", "Øyvind", "Bob", "Łukasz", "Arthur", "bert", "Lz", "Oz",
        ];
        names.sort_by_key(|name| sort_key(name));
        let sorted = [
            "ärger", "Arthur", "bert", "Bob", "Łukasz", "Lz", "Øyvind", "Oz", "Zoe",
        ];
        assert_eq!(names, sorted);
    }

    #[test]
    fn what_looks_the_same_is_written_the_same() {
        for (name, written) in [
            ("alice", "alice"),
            ("  Bob Smith\u{a0}", "Bob Smith"),
            ("Zoe\u{308} Mu\u{308}ller ", "Zo\u{eb} M\u{fc}ller"),
            ("\u{212b}", "\u{c5}"),
        ] {
            assert_eq!(checked(name).unwrap(), written);
        }
    }

    #[test]
    fn a_name_is_one_line_of_at_most_256_bytes_as_it_is_written() {
        for name in [
            "",
            "  ",
            "a\nb",
            "a\n",
            "\u{2028}a",
            "a\tb",
            "a\u{1b}[2J",
            "a\u{85}b",
            "a\u{2028}b",
            "\u{200b}",
            "\u{200b} \u{2060}",
            "\u{202e}\u{202c}",
            "\u{200d}\u{fe0f}",
            "\u{3164}",
            "\u{2800}\u{ad}",
            "\u{e0041}",
        ] {
            assert_eq!(checked(name).unwrap_err().kind(), Kind::Usage, "{name:?}");
        }
        // 128 letters of two bytes each, written with three.
        let decomposed = "u\u{308}".repeat(MAX_NAME / 2);
        assert_eq!(checked(&decomposed).unwrap().len(), MAX_NAME);
        assert!(checked(&format!("{decomposed}x")).is_err());
        // What is not seen itself stays where something is.
        for name in [
            "\u{646}\u{6cc}\u{200c}\u{645}",
            "\u{1f469}\u{200d}\u{1f467}",
            "\u{202b}\u{5d0}\u{202c}",
            "\u{2764}\u{fe0f}",
        ] {
            assert_eq!(checked(name).unwrap(), name);
        }
    }

    #[test]
    fn what_is_wrong_with_a_name_is_known() {
        for (name, flaw) in [
            ("", NameFlaw::Empty),
            ("\u{a0}\u{200b}", NameFlaw::Empty),
            ("a\nb", NameFlaw::Lines),
            (&"a".repeat(300), NameFlaw::TooLong { fits: 256 }),
            (&"\u{674e}".repeat(86), NameFlaw::TooLong { fits: 85 }),
            (&"u\u{308}".repeat(129), NameFlaw::TooLong { fits: 128 }),
        ] {
            assert_eq!(NameFlaw::of(name), Some(flaw), "{name}");
        }
    }

    #[test]
    fn people_look_for_a_name_and_not_for_its_letters() {
        let wanted = WantedName::named(" zoe\u{308} M\u{dc}LLER");
        assert!(wanted.is("Zo\u{eb} Mu\u{308}ller"));
        assert!(!wanted.is("Zoe M\u{fc}ller"));
        assert!(
            WantedName::named("Mr  Smith").is("mr smith")
                && WantedName::named("mr smith").is("Mr\u{a0} Smith")
        );
        assert!(
            !WantedName::named("mr smith").is("mr smith b")
                && !WantedName::named("mr smith").is("mrsmith")
        );
        assert!(
            WantedName::named("ALICE").is(" alice ") && !WantedName::named("alice").is("alicia")
        );
    }

    #[test]
    fn a_name_that_was_meant_has_every_word_that_was_typed() {
        let alike = Alike::to("zoe mull");
        assert!(alike.is("Zo\u{eb} M\u{fc}ller") && alike.is("MULLER, Zoe\u{308}"));
        assert!(!alike.is("Zoe Miller"));
        assert!(!Alike::to(" ").is("Zoe"));
    }
}
