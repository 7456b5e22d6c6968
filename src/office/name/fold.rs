//! Names without what people do not care for when they compare, look for or sort them.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::shows_nothing;

/// A name as people compare names: its words with one space between them, in NFC, whatever the capitals.
pub(crate) fn without_case(name: &str) -> String {
    let trimmed = name.trim();
    if trimmed.is_ascii() && !trimmed.contains("  ") {
        return trimmed.to_ascii_lowercase();
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    let words = words.join(" ");
    words.nfc().flat_map(case_folded).nfc().collect()
}

/// A text as it is searched by its parts, and sorted: without capitals and accents, its letters, apostrophes, hyphens and spaces
/// as a plain keyboard has them.
pub(crate) fn searchable(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase().replace('`', "'");
    }
    let shown = text
        .chars()
        .filter(|c| c.is_whitespace() || !shows_nothing(*c));
    // An acute accent that stands for an apostrophe would come apart into a blank and a mark.
    let bare = shown.map(keyed).nfkd().filter(|c| !is_combining_mark(*c));
    let mut written = String::with_capacity(text.len());
    for letter in bare.map(keyed).flat_map(case_folded) {
        match PLAIN.iter().find(|(own, _)| *own == letter) {
            Some((_, plain)) => written.push_str(plain),
            None => written.push(letter),
        }
    }
    written
}

/// The small letters of a letter, as Unicode folds it in full: of `ß` and `ẞ` they are `ss`. A dotless `ı` is no `i`.
fn case_folded(letter: char) -> impl Iterator<Item = char> {
    let small = letter.to_lowercase();
    let capital = small.flat_map(|c| {
        let is_dotless = c == 'ı';
        let itself = is_dotless.then_some(c);
        let capitals = (!is_dotless).then(|| c.to_uppercase());
        itself.into_iter().chain(capitals.into_iter().flatten())
    });
    capital.flat_map(char::to_lowercase)
}

/// An apostrophe or a hyphen as a plain keyboard has it.
fn keyed(letter: char) -> char {
    match letter {
        '`'
        | '\u{b4}'
        | '\u{2b9}'..='\u{2bf}'
        | '\u{2c8}'
        | '\u{2018}'..='\u{201b}'
        | '\u{2032}'
        | '\u{2035}'
        | '\u{a78c}'
        | '\u{ff07}' => '\'',
        '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}' => '-',
        other => other,
    }
}

/// Small letters that are not put together of others, as people write them who lack them.
const PLAIN: [(char, &str); 13] = [
    ('ł', "l"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ĸ', "k"),
    ('ŋ', "n"),
    ('ŧ', "t"),
    ('ɨ', "i"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('þ', "th"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_whatever_the_capitals() {
        for (one, other) in [
            ("Weiß, Käthe", "WEISS, KÄTHE"),
            ("GROẞ", "groß"),
            ("ΝΙΚΟΣ", "νικος"),
            ("Zoe\u{308}", "ZOË"),
            (" Mr\u{a0}  Smith ", "mr smith"),
            ("straſſe", "STRASSE"),
        ] {
            assert_eq!(without_case(one), without_case(other));
        }
        for (one, other) in [("Zoë", "Zoe"), ("Işık", "Işik"), ("Łukasz", "Lukasz")] {
            assert_ne!(without_case(one), without_case(other));
        }
    }

    #[test]
    fn a_text_is_searched_as_a_plain_keyboard_writes_it() {
        for (text, is) in [
            ("Weiß", "weiss"),
            ("WEIẞ", "weiss"),
            ("Łukasz", "lukasz"),
            ("Søren Ærø", "soren aero"),
            ("Þór Œuvre", "thor oeuvre"),
            ("Işık", "isik"),
            ("İSTANBUL", "istanbul"),
            ("O\u{2019}Neill", "o'neill"),
            ("O\u{b4}Neill", "o'neill"),
            ("D`Arc", "d'arc"),
            ("Anne\u{2011}Marie", "anne-marie"),
            ("Anne\u{2013}Marie", "anne-marie"),
            ("Anna\u{a0}Lena", "anna lena"),
            ("Anna\u{202f}Lena", "anna lena"),
            ("An\u{ad}na\u{200b}", "anna"),
            ("Zoe\u{308}", "zoe"),
            ("Νίκος", "νικοσ"),
            ("a\nB", "a\nb"),
            ("#3", "#3"),
        ] {
            assert_eq!(searchable(text), is, "{text}");
        }
    }
}
