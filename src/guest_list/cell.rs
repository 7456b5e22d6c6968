//! Texts of others in the cells of a spreadsheet.
//!
//! A text that a spreadsheet takes for a formula is run by it (CSV injection). Quoting it is no help where the
//! file is split at other letters than it was joined with: a semicolon in many countries, a tab, a bar. So the
//! rule looks at every place at which a cell may begin, whatever the separator.

use crate::steers;

/// The mark by which some spreadsheets know UTF-8.
pub(crate) const MARK: &str = "\u{feff}";

/// The letters without a width that belong to names: they join those beside them, or keep them apart.
pub(super) const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// The longest cell that is read back, in bytes: none that this program writes of a name, a key or a note is longer.
const LONGEST_READ: usize = 4096;

/// A text for a cell: an apostrophe stands before whatever may begin a formula, and what steers is written
/// out, but for joiners. [`text`] reads it back: so a backslash is doubled that would be taken for one of those.
pub(crate) fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 2);
    let mut within = false;
    for (at, c) in text.char_indices() {
        let opens = opens_formula(c);
        if opens && !within && !is_telephone(text.get(at..).unwrap_or_default()) {
            cell.push('\'');
        }
        within = opens || keeps_within(c);
        if steers(c) && !JOINERS.contains(&c) {
            cell.extend(c.escape_default());
        } else {
            let next = || text.get(at + c.len_utf8()..)?.chars().next();
            if c == '\\' && next().is_some_and(|next| "nrtu\\".contains(next) || steers(next)) {
                cell.push(c);
            }
            cell.push(c);
        }
    }
    cell
}

/// The text that was written as this cell. What is the cell of no text is taken as it stands: somebody has written it.
pub(crate) fn text(written: &str) -> String {
    let text = if written.len() > LONGEST_READ {
        written.to_owned()
    } else {
        read(written, false)
    };
    if cell(&text) == written {
        text
    } else {
        written.to_owned()
    }
}

/// The same of the rest of a cell. `within`: behind a letter behind which no cell begins.
fn read(written: &str, mut within: bool) -> String {
    let (mut text, mut rest) = (String::new(), written);
    while let Some((c, length)) = letter(rest) {
        rest = rest.get(length..).unwrap_or_default();
        let opens = rest.chars().next().filter(|c| opens_formula(*c));
        if c == '\''
            && !within
            && let Some(opens) = opens
        {
            let behind = rest.get(opens.len_utf8()..).unwrap_or_default();
            let behind = format!("{opens}{}", read(behind, true));
            // Before such a number none is put: this one was there.
            if is_telephone(&behind) {
                text.push(c);
            }
            return text + &behind;
        }
        text.push(c);
        within = opens_formula(c) || keeps_within(c);
    }
    text
}

/// The first letter of a text in which some are written out, and how many bytes it takes there.
fn letter(written: &str) -> Option<(char, usize)> {
    let first = written.chars().next()?;
    let plain = Some((first, first.len_utf8()));
    let Some(behind) = written.strip_prefix('\\') else {
        return plain;
    };
    match behind.chars().next() {
        Some('n') => Some(('\n', 2)),
        Some('r') => Some(('\r', 2)),
        Some('t') => Some(('\t', 2)),
        Some('\\') => Some(('\\', 2)),
        Some('u') => {
            let digits = behind.strip_prefix("u{").and_then(|it| it.split_once('}'));
            let known = digits.and_then(|(digits, _)| {
                let letter = u32::from_str_radix(digits, 16)
                    .ok()
                    .and_then(char::from_u32)?;
                Some((letter, digits.len() + 4))
            });
            known.or(plain)
        }
        _ => plain,
    }
}

/// Whether a telephone number stands here, up to where a cell may end: `+49 (30) 123-456`. A spreadsheet makes nothing
/// worse of one than a sum, and people look for it as they wrote it.
fn is_telephone(text: &str) -> bool {
    const LEAST: usize = 6;
    let Some(behind) = text.strip_prefix('+') else {
        return false;
    };
    let number = behind.split([';', ',', '\t', '\n', '\r']).next();
    let number = number.unwrap_or_default();
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_part = |c: char| c.is_ascii_digit() || " ()/.-".contains(c);
    number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(is_part)
        && digits >= LEAST
}

/// Also the full-width and small forms, which some spreadsheets read as the plain ones.
fn opens_formula(c: char) -> bool {
    matches!(
        c,
        '=' | '+' | '-' | '@' | '\u{2212}' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫'
    )
}

/// Whether no cell begins behind this: nobody splits at a letter or a digit, or at what belongs to one.
fn keeps_within(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_gets_an_apostrophe_wherever_a_cell_may_begin() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("-=1", "'-=1"),
            ("a;=1", "a;'=1"),
            ("a|+1", "a|'+1"),
            ("a,\"-1", "a,\"'-1"),
            ("a; \u{a0}@b", "a; \u{a0}'@b"),
            ("'=1", "''=1"),
            ("a\t=1", r"a\t'=1"),
            ("a\r\n=1", r"a\r\n'=1"),
            ("\u{feff}=1", r"\u{feff}'=1"),
            ("a；＝1", "a；'＝1"),
            ("－1", "'－1"),
            ("\u{1b}[2J", r"\u{1b}[2J"),
            ("a\u{200b}b\u{202e}", r"a\u{200b}b\u{202e}"),
            ("\u{646}\u{200c}\u{645}", "\u{646}\u{200c}\u{645}"),
            ("\u{1f469}\u{200d}\u{1f467}", "\u{1f469}\u{200d}\u{1f467}"),
            ("\u{200d}=1", "\u{200d}'=1"),
            ("Anne-Marie O'Neil", "Anne-Marie O'Neil"),
            ("Andre\u{301}-Luc", "Andre\u{301}-Luc"),
            ("a@b.example", "a@b.example"),
            ("web--7f1c", "web--7f1c"),
            ("7-k3v9xq", "7-k3v9xq"),
            ("+49 170 1234567", "+49 170 1234567"),
            ("Bob; +49 (30) 123-456", "Bob; +49 (30) 123-456"),
            ("+1-2", "'+1-2"),
            ("+1234567|a!A0", "'+1234567|a!A0"),
            ("+1234567+A1", "'+1234567+A1"),
            ("+49 170 1234567;=1", "+49 170 1234567;'=1"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    /// Whatever is put together of what the rules are about.
    #[test]
    fn what_was_written_is_read_back_to_the_letter() {
        const PARTS: [&str; 16] = [
            "a",
            "'",
            "+",
            "-",
            "=",
            " ",
            "\\",
            "n",
            "u{a}",
            "\n",
            "\u{feff}",
            "\u{200d}",
            "+49 170 12",
            ";",
            "1",
            "＋",
        ];
        let mut read_back = 0;
        for number in 0..PARTS.len().pow(4) {
            let at = |place: u32| PARTS[number / PARTS.len().pow(place) % PARTS.len()];
            for name in [
                [at(0), at(1), at(2), at(3)].concat(),
                [at(0), at(1), "+49 - 170123", at(2)].concat(),
            ] {
                assert_eq!(text(&cell(&name)), name);
                read_back += 1;
            }
        }
        assert_eq!(read_back, 2 * 65_536);
        for own in ["Anna + Bernd", "+1", "a\nb"] {
            assert_eq!(text(own), own, "no cell is written so");
        }
    }
}
