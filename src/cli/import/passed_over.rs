//! Columns whose cells are passed over: which these are, and whether one of them says how many tickets a row is for.

use std::fmt;

use serde::{Serialize, Serializer};

use super::column_names::says_how_many;
use super::header::BadHeader;

/// The largest number that is taken for one of tickets: no year, no postcode, no telephone number.
const MOST: u64 = 999;

/// What a column is called by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heading {
    Name(String),
    /// The header has no name for it: its place, from 1 on.
    Place(usize),
}

impl Heading {
    /// That of the column at this place, from 0 on.
    pub(super) fn of(header: &csv::StringRecord, at: usize) -> Self {
        match header.get(at) {
            Some(name) if !name.is_empty() => Self::Name(name.to_owned()),
            _ => Self::Place(at + 1),
        }
    }

    /// The name, where it has one.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Place(_) => "",
        }
    }
}

impl fmt::Display for Heading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Place(place) => write!(f, "column {place}"),
        }
    }
}

impl Serialize for Heading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The columns of a list, or the members of its rows, that are passed over.
#[derive(Debug, Default)]
pub(super) struct PassedOver(Vec<Column>);

#[derive(Debug)]
struct Column {
    heading: Heading,
    /// Whether some cell holds a number, and none anything else.
    counts: Option<bool>,
}

impl PassedOver {
    /// Takes note of a column, which may have no cells.
    pub(super) fn name(&mut self, heading: &Heading) -> usize {
        let known = self.0.iter().position(|column| column.heading == *heading);
        known.unwrap_or_else(|| {
            self.0.push(Column {
                heading: heading.clone(),
                counts: None,
            });
            self.0.len() - 1
        })
    }

    /// Takes note of one of its cells.
    pub(super) fn see(&mut self, heading: &Heading, cell: &str) {
        let cell = cell.trim();
        let at = self.name(heading);
        if let (Some(column), false) = (self.0.get_mut(at), cell.is_empty()) {
            column.counts = Some(column.counts.unwrap_or(true) && is_count(cell));
        }
    }

    /// The one that seems to say how many tickets a row is for.
    pub(super) fn perhaps_quantity(&self) -> Option<&Heading> {
        let says_so = |column: &&Column| says_how_many(column.heading.name());
        let by_name = self.0.iter().find(says_so);
        let counts = |column: &&Column| column.counts == Some(true);
        let found = by_name.or_else(|| self.0.iter().find(counts))?;
        Some(&found.heading)
    }

    /// Those that have a name, or something in a cell.
    pub(super) fn headings(&self) -> Vec<Heading> {
        let is_told = |column: &&Column| match column.heading {
            Heading::Name(_) => true,
            Heading::Place(_) => column.counts.is_some(),
        };
        let told = self.0.iter().filter(is_told);
        told.map(|column| column.heading.clone()).collect()
    }
}

/// Whether it may be a number of tickets: a telephone number begins with a 0.
fn is_count(cell: &str) -> bool {
    let digits = cell.bytes().all(|byte| byte.is_ascii_digit());
    let is_code = cell.len() > 1 && cell.starts_with('0');
    digits && !is_code && cell.parse::<u64>().is_ok_and(|number| number <= MOST)
}

/// What is wrong with a list without a column (or, in JSON, a member) `quantity`, where this one is passed over.
pub(super) fn refused(what: &str, heading: &Heading) -> BadHeader {
    let one = match heading {
        Heading::Place(place) => format!("column {place}, a {what} without a name,"),
        Heading::Name(name) => format!("the {what} {name:?}"),
    };
    BadHeader {
        why: format!(
            "has no {what} \"quantity\", and {one} seems to say how many: each row would be one ticket"
        ),
        hint: format!(
            "call that {what} quantity; if it is something else, give the rows a {what} quantity of their own"
        ),
    }
}

/// Why a row is none that says nothing of how many in its quantity, and this in a column (or, in JSON, a member) that is
/// passed over.
pub(super) fn says_otherwise(what: &str, name: &str, many: &str) -> String {
    format!("it has no quantity, and its {what} {name:?} says {many}: which of them is it?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_small_whole_numbers_is_perhaps_the_quantity() {
        let it = Heading::Name("it".to_owned());
        for (cells, is) in [
            (&["2", "", " 10 "][..], true),
            (&["0", "999"], true),
            (&["", ""], false),
            (&["2", "two"], false),
            (&["two", "2"], false),
            (&["030", "2"], false),
            (&["1984"], false),
            (&["-1"], false),
            (&["2.5"], false),
        ] {
            let mut columns = PassedOver::default();
            for cell in cells {
                columns.see(&it, cell);
            }
            let is = is.then_some(&it);
            assert_eq!(columns.perhaps_quantity(), is, "{cells:?}");
        }
    }
}
