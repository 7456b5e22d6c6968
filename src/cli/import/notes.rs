//! What is said beside what an import came to: which rows were sold before, and how to go on with those that were refused.

use std::collections::HashSet;

use super::super::args::ImportArgs;
use super::again::of_rejects;
use super::done::ImportOutcome;
use super::passed_over::Heading;
use super::row::{Read, Row};
use crate::plural::count;
use crate::{Kind, shown};

/// So many rows are named at most.
const NAMED: usize = 5;

/// Says so of a list of this batch, whose exit code is `code`.
pub(super) fn of(
    done: &ImportOutcome,
    list: &Read,
    (arguments, batch): (&ImportArgs, &str),
    code: u8,
) -> impl Iterator<Item = String> {
    let notes = [
        passed_over(list),
        page_keys(list),
        sold_before(done, list, batch),
        skipped(done, list),
        cancelled(done, list),
        corrected(done, list, (arguments, batch), code),
        equal(done, list),
    ];
    notes.into_iter().flatten()
}

/// Which columns were passed over, and that so nothing says how many, where none of the others does.
fn passed_over(list: &Read) -> Option<String> {
    let names = list.passed_over.iter().map(|heading| match heading {
        Heading::Name(name) => format!("{:?}", shown(name)),
        Heading::Place(_) => format!("{heading}, which has no name"),
    });
    let names = names.collect::<Vec<_>>().join(", ");
    let each = if list.has_quantity {
        ""
    } else {
        "; nothing says how many, so each row is one ticket"
    };
    (!names.is_empty()).then(|| format!("passed over: {names}{each}"))
}

/// How many rows had a key that is not taken over.
fn page_keys(list: &Read) -> Option<String> {
    let rows = count(list.page_keys as u64, "row");
    (list.page_keys > 0).then(|| {
        format!("the keys of {rows} were left out: the page of 'tickets serve' made them for receipts of their own sales")
    })
}

/// Which rows were sold before by the name of the list alone. Where all of them were, the list was run again.
fn sold_before(done: &ImportOutcome, list: &Read, batch: &str) -> Option<String> {
    let rows = done.replayed.iter().filter_map(|at| list.rows.get(*at));
    let rows: Vec<&Row> = rows.filter(|row| !row.has_key).collect();
    let skipped = done.skipped.as_ref().map_or(0, Vec::len);
    if rows.is_empty() || done.replayed.len() + skipped == list.rows.len() {
        return None;
    }
    let (many, batch) = (count(rows.len() as u64, "row"), shown(batch));
    let were = if rows.len() == 1 { "was" } else { "were" };
    Some(format!(
        "{many} {were} sold before as of the list {batch:?}: {}; if that was another list, give this one a name of its \
         own: --batch NAME",
        named(&rows)
    ))
}

/// Which rows were taken for sold.
fn skipped(done: &ImportOutcome, list: &Read) -> Option<String> {
    let rows = done.skipped.iter().flatten();
    let rows: Vec<&Row> = rows.filter_map(|at| list.rows.get(*at)).collect();
    let (equal, are) = match rows.len() {
        0 => return None,
        1 => ("1 row equals a sale".to_owned(), "is"),
        many => (format!("{many} rows equal sales"), "are"),
    };
    Some(format!(
        "{equal} of a list and {are} not sold again: {}; what is meant once more has a key of its own in the column key",
        named(&rows)
    ))
}

/// The first of these rows, with whom each is for.
pub(super) fn named(rows: &[&Row]) -> String {
    let first = rows.iter().take(NAMED);
    let first = first.map(|row| format!("row {} ({})", row.line, shown(&row.buyer)));
    let first = first.collect::<Vec<_>>().join(", ");
    match rows.len().checked_sub(NAMED) {
        Some(more @ 1..) => format!("{first} and {more} more"),
        _ => first,
    }
}

/// How a row is sold again that was cancelled since.
fn cancelled(done: &ImportOutcome, list: &Read) -> Option<String> {
    let mut refused = done.refused.iter();
    let gone = refused.find(|(_, error)| error.kind() == Kind::Cancelled);
    let row = list.rows.get(gone?.0)?;
    let own = if row.has_key {
        "another key"
    } else {
        "a key of its own"
    };
    Some(format!(
        "a row whose sale was cancelled is not sold again by itself: with {own} in its column key it is"
    ))
}

/// Which of the rows that were sold now stand in the list more than once: each is a sale.
fn equal(done: &ImportOutcome, list: &Read) -> Option<String> {
    let sold = done.sold.iter().filter_map(|at| list.rows.get(*at));
    let mut seen = HashSet::new();
    let again = sold.filter(|row| !row.has_key && !seen.insert(row.cells()));
    let again: Vec<&Row> = again.collect();
    let (stands, sale) = match again.len() {
        0 => return None,
        1 => ("1 row stands".to_owned(), "is a sale of its own"),
        many => (format!("{many} rows stand"), "are sales of their own"),
    };
    Some(format!(
        "{stands} in the list before, too, and {sale}: {}; 'tickets cancel ID' takes one back that was meant once",
        named(&again)
    ))
}

/// How the refused rows are sold that were written down. As a batch of their own they would be sold once more by the
/// list, when that is corrected too.
fn corrected(
    done: &ImportOutcome,
    list: &Read,
    (arguments, batch): (&ImportArgs, &str),
    code: u8,
) -> Option<String> {
    let rejects = arguments.rejects.as_deref();
    let rejects = rejects.filter(|_| done.unwritten.is_none() && code > 0)?;
    // In JSON lines a row that makes no sense is written down with all of its members.
    let import = of_rejects(arguments, rejects, batch, list.separator.is_none());
    Some(format!(
        "correct the refused rows there, and sell them with 'tickets {import}'"
    ))
}
