//! A list that was sold before under another name: most of its rows equal sales of other lists.

use std::fmt::Write as _;
use std::path::Path;

use super::super::args::ImportArgs;
use super::again::{again, skipping};
use super::equal_sales::{EqualSales, compared};
use super::list::name_keys;
use super::list_names::ListNames;
use super::notes::named;
use super::row::{Read, Row};
use super::text::in_utf8;
use crate::plural::count;
use crate::{BoxOffice, Error, Kind, Result};

/// So many equal rows are one list: fewer are guests that two lists have.
const ONE_LIST: usize = 3;

/// So many sales are told at most.
const TOLD: usize = 5;

/// An error where a list that nobody has given a batch, or that was written anew in UTF-8, has most of its rows sold as of lists of other names: they would be sold
/// once more.
///
/// # Errors
/// [`Kind::Refused`]: that, and what to do; or the ledger cannot be read, or does not add up.
pub(super) fn refuse(
    list: &Read,
    batch: &str,
    (arguments, event): (&ImportArgs, &Path),
) -> Result<()> {
    let rows = compared(list);
    // Who writes a list anew in UTF-8 is told which batch it is of, before anybody has looked at its rows.
    let own = arguments.list.file_name().unwrap_or_default();
    let is_anew = in_utf8(Path::new(batch)).as_os_str() == own;
    let is_named = arguments.batch.is_some() && !is_anew;
    if is_named || arguments.skip_sold || rows.len() < ONE_LIST {
        return Ok(());
    }
    let office = BoxOffice::at(event)?;
    let sales = EqualSales::read(&office, &rows, Some(batch))?;
    let new = rows.iter().filter(|(_, row)| sales.is_new(row)).count();
    let equal = sales.of(&rows, |row| sales.is_new(row));
    if equal.len() < ONE_LIST || 2 * equal.len() <= new {
        return Ok(());
    }
    let path = &arguments.list;
    let names = ListNames::of(path, &equal);
    let first = equal.first().map_or(0, |(_, row, _)| row.line);
    let rows: Vec<&Row> = equal.iter().map(|(_, row, _)| *row).collect();
    let message = format!(
        "{} of {} that are not sold as of {batch:?} equal sales of {}, and would be sold once more: {}",
        rows.len(),
        count(new as u64, "row"),
        names.in_words(),
        named(&rows)
    );
    let own = own.to_string_lossy();
    let once_more = if is_anew { &own } else { batch };
    let (skip, all) = (skipping(arguments), again(arguments, path, once_more));
    let mut hint = format!(
        "nothing was sold; 'tickets {skip}' sells what is new in it, and nothing twice; 'tickets {all}' sells those rows once more"
    );
    if let Some(former) = names.only()
        && is_all_known_as(former, list, &office)?
    {
        let as_of_that = again(arguments, path, former);
        let _ = write!(
            hint,
            "; if it is the list {former:?} itself, 'tickets {as_of_that}' sells what is new in it as of that"
        );
    }
    Err(Error::new(Kind::Refused, message)
        .at(path, first, 0)
        .hint(hint))
}

/// Whether no row of this list equals a sale of a list, but those that are sold as they are as of this batch.
fn is_all_known_as(batch: &str, list: &Read, office: &BoxOffice) -> Result<bool> {
    let mut rows: Vec<Row> = compared(list)
        .into_iter()
        .map(|(_, row)| Row {
            key: None,
            ..row.clone()
        })
        .collect();
    name_keys(batch, &mut rows);
    let rows: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
    let sales = EqualSales::read(office, &rows, None)?;
    Ok(sales.of(&rows, |row| sales.is_new(row)).is_empty())
}

/// What is said of rows that were sold now and equal sales of other lists. Where it cannot be read, the sales stand all the same,
/// and nothing is said.
pub(super) fn told(
    office: &BoxOffice,
    (list, batch): (&Read, &str),
    sold: &[usize],
) -> Option<String> {
    let mut rows = compared(list);
    rows.retain(|(place, _)| sold.binary_search(place).is_ok());
    if rows.is_empty() {
        return None;
    }
    let sales = EqualSales::read(office, &rows, Some(batch)).ok()?;
    let equal = sales.of(&rows, |_| true);
    let first = equal.iter().take(TOLD);
    let ids: Vec<&str> = first.filter_map(|(_, row, _)| sales.id_of(row)).collect();
    let more = if equal.len() > TOLD { " ..." } else { "" };
    let these = match (equal.len(), rows.len()) {
        (0, _) => return None,
        (1, 1) => "1 row equals a sale".to_owned(),
        (1, all) => format!("1 of these {all} rows equals a sale"),
        (some, all) if some == all => format!("all {all} rows equal sales"),
        (some, all) => format!("{some} of these {all} rows equal sales"),
    };
    let equal: Vec<&Row> = equal.into_iter().map(|(_, row, _)| row).collect();
    Some(format!(
        "{these} of a list of another name: {}; if that is meant once, 'tickets cancel ID' takes back what was sold now: {}{more}",
        named(&equal),
        ids.join(" "),
    ))
}
