//! A line of a ledger as an editor has saved it, and as it was written: its checksum proves that it is the same.

use std::borrow::Cow;

use crate::ledger::{Line, MARK, Sum};

/// What an editor has done to a line without changing what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Saved {
    /// A byte order mark before it.
    pub(crate) mark: bool,
    /// A carriage return at its end.
    pub(crate) carriage_return: bool,
    /// Blanks before or behind it.
    pub(crate) blanks: bool,
    /// Letters in the encoding of Western Windows.
    pub(crate) encoding: bool,
}

impl Saved {
    pub(crate) fn is_as_written(self) -> bool {
        self == Self::default()
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            mark: self.mark | other.mark,
            carriage_return: self.carriage_return | other.carriage_return,
            blanks: self.blanks | other.blanks,
            encoding: self.encoding | other.encoding,
        }
    }
}

/// The line that was written upon the one with this sum, its own sum, and how it is saved; `None`: it is another one.
pub(crate) fn as_before(bytes: &[u8], previous: Sum) -> Option<(Cow<'_, [u8]>, Sum, Saved)> {
    let fits = |bytes: &[u8]| Line::check(bytes, Some(previous)).ok();
    let written = Line::as_written(bytes);
    let (mark, carriage_return) = (bytes.starts_with(MARK), bytes.ends_with(b"\r"));
    let put_in = usize::from(mark) * MARK.len() + usize::from(carriage_return);
    let mut saved = Saved {
        mark,
        carriage_return,
        blanks: written.len() + put_in < bytes.len(),
        encoding: false,
    };
    if let Some(sum) = fits(written) {
        return Some((Cow::Borrowed(written), sum, saved));
    }
    if std::str::from_utf8(written).is_ok() {
        return None;
    }
    saved.encoding = true;
    let text: String = written.iter().map(|byte| western(*byte)).collect();
    let sum = fits(text.as_bytes())?;
    Some((Cow::Owned(text.into_bytes()), sum, saved))
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
        let saved = |mark, carriage_return, blanks, encoding| Saved {
            mark,
            carriage_return,
            blanks,
            encoding,
        };
        for (bytes, how) in [
            (line.clone(), saved(false, false, false, false)),
            (
                [&line[..], b"\r"].concat(),
                saved(false, true, false, false),
            ),
            (
                ["\u{feff}".as_bytes(), &line].concat(),
                saved(true, false, false, false),
            ),
            ([&line[..], b" "].concat(), saved(false, false, true, false)),
            (
                [b"\t", &line[..], b" \r"].concat(),
                saved(false, true, true, false),
            ),
            (western.clone(), saved(false, false, false, true)),
            (
                [&western[..], b" "].concat(),
                saved(false, false, true, true),
            ),
        ] {
            let (before, its, as_saved) = as_before(&bytes, Sum::default()).unwrap();
            assert_eq!((&*before, its, as_saved), (&line[..], sum, how));
            assert_eq!(as_saved.is_as_written(), bytes == line);
            assert!(as_before(&bytes, sum).is_none(), "upon another line");
        }
        let changed = text.replace("rgen", "rgens");
        assert!(as_before(changed.as_bytes(), Sum::default()).is_none());
    }
}
