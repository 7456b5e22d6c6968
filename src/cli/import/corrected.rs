//! A file of refused rows that somebody has corrected: it is not overwritten, and it is sold as of the list that it
//! belongs to.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Path;

use super::super::args::ImportArgs;
use super::again::{again, of_rejects};
use super::row::{Read, Row};
use super::text::without_mark;
use super::{csv_rows, json_rows, list};
use crate::{BoxOffice, Error, Kind, Output, OutputMark, Result};

/// An error where the file holds something that would be lost: what is there is neither as it was written, nor of this
/// list of this batch, nor sold.
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
    let is_as_written =
        OutputMark::of_handle(output.handle()).is_some_and(|mark| mark.is_of(&bytes));
    if bytes.is_empty() || is_as_written {
        return Ok(());
    }
    let found = String::from_utf8(bytes).ok();
    let found = found.and_then(|text| rows(&text));
    if let Some(found) = found
        && is_of_no_use(found, (read, batch), event)?
    {
        return Ok(());
    }
    let message = "holds rows that are not of this list, corrected perhaps: it is not overwritten";
    let import = of_rejects(arguments, path, batch, read.separator.is_none());
    Err(Error::new(Kind::Refused, message)
        .at(path, 0, 0)
        .hint(format!(
            "nothing was sold; sell those first: 'tickets {import}'; or name another file"
        )))
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

/// Whether each of these rows stands in the list, or is sold.
fn is_of_no_use(mut found: Read, (read, batch): (&Read, &str), event: &Path) -> Result<bool> {
    let bad: HashSet<_> = read.bad.iter().map(|row| &row.written).collect();
    if !found.bad.iter().all(|row| bad.contains(&row.written)) {
        return Ok(false);
    }
    list::name_keys(batch, &mut found.rows);
    let listed: HashSet<_> = read.rows.iter().map(|row| row.cells()).collect();
    let rows = found.rows.iter();
    let mut unsold: HashSet<&str> = rows
        .filter(|row| !listed.contains(&row.cells()))
        .filter_map(|row| row.key.as_deref())
        .collect();
    if unsold.is_empty() {
        return Ok(true);
    }
    BoxOffice::at(event)?.sales(None, &mut |sale| {
        unsold.remove(sale.key.unwrap_or_default());
        if unsold.is_empty() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    Ok(unsold.is_empty())
}

/// Whether a list is sold as of another one, which lies beside it.
fn is_of_another(arguments: &ImportArgs, batch: &str) -> bool {
    let list = &arguments.list;
    arguments.batch.is_some()
        && list.file_name() != Some(batch.as_ref())
        && list.with_file_name(batch).is_file()
}

/// An error where rows of this list were sold as a list of its own, and are to be sold as of another one, which lies beside
/// it: they would be sold once more.
///
/// # Errors
/// [`Kind::Refused`]: that, and what to do.
pub(super) fn refuse_sold(
    read: &Read,
    batch: &str,
    (arguments, event): (&ImportArgs, &Path),
) -> Result<()> {
    let list = &arguments.list;
    let Some(own) = list.file_name().filter(|_| is_of_another(arguments, batch)) else {
        return Ok(());
    };
    let own = own.to_string_lossy();
    let mut rows: Vec<Row> = read
        .rows
        .iter()
        .filter(|row| !row.has_key)
        .cloned()
        .collect();
    let keys: Vec<Option<String>> = rows.iter_mut().map(|row| row.key.take()).collect();
    list::name_keys(&own, &mut rows);
    let asked = keys.iter().chain(rows.iter().map(|row| &row.key));
    let asked: HashSet<&str> = asked.filter_map(Option::as_deref).collect();
    let mut sold = HashSet::new();
    BoxOffice::at(event)?.sales(None, &mut |sale| {
        let key = sale.key.filter(|key| sale.valid > 0 && asked.contains(key));
        sold.extend(key.map(str::to_owned));
        ControlFlow::Continue(())
    })?;
    let is_sold = |key: &Option<String>| key.as_ref().is_some_and(|key| sold.contains(key));
    let twice = rows.iter().zip(&keys);
    let mut twice = twice.filter(|(row, key)| is_sold(&row.key) && !is_sold(key));
    let Some((first, _)) = twice.next() else {
        return Ok(());
    };
    let more = match twice.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "row {} ({}){more} was sold already, as of the list {own:?}, and would be sold once more as of {batch:?}",
        first.line, first.buyer
    );
    let import = again(arguments, list, &own);
    Err(Error::new(Kind::Refused, message)
        .at(list, first.line, 0)
        .hint(format!(
            "nothing was sold; 'tickets {import}' sells what is new in it, and nothing twice; what is to be sold once more \
             stands in a list of another name"
        )))
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
