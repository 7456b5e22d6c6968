//! A file of refused rows that somebody has corrected: it is not overwritten, and it is sold as of the list that it
//! belongs to.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Path;

use super::super::args::ImportArgs;
use super::again::{again, of_rejects, skipping};
use super::row::{Read, Row};
use super::text::without_mark;
use super::{csv_rows, json_rows, list};
use crate::{BoxOffice, Error, Kind, Output, OutputMark, Result};

/// An error where the file holds something that would be lost: what is there is neither as it was written of this list,
/// nor of this list of this batch, nor sold.
///
/// # Errors
/// [`Kind::Refused`]: that, and what to do.
pub(super) fn refuse(
    output: &Output,
    (read, batch): (&Read, &str),
    (arguments, event): (&ImportArgs, &Path),
) -> Result<()> {
    let path = output.path();
    let mut bytes = Vec::new();
    let whole = output.reader()?.read_to_end(&mut bytes);
    whole.map_err(|error| Error::io("read", path, error))?;
    let mark = OutputMark::of_handle(output.handle());
    let is_as_written = mark.as_ref().is_some_and(|mark| mark.is_of(&bytes));
    let is_known = mark.is_some();
    let other = mark.map(|mark| mark.of).filter(|of| of != batch);
    if bytes.is_empty() || is_as_written && other.is_none() {
        return Ok(());
    }
    let found = String::from_utf8(bytes).ok();
    let found = found.and_then(|text| rows(&text));
    // Of two lists that have the same row, each has it refused for itself.
    let listed = Some(read).filter(|_| other.is_none());
    let owner = other.as_deref().unwrap_or(batch);
    if let Some(found) = found
        && is_of_no_use(found, (listed, owner), (path, event))?
    {
        return Ok(());
    }
    let message = match &other {
        Some(other) => format!("holds refused rows of {other}: it is not overwritten"),
        None => "holds rows that are not of this list, corrected perhaps: it is not overwritten"
            .to_owned(),
    };
    let import = of_rejects(arguments, path, owner, read.separator.is_none());
    let first = if is_known {
        format!("sell those first: 'tickets {import}'")
    } else {
        format!("sell those first: 'tickets {import}', or as of the list that they were refused of")
    };
    let hint = format!("nothing was sold; {first}; or name another file");
    Err(Error::new(Kind::Refused, message).at(path, 0, 0).hint(hint))
}

/// What such a file holds; `None`: something else.
fn rows(text: &str) -> Option<Read> {
    let (_, text) = without_mark(text);
    let read = if text.starts_with('{') {
        json_rows::read(text, true)
    } else {
        csv_rows::read(text, false)
    };
    read.ok().filter(|read| read.flaws.is_empty())
}

/// Whether each of these rows stands in the list `listed`, or is sold: as of the batch, or as a row of the file `own` in which
/// it stands.
fn is_of_no_use(
    mut found: Read,
    (listed, batch): (Option<&Read>, &str),
    (own, event): (&Path, &Path),
) -> Result<bool> {
    let bad = listed.iter().flat_map(|read| &read.bad);
    let bad: HashSet<_> = bad.map(|row| &row.written).collect();
    if !found.bad.iter().all(|row| bad.contains(&row.written)) {
        return Ok(false);
    }
    let mut as_own = found.rows.clone();
    list::name_keys(batch, &mut found.rows);
    let own = own.file_name().unwrap_or_default();
    list::name_keys(&own.to_string_lossy(), &mut as_own);
    let listed = listed.iter().flat_map(|read| &read.rows);
    let listed: HashSet<_> = listed.map(Row::cells).collect();
    let rows = found.rows.iter().zip(&as_own);
    let unlisted: Vec<_> = rows
        .filter(|(row, _)| !listed.contains(&row.cells()))
        .map(|(row, as_own)| [row, as_own].map(|row| row.key.as_deref().unwrap_or_default()))
        .collect();
    if unlisted.is_empty() {
        return Ok(true);
    }
    let asked: HashSet<&str> = unlisted.iter().flatten().copied().collect();
    let mut sold: HashSet<&str> = HashSet::new();
    BoxOffice::at(event)?.sales(None, &mut |sale| {
        let key = sale.key.and_then(|key| asked.get(key));
        sold.extend(key);
        ControlFlow::Continue(())
    })?;
    let is_sold = |keys: &[&str; 2]| keys.iter().any(|key| sold.contains(key));
    Ok(unlisted.iter().all(is_sold))
}

/// Whether a list is sold as of another one, which lies beside it.
fn is_of_another(arguments: &ImportArgs, batch: &str) -> bool {
    let list = &arguments.list;
    arguments.batch.is_some()
        && list.file_name() != Some(batch.as_ref())
        && list.with_file_name(batch).is_file()
}

