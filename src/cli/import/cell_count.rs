//! Rows of CSV with more or fewer cells than their header.

use super::header::Columns;
use super::separator::in_words;
use crate::plural::count;

/// What is wrong with the number of its cells.
pub(super) fn wrong_cells(
    record: &csv::StringRecord,
    columns: &Columns,
    separator: Option<u8>,
) -> Option<String> {
    let is_short = record.len() < columns.many;
    if !is_short && columns.nameless(record).is_none() {
        return None;
    }
    let separator = in_words(separator.map_or(',', char::from));
    let cells = count(record.len() as u64, "cell");
    Some(if is_short {
        format!(
            "it has {cells}, and the header {}: an empty cell has its {separator}, too",
            columns.many
        )
    } else if record.len() > columns.all {
        format!(
            "it has {cells}, and the header {}: a cell with a {separator} in it stands between two double quotes",
            columns.all
        )
    } else {
        let place = columns.nameless(record).map_or(0, |at| at + 1);
        format!(
            "it has something in column {place}, which has no name in the header: --ignore-columns passes over it"
        )
    })
}
