//! A line of a ledger as an editor has saved it, and as it was written: its checksum proves that it is the same.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::ledger::{Line, MARK, Sum};

/// What an editor has done to a line without changing what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EditorMark {
    /// A byte order mark before it.
    ByteOrderMark,
    /// A carriage return at its end.
    CarriageReturn,
    /// All of its text is UTF-16.
    Utf16,
    /// Its letters are in the encoding of Western Windows.
    Encoding,
    /// Blanks before or behind it.
    Blanks,
    /// Blanks between its members.
    Spread,
}

/// The line that was written upon the one with this sum, its own sum, and how it is saved; `None`: it is another one.
pub(crate) fn as_before(
    bytes: &[u8],
    previous: Sum,
) -> Option<(Cow<'_, [u8]>, Sum, BTreeSet<EditorMark>)> {
    let fits = |bytes: &[u8]| Line::check(bytes, Some(previous)).ok();
    let written = Line::as_written(bytes);
    let mut marks = BTreeSet::new();
    let mut put_in = 0;
    if bytes.starts_with(MARK) {
        marks.insert(EditorMark::ByteOrderMark);
        put_in += MARK.len();
    }
    if bytes.ends_with(b"\r") {
        marks.insert(EditorMark::CarriageReturn);
        put_in += 1;
    }
    if written.len() + put_in < bytes.len() {
        marks.insert(EditorMark::Blanks);
    }
    if let Some(sum) = fits(written) {
        return Some((Cow::Borrowed(written), sum, marks));
    }
    if let Some(compact) = without_blanks(written)
        && let Some(sum) = fits(&compact)
    {
        marks.insert(EditorMark::Spread);
        return Some((Cow::Owned(compact), sum, marks));
    }
    if std::str::from_utf8(written).is_ok() {
        return None;
    }
    marks.insert(EditorMark::Encoding);
    let text: String = written.iter().map(|byte| western(*byte)).collect();
    let sum = fits(text.as_bytes())?;
    Some((Cow::Owned(text.into_bytes()), sum, marks))
}

/// Whether it is a whole line of a ledger but for blanks between its members.
pub(crate) fn is_spread(bytes: &[u8]) -> bool {
    let compact = without_blanks(Line::as_written(bytes));
    compact.is_some_and(|compact| Line::parse(&compact, None).is_ok())
}

/// A JSON text without the blanks that stand outside of its strings; `None`: there are none.
fn without_blanks(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut in_string, mut escaped) = (false, false);
    let is_kept = |byte: &u8| {
        let is_blank = !in_string && byte.is_ascii_whitespace();
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ => {}
        }
        !is_blank
    };
    let compact: Vec<u8> = bytes.iter().copied().filter(is_kept).collect();
    (compact.len() < bytes.len()).then_some(compact)
}

/// The letter of a byte in the encoding WINDOWS-1252, as the Unicode consortium's table (CP1252.TXT) has it.
fn western(byte: u8) -> char {
    /// From 0x80 on; what has no letter stands for itself.
    const LETTERS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let special = byte.checked_sub(0x80).map(usize::from);
    let special = special.and_then(|at| LETTERS.get(at));
    special.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Op, Record};

    #[test]
    fn a_line_is_known_by_its_checksum_however_it_is_saved() {
        let record = Record {
            buyer: Some("J\u{fc}rgen \u{160}".into()),
            ..Record::new(Op::Sell, 2, 1, 10)
        };
        let (line, sum) = record.encode(Sum::default()).unwrap();
        let line = line.trim_ascii_end().to_vec();
        let text = std::str::from_utf8(&line).unwrap();
        let western: Vec<u8> = text
            .chars()
            .map(|letter| match letter {
                '\u{fc}' => 0xfc,
                '\u{160}' => 0x8a,
                ascii => u8::try_from(ascii).unwrap(),
            })
            .collect();
        let (mark, end, encoding, blanks) = (
            EditorMark::ByteOrderMark,
            EditorMark::CarriageReturn,
            EditorMark::Encoding,
            EditorMark::Blanks,
        );
        for (bytes, how) in [
            (line.clone(), vec![]),
            ([&line[..], b"\r"].concat(), vec![end]),
            (["\u{feff}".as_bytes(), &line].concat(), vec![mark]),
            ([&line[..], b" "].concat(), vec![blanks]),
            ([b"\t", &line[..], b" \r"].concat(), vec![end, blanks]),
            (["\u{a0} ".as_bytes(), &line].concat(), vec![blanks]),
            (
                [&line[..], "\u{a0}\u{a0}\t".as_bytes()].concat(),
                vec![blanks],
            ),
            (western.clone(), vec![encoding]),
            ([&western[..], b" "].concat(), vec![encoding, blanks]),
        ] {
            let (before, its, marks) = as_before(&bytes, Sum::default()).unwrap();
            assert_eq!((&*before, its), (&line[..], sum));
            assert!(marks.into_iter().eq(how), "{bytes:?}");
            assert!(as_before(&bytes, sum).is_none(), "upon another line");
        }
        let text = text.replacen("\"buyer\":\"", "\"buyer\" : \"", 1);
        for spread in [text.clone(), text.replace(",\"", ",  \"") + " "] {
            let (before, its, marks) = as_before(spread.as_bytes(), Sum::default()).unwrap();
            assert_eq!((&*before, its), (&line[..], sum));
            assert!(marks.contains(&EditorMark::Spread) && is_spread(spread.as_bytes()));
        }
        let changed = text.replace("rgen", "rgens");
        assert!(as_before(changed.as_bytes(), Sum::default()).is_none());
    }
}
