//! The header of CSV: which column is which.

use super::column_names::{is_given_name, meant, place, says_how_many};
use super::row::COLUMNS;
use super::separator::{in_words, others};

/// A first line that makes no sense, and so nothing behind it does.
#[derive(Debug)]
pub(super) struct BadHeader {
    pub(super) why: String,
    /// What to do.
    pub(super) hint: String,
}

/// Where the columns stand.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// Each of [`COLUMNS`].
    at: [Option<usize>; COLUMNS.len()],
    /// Those whose cells are passed over, whatever they hold.
    ignored: Vec<usize>,
    /// So many there are, without those at the end that have no name.
    pub(super) many: usize,
    /// So many there are.
    pub(super) all: usize,
}

impl Columns {
    /// Those of this header. `ignore`: columns of other names are passed over.
    pub(super) fn of(
        header: &csv::StringRecord,
        separator: u8,
        ignore: bool,
    ) -> Result<Self, BadHeader> {
        let bad_at_sight = two_separators(header, separator).or_else(|| no_separator(header));
        if let Some(bad) = bad_at_sight {
            return Err(bad);
        }
        let mut at = [None; COLUMNS.len()];
        let mut unknown = Vec::new();
        for (column, name) in header.iter().enumerate() {
            match place(name).and_then(|place| at.get_mut(place)) {
                Some(known @ None) => *known = Some(column),
                Some(Some(_)) => {
                    return Err(BadHeader {
                        why: format!("has the column {name:?} twice"),
                        hint: "take one of them out".to_owned(),
                    });
                }
                None => unknown.push(column),
            }
        }
        let mut names = unknown.iter().filter_map(|column| header.get(*column));
        if let Some(given) = names.find(|name| is_given_name(name)) {
            return Err(two_names("column", given));
        }
        let is_named = |column: &usize| header.get(*column).is_some_and(|name| !name.is_empty());
        let none_unknown = ignore || !unknown.iter().any(is_named);
        let many = (0..header.len()).rfind(is_named).map_or(0, |last| last + 1);
        match at {
            [Some(_), ..] if none_unknown => Ok(Self {
                at,
                ignored: if ignore { unknown } else { Vec::new() },
                many,
                all: header.len(),
            }),
            _ => Err(bad(header, separator, ignore)),
        }
    }

    /// Whether a column says how many tickets each row is for.
    pub(super) fn has_quantity(&self) -> bool {
        matches!(self.at, [_, Some(_), ..])
    }

    /// Those that are passed over.
    pub(super) fn ignored(&self) -> &[usize] {
        &self.ignored
    }

    /// The cells of a row in the order of [`COLUMNS`]; a column that is missing has empty ones.
    pub(super) fn cells<'r>(&self, row: &'r csv::StringRecord) -> [&'r str; COLUMNS.len()] {
        self.at
            .map(|at| at.and_then(|at| row.get(at)).unwrap_or_default())
    }

    /// The first column in which a row has something, and the header no name.
    pub(super) fn nameless(&self, row: &csv::StringRecord) -> Option<usize> {
        let mut cells = row.iter().enumerate();
        let is_known = |column| self.at.contains(&Some(column)) || self.ignored.contains(&column);
        let found = cells.find(|(column, cell)| !cell.is_empty() && !is_known(*column));
        found.map(|(column, _)| column)
    }
}

/// What is wrong with a header in which a second separator stands between names: what is behind it would be read as part
/// of the name before.
fn two_separators(header: &csv::StringRecord, separator: u8) -> Option<BadHeader> {
    let is_column = |name: &str| place(name.trim()).is_some() || says_how_many(name);
    let other = others(separator);
    let mixed = |name: &&str| name.contains(&other) && name.split(&other).any(is_column);
    let name = header.iter().find(mixed)?;
    let second = name.chars().find(|c| other(*c))?;
    let (first, second) = (in_words(char::from(separator)), in_words(second));
    Some(BadHeader {
        why: format!("has the names of its columns between {first}s and between {second}s: {name:?} would be one of them"),
        hint: "the first line names the columns, with one separator between all of them, as in every row".to_owned(),
    })
}

/// What is wrong with a header of one cell in which something else than a separator stands between names: a bar or blanks,
/// say, or double quotes around all of them.
fn no_separator(header: &csv::StringRecord) -> Option<BadHeader> {
    let name = header.get(0).filter(|_| header.len() == 1)?;
    let words = name.split(|c: char| !c.is_alphanumeric());
    let known = words.filter_map(|word| place(word).or_else(|| meant(word)));
    let (buyers, others): (Vec<usize>, Vec<usize>) = known.partition(|place| *place == 0);
    if buyers.is_empty() || others.is_empty() {
        return None;
    }
    Some(BadHeader {
        why: format!("names its columns in one cell: {name:?}"),
        hint: "cells stand between commas, semicolons or tabs, and no double quotes around the whole of a row: save it so"
            .to_owned(),
    })
}

