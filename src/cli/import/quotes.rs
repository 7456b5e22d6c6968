//! A double quote that opens a cell, and is never closed: all that stands behind it would be one cell.

use memchr::memchr;

/// Such a quote.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    /// Where the row begins that it stands in, in bytes.
    pub(super) row: usize,
    /// In which line it stands.
    pub(super) line: u64,
}

/// Where the reader of CSV is.
#[derive(Clone, Copy)]
enum Within {
    /// Before the first byte of a cell.
    Start,
    /// In a cell that no quote opened, or whose quote was closed.
    Plain,
    /// In a cell that a quote opened.
    Quoted,
    /// Behind a quote in such a cell: it closes it, unless another one follows.
    Closing,
}

/// Looks for it as the reader of CSV does: a quote opens a cell as its first byte alone.
pub(super) fn unclosed(text: &str, separator: u8) -> Option<Unclosed> {
    memchr(b'"', text.as_bytes())?;
    let (mut within, mut row, mut line, mut opened) = (Within::Start, 0, 1, 1);
    for (at, byte) in text.bytes().enumerate() {
        within = match (within, byte) {
            (Within::Start, b'"') => {
                opened = line;
                Within::Quoted
            }
            (Within::Quoted, b'"') => Within::Closing,
            (Within::Quoted, _) | (Within::Closing, b'"') => Within::Quoted,
            (_, b'\r' | b'\n') => {
                row = at + 1;
                Within::Start
            }
            (_, byte) if byte == separator => Within::Start,
            _ => Within::Plain,
        };
        line += u64::from(byte == b'\n');
    }
    matches!(within, Within::Quoted).then_some(Unclosed { row, line: opened })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_that_is_not_closed_is_found_in_its_row() {
        for (text, is) in [
            ("buyer\nann\n", None),
            ("buyer,note\nann,\"a, \"\"b\"\"\nc\"\n", None),
            ("buyer,note\nann,5\" wide\nbob,\"a\" b\"\n", None),
            ("buyer,note\nann,\"\"\n", None),
            ("buyer,note\nann,\"cash\nbob,2\n", Some((11, 2))),
            ("buyer,note\r\nann,\"\"\"\r\nbob,2\n", Some((12, 2))),
            ("buyer,note\n\"a\nb\",\"c\n", Some((11, 3))),
            ("\"buyer\nann\n", Some((0, 1))),
        ] {
            let is = is.map(|(row, line)| Unclosed { row, line });
            assert_eq!(unclosed(text, b','), is, "{text:?}");
        }
    }
}
