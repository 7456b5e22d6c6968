//! A list that was sold before under another name: most of its rows equal sales of a list.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

use super::super::args::ImportArgs;
use super::again::again;
use super::list::{IMPORTED, key_of};
use super::notes::named;
use super::row::{Read, Row};
use crate::plural::count;
use crate::{BoxOffice, Error, Kind, Result};

/// So many equal rows are one list: fewer are guests that two lists have.
const ONE_LIST: usize = 3;

/// So many equal rows that the list may have had besides are looked for.
const EQUAL: u64 = 8;

/// So many sales are told at most.
const TOLD: usize = 5;

/// So many files are tried for the name that the list had.
const TRIED: usize = 1000;

/// An error where a list that nobody has given a batch has most of its rows sold as of a list of another name: they would be sold
/// once more.
///
/// # Errors
/// [`Kind::Refused`]: that, and what to do; or the ledger cannot be read, or does not add up.
pub(super) fn refuse(
    list: &Read,
    batch: &str,
    (arguments, event): (&ImportArgs, &Path),
) -> Result<()> {
    let rows: Vec<&Row> = list.rows.iter().filter(|row| !row.has_key).collect();
    if arguments.batch.is_some() || rows.len() < ONE_LIST {
        return Ok(());
    }
    let ledger = Known::read(&BoxOffice::at(event)?, (&rows, batch))?;
    let is_new = |row: &&Row| {
        row.key
            .as_ref()
            .is_none_or(|key| !ledger.ids.contains_key(key))
    };
    let new: Vec<&Row> = rows.into_iter().filter(is_new).collect();
    let equal = ledger.equal(&new);
    if equal.len() < ONE_LIST || !is_most(equal.len(), new.len()) {
        return Ok(());
    }
    let path = &arguments.list;
    let former = equal.iter().find_map(|(row, key)| name_of(path, row, key));
    let once = match &former {
        Some(former) => format!(
            "as of that, 'tickets {}' sells what is new in it",
            again(arguments, path, former)
        ),
        None => "if it is that list once more, --batch with the name that it had sells what is new in it".to_owned(),
    };
    let of = former.map_or_else(
        || "a list of another name".to_owned(),
        |former| format!("the list {former:?}"),
    );
    let first = equal.first().map_or(0, |(row, _)| row.line);
    let rows: Vec<&Row> = equal.iter().map(|(row, _)| *row).collect();
    let message = format!(
        "{} of {} that are not sold as of {batch:?} equal sales of {of}, and would be sold once more: {}",
        rows.len(),
        count(new.len() as u64, "row"),
        named(&rows)
    );
    let error = Error::new(Kind::Refused, message).at(path, first, 0);
    Err(error.hint(format!(
        "nothing was sold; {once}; 'tickets {}' sells all of it once more",
        again(arguments, path, batch)
    )))
}

/// The same as a note, of rows that were sold now as of a batch that was given. Where it cannot be read, the sales stand all the
/// same, and nothing is said.
pub(super) fn told(
    office: &BoxOffice,
    (list, batch): (&Read, &str),
    sold: &[usize],
) -> Option<String> {
    let rows = sold.iter().filter_map(|at| list.rows.get(*at));
    let rows: Vec<&Row> = rows.filter(|row| !row.has_key).collect();
    let ledger = Known::read(office, (&rows, batch)).ok()?;
    let equal: Vec<&Row> = ledger
        .equal(&rows)
        .into_iter()
        .map(|(row, _)| row)
        .collect();
    if !is_most(equal.len(), rows.len()) {
        return None;
    }
    let first = equal.iter().take(TOLD);
    let ids = first.filter_map(|row| ledger.ids.get(row.key.as_deref()?));
    let ids: Vec<&str> = ids.map(String::as_str).collect();
    let more = if equal.len() > TOLD { " ..." } else { "" };
    let these = match (equal.len(), rows.len()) {
        (1, _) => "1 row equals a sale".to_owned(),
        (some, all) if some == all => format!("all {all} rows equal sales"),
        (some, all) => format!("{some} of these {all} rows equal sales"),
    };
    Some(format!(
        "{these} of a list of another name: {}; if it is that list once more, 'tickets cancel ID' takes back what was sold now: \
         {}{more}",
        named(&equal),
        ids.join(" "),
    ))
}

fn is_most(some: usize, all: usize) -> bool {
    2 * some > all
}

/// What the ledger has of a list's rows.
struct Known {
    /// The sales of these very rows, by their keys.
    ids: HashMap<String, String>,
    /// The keys of sales of other lists that have the same cells, by a key of those.
    others: HashMap<String, Vec<String>>,
}

impl Known {
    /// Of rows of this batch. Equal rows of it that are none of these are none of another list either.
    fn read(office: &BoxOffice, (rows, batch): (&[&Row], &str)) -> Result<Self> {
        let own: HashSet<&str> = rows.iter().filter_map(|row| row.key.as_deref()).collect();
        let mut wanted: HashMap<String, u64> = HashMap::new();
        for row in rows {
            let before = wanted.entry(cells_of(row)).or_default();
            *before = row.before.max(*before);
        }
        let (mut ids, mut others) = (HashMap::new(), HashMap::<_, Vec<String>>::new());
        office.sales(None, &mut |sale| {
            if let Some(key) = sale.key.filter(|key| own.contains(key)) {
                ids.insert(key.to_owned(), sale.id.to_owned());
            } else if let Some(key) = sale.key.filter(|key| key.starts_with(IMPORTED))
                && sale.valid > 0
            {
                let cells = (sale.buyer, sale.quantity, sale.note);
                let place = key_of("", cells, 0);
                let is_other = |before: &u64| {
                    let mut own = 0..before.saturating_add(EQUAL);
                    own.all(|before| key_of(batch, cells, before) != key)
                };
                if wanted.get(&place).is_some_and(is_other) {
                    others.entry(place).or_default().push(key.to_owned());
                }
            }
            ControlFlow::Continue(())
        })?;
        Ok(Self { ids, others })
    }

    /// Those of the rows that equal sales of other lists, each with the key of one.
    fn equal<'r>(&self, rows: &[&'r Row]) -> Vec<(&'r Row, String)> {
        let mut others = self.others.clone();
        let equal = rows.iter().filter_map(|row| {
            let key = others.get_mut(&cells_of(row))?.pop()?;
            Some((*row, key))
        });
        equal.collect()
    }
}

fn cells_of(row: &Row) -> String {
    key_of("", (&row.buyer, row.quantity, row.note.as_deref()), 0)
}

/// The name of the file beside a list by which a row of it has this key, if there is one.
fn name_of(list: &Path, row: &Row, key: &str) -> Option<String> {
    let directory = list.parent()?;
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    let names = directory.read_dir().ok()?.take(TRIED).flatten();
    let mut names = names.filter_map(|file| file.file_name().into_string().ok());
    let cells = (&*row.buyer, row.quantity, row.note.as_deref());
    names.find(|name| key_of(name, cells, 0) == key)
}
