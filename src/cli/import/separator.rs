//! What stands between the cells of CSV: a statement of its own says so, as `sep=;`, or else the header does.

use super::column_names::place;

/// What may stand between two cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// The line by which spreadsheets say what separates cells, and the text behind it, which begins with the end of that line:
/// so its lines are counted as those of the whole.
pub(super) fn stated(text: &str) -> Option<(&str, &str)> {
    let line = text.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let rest = text.get(line.len()..)?;
    let bare = line.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let (name, separator) = bare.unwrap_or(line).split_once('=')?;
    let says_so = name.eq_ignore_ascii_case("sep") && separator.chars().count() <= 1;
    says_so.then_some((separator, rest))
}

/// The separator that such a line names; `None`: it is none that is read here.
pub(super) fn known(stated: &str) -> Option<u8> {
    let mut separators = SEPARATORS.into_iter();
    separators.find(|it| stated.bytes().eq([*it]))
}

/// What stands between cells beside the separator.
pub(super) fn others(separator: u8) -> impl Fn(char) -> bool {
    move |c| {
        SEPARATORS
            .iter()
            .any(|it| *it != separator && char::from(*it) == c)
    }
}

/// What such a separator is called.
pub(super) fn in_words(separator: char) -> &'static str {
    match separator {
        ';' => "semicolon",
        '\t' => "tab",
        _ => "comma",
    }
}

/// The separator by which the header names the buyer's column, and most of the others; where it names none, the one
/// that it has most of.
pub(super) fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty());
    let header = header.unwrap_or_default();
    let score = |separator: u8| {
        let names = header.split(char::from(separator));
        let names = names.map(|name| name.trim().trim_matches('"').trim());
        let known: Vec<usize> = names.clone().filter_map(place).collect();
        (known.contains(&0), known.len(), names.count())
    };
    // Of equal ones the first.
    let best = SEPARATORS.into_iter().rev().max_by_key(|it| score(*it));
    best.unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_what_separates_cells() {
        for (header, is) in [
            ("buyer", b','),
            ("buyer,note", b','),
            ("\"buyer\";\"quantity\"", b';'),
            ("Quantity\tBUYER", b'\t'),
            ("buyer;quantity,note", b';'),
            ("name;seats", b';'),
            ("name", b','),
            ("", b','),
        ] {
            assert_eq!(separator(header), is, "{header}");
        }
    }

    #[test]
    fn a_line_of_its_own_says_what_separates_cells() {
        for (text, is) in [
            ("sep=;\nbuyer", Some((";", "\nbuyer"))),
            ("SEP=,\r\nbuyer", Some((",", "\r\nbuyer"))),
            ("\"sep=\t\"\nbuyer", Some(("\t", "\nbuyer"))),
            ("sep=|", Some(("|", ""))),
            ("sep=\n", Some(("", "\n"))),
            ("sep=ann\n", None),
            ("buyer;sep=;\n", None),
            ("", None),
        ] {
            assert_eq!(stated(text), is, "{text:?}");
        }
        assert_eq!(
            [";", ",", "\t", "|", ""].map(known),
            [Some(b';'), Some(b','), Some(b'\t'), None, None]
        );
    }
}