/// What is wrong with a list in which the names of people are in two columns (or, in JSON, members): people of one surname would
/// be one.
pub(super) fn two_names(what: &str, given: &str) -> BadHeader {
    BadHeader {
        why: format!(
            "has a {what} {given:?}: without what stands there, two people of one name would be taken for one"
        ),
        hint: format!(
            "write the whole name into one {what}, buyer, as in \"Gray, Ann\": a spreadsheet does it by =A2&\", \"&B2; a {what} that \
             is to be passed over all the same is given another name"
        ),
    }
}

/// What is wrong with a header that has no buyer, or columns of other names; and how it is written instead.
fn bad(header: &csv::StringRecord, separator: u8, ignore: bool) -> BadHeader {
    let mut taken: Vec<usize> = header.iter().filter_map(place).collect();
    let (mut line, mut unknown, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for name in header {
        let is_known = name.is_empty() || place(name).is_some();
        let offered = meant(name).filter(|place| !is_known && !taken.contains(place));
        let column = offered.and_then(|place| COLUMNS.get(place));
        taken.extend(offered);
        line.push(column.map_or(name, |column| *column));
        if !is_known {
            unknown.push(format!("{name:?}"));
        }
        if !is_known && column.is_none() {
            left.push(format!("{name:?}"));
        }
    }
    let (has_buyer, offers) = (taken.contains(&0), left.len() < unknown.len());
    let why = match unknown.as_slice() {
        [one] if !ignore => format!(
            "has a column {one}, which is none of {}",
            COLUMNS.join(", ")
        ),
        [_, ..] if !ignore => format!(
            "has the columns {}, which are none of {}",
            unknown.join(" and "),
            COLUMNS.join(", ")
        ),
        _ => "has no column \"buyer\"".to_owned(),
    };
    let separator = char::from(separator).to_string();
    let mut hints = vec!["the first line names the columns".to_owned()];
    if !has_buyer {
        hints.push("that of the names is called buyer".to_owned());
    }
    if offers && has_buyer {
        hints.push(format!("was this meant: {}", line.join(&separator)));
    }
    if !ignore && has_buyer && !left.is_empty() {
        let left = left.join(" and ");
        hints.push(format!("--ignore-columns passes over {left}"));
    }
    BadHeader {
        why,
        hint: hints.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_perhaps_meant_is_offered() {
        for (header, ignore, why, hint) in [
            (
                "Name;Seats",
                false,
                "has the columns \"Name\" and \"Seats\", which are none of buyer, quantity, key, note",
                "the first line names the columns; was this meant: buyer;quantity",
            ),
            (
                "buyer;name",
                false,
                "has a column \"name\", which is none of buyer, quantity, key, note",
                "the first line names the columns; --ignore-columns passes over \"name\"",
            ),
            (
                "NAME;Phone",
                true,
                "has no column \"buyer\"",
                "the first line names the columns; was this meant: buyer;Phone",
            ),
            (
                "ann;2",
                false,
                "has the columns \"ann\" and \"2\", which are none of buyer, quantity, key, note",
                "the first line names the columns; that of the names is called buyer",
            ),
        ] {
            let record: Vec<&str> = header.split(';').collect();
            let bad = Columns::of(&record.into(), b';', ignore).unwrap_err();
            assert_eq!((&*bad.why, &*bad.hint), (why, hint), "{header}");
        }
    }

    #[test]
    fn columns_without_a_name_hold_nothing_unless_they_are_ignored() {
        let record = |text: &str| text.split(';').collect::<Vec<_>>().into();
        for (ignore, more) in [(false, true), (true, false)] {
            let columns = Columns::of(&record(";Buyer;note;;"), b';', ignore).unwrap();
            assert_eq!(columns.many, 3);
            assert_eq!(columns.cells(&record(";ann;;;")), ["ann", "", "", ""]);
            let nameless = |text: &str| columns.nameless(&record(text));
            assert_eq!(nameless(";ann;x"), None);
            assert_eq!(nameless(";ann;x;;;;"), None);
            assert_eq!(nameless("1;ann;x"), more.then_some(0));
            assert_eq!(nameless(";ann;x;;;1"), Some(5), "beyond the header");
        }
    }
}