/// An error where rows of this list were sold as a list of its own, and are to be sold as of another one, which lies beside
/// it; or where they were sold as of the file that is for what is refused of it: they would be sold once more.
///
/// # Errors
/// [`Kind::Refused`]: that, and what to do.
pub(super) fn refuse_sold(
    read: &Read,
    batch: &str,
    (arguments, event): (&ImportArgs, &Path),
) -> Result<()> {
    if arguments.skip_sold {
        return Ok(());
    }
    let (list, skip) = (&arguments.list, skipping(arguments));
    if let Some(own) = list.file_name().filter(|_| is_of_another(arguments, batch)) {
        let own = own.to_string_lossy();
        if let Some(twice) = sold_as_of(&own, read, event)? {
            return Err(twice.error(&own, batch).at(list, twice.first.line, 0).hint(format!(
                "nothing was sold; 'tickets {skip}' sells what is new in it, and nothing twice; what is to be sold once more \
                 has a batch of another name"
            )));
        }
    }
    let rejects = arguments.rejects.as_deref().and_then(Path::file_name);
    let rejects = rejects.filter(|name| *name != batch);
    if let Some(rejects) = rejects.map(OsStr::to_string_lossy)
        && let Some(twice) = sold_as_of(&rejects, read, event)?
    {
        return Err(twice.error(&rejects, batch).at(list, twice.first.line, 0).hint(format!(
            "nothing was sold; 'tickets {skip}' sells what is new in it, and nothing twice; if it is to be sold once more, \
             name another file for --rejects",
        )));
    }
    Ok(())
}

/// Rows that would be sold a second time.
struct Twice {
    first: Row,
    more: usize,
}

impl Twice {
    fn error(&self, sold_as: &str, batch: &str) -> Error {
        let (row, buyer) = (self.first.line, &self.first.buyer);
        let more = match self.more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "row {row} ({buyer}){more} was sold already, as of the list {sold_as:?}, and would be sold once more as of {batch:?}"
        );
        Error::new(Kind::Refused, message)
    }
}

/// The rows that are not sold as they are, and were as rows of the list `other`. Of equal rows those that are sold as they
/// are account for none of the others.
fn sold_as_of(other: &str, read: &Read, event: &Path) -> Result<Option<Twice>> {
    let as_of_other = |rows: &[&Row]| -> Vec<Row> {
        let keyless = |row: &&Row| Row {
            key: None,
            ..(*row).clone()
        };
        let mut rows: Vec<Row> = rows.iter().map(keyless).collect();
        list::name_keys(other, &mut rows);
        rows
    };
    let rows: Vec<&Row> = read.rows.iter().filter(|row| !row.has_key).collect();
    let others = as_of_other(&rows);
    let keys = rows.iter().copied().chain(&others);
    let asked: HashSet<&str> = keys.filter_map(|row| row.key.as_deref()).collect();
    // By their keys, and whether any of their tickets is valid: what was cancelled is refused under its key, and not sold.
    let mut known = HashMap::new();
    BoxOffice::at(event)?.sales(None, &mut |sale| {
        if let Some(key) = sale.key.filter(|key| asked.contains(key)) {
            known.insert(key.to_owned(), sale.valid > 0);
        }
        ControlFlow::Continue(())
    })?;
    let found = |row: &Row| row.key.as_ref().and_then(|key| known.get(key));
    let new: Vec<&Row> = rows
        .into_iter()
        .filter(|row| found(row).is_none())
        .collect();
    let twice = as_of_other(&new).into_iter();
    let mut twice = twice.filter(|row| found(row) == Some(&true));
    Ok(twice.next().map(|first| Twice {
        first,
        more: twice.count(),
    }))
}

/// Marks a list all of whose rows were sold as of another one, which lies beside it: as a list of its own they would be sold
/// once more.
pub(super) fn mark_sold(arguments: &ImportArgs, batch: &str) {
    let list = &arguments.list;
    if is_of_another(arguments, batch)
        && list.is_file()
        && let Ok(list) = File::open(list)
    {
        // Of no bytes: what somebody else has written into it is not overwritten as a file of refused rows.
        OutputMark::give(&list, batch, b"");
    }
}

/// An error where this list is known to be what was refused of another one, or sold as of that: as a list of its own it
/// would be sold once more, when that is corrected too.
///
/// # Errors
/// [`Kind::Usage`]: that, and what to do.
pub(super) fn refuse_without_batch(arguments: &ImportArgs) -> Result<()> {
    let list = &arguments.list;
    let Some(mark) = OutputMark::of_name(list) else {
        return Ok(());
    };
    let were = if mark.is_of(b"") {
        "sold as"
    } else {
        "refused"
    };
    let of = mark.of;
    let message =
        format!("holds rows that were {were} of the list {of:?}: say that they belong to that");
    let import = again(arguments, list, &of);
    Err(Error::new(Kind::Usage, message)
        .at(list, 0, 0)
        .hint(format!(
            "nothing was sold; 'tickets {import}' sells each of them once; if this is another list \
             by now, --batch names it"
        )))
}
