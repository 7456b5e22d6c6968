//! Columns whose cells are passed over: which these are, and whether one of them says how many tickets a row is for.

use super::column_names::says_how_many;
use super::header::BadHeader;

/// The largest number that is taken for one of tickets: no year, no postcode, no telephone number.
const MOST: u64 = 999;

/// The columns of a list, or the members of its rows, that are passed over.
#[derive(Debug, Default)]
pub(super) struct PassedOver(Vec<Column>);

#[derive(Debug)]
struct Column {
    name: String,
    /// Whether some cell holds a number, and none anything else.
    counts: Option<bool>,
}

impl PassedOver {
    /// Takes note of a column, which may have no cells.
    pub(super) fn name(&mut self, name: &str) -> usize {
        let known = self.0.iter().position(|column| column.name == name);
        known.unwrap_or_else(|| {
            let name = name.to_owned();
            self.0.push(Column { name, counts: None });
            self.0.len() - 1
        })
    }

    /// Takes note of one of its cells.
    pub(super) fn see(&mut self, name: &str, cell: &str) {
        let cell = cell.trim();
        let at = self.name(name);
        if let (Some(column), false) = (self.0.get_mut(at), cell.is_empty()) {
            column.counts = Some(column.counts.unwrap_or(true) && is_count(cell));
        }
    }

    /// The one that seems to say how many tickets a row is for.
    pub(super) fn perhaps_quantity(&self) -> Option<&str> {
        let by_name = self.0.iter().find(|column| says_how_many(&column.name));
        let counts = |column: &&Column| column.counts == Some(true);
        let found = by_name.or_else(|| self.0.iter().find(counts))?;
        Some(&found.name)
    }

    /// Those that have a name.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.0.iter().map(|column| column.name.clone());
        names.filter(|name| !name.is_empty()).collect()
    }
}

/// Whether it may be a number of tickets: a telephone number begins with a 0.
fn is_count(cell: &str) -> bool {
    let digits = cell.bytes().all(|byte| byte.is_ascii_digit());
    let is_code = cell.len() > 1 && cell.starts_with('0');
    digits && !is_code && cell.parse::<u64>().is_ok_and(|number| number <= MOST)
}

/// What is wrong with a list without a column (or, in JSON, a member) `quantity`, where this one is passed over.
pub(super) fn refused(what: &str, name: &str) -> BadHeader {
    let one = match name {
        "" => format!("a {what} without a name"),
        name => format!("the {what} {name:?}"),
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
                columns.see("it", cell);
            }
            assert_eq!(columns.perhaps_quantity(), is.then_some("it"), "{cells:?}");
        }
    }
}
