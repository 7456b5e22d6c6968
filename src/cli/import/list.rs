//! A list: its rows, each checked before anything is sold.

use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_128;

use super::super::args::ImportArgs;
use super::super::screen::Screen;
use super::own_list::without_page_keys;
use super::row::{Read, Row};
use super::{csv_rows, json_rows, text};
use crate::{Error, Kind, Result};

/// Reads a list, and names the keys of its rows by this batch.
///
/// # Errors
/// [`Kind::Usage`]: it is no text, or its header makes no sense, or a column that is passed over says how many.
pub(super) fn read(arguments: &ImportArgs, batch: &str, screen: &Screen) -> Result<Read> {
    let (path, ignore) = (&arguments.list, arguments.ignore_columns);
    let text = text::read(arguments, batch, screen)?;
    let (mark, text) = text::without_mark(&text);
    let ends_in = |ending: &str| {
        let own = path.extension();
        own.is_some_and(|own| own.eq_ignore_ascii_case(ending))
    };
    let is_json = ends_in("jsonl") || !ends_in("csv") && text.trim_start().starts_with('{');
    if !ends_in("csv") && text.trim_start().starts_with('[') {
        let error = Error::new(Kind::Usage, "is one JSON array, and no list of JSON lines");
        let way =
            "nothing was sold; write one object a line, as {\"buyer\": \"Ann\", \"quantity\": 2}";
        return Err(error.at(path, 1, 0).hint(way));
    }
    let read = if is_json {
        json_rows::read(text, ignore)
    } else {
        csv_rows::read(text, ignore)
    };
    let mut read = read.map_err(|(line, bad)| {
        let error = Error::new(Kind::Usage, bad.why).at(path, line, 0);
        error.hint(format!("nothing was sold; {}", bad.hint))
    })?;
    if read.separator.is_some() {
        read.before_header.insert_str(0, mark);
    }
    without_page_keys(&mut read);
    name_keys(batch, &mut read.rows);
    Ok(read)
}

/// Gives a key to each row that has none: of the batch, its cells, and how many equal rows come before it. A row that was refused
/// of this batch has the key that it had there, as long as it is the same row.
pub(super) fn name_keys(batch: &str, rows: &mut [Row]) {
    let mut seen: HashMap<(String, u64, Option<String>), u64> = HashMap::new();
    for row in rows {
        row.before = 0;
        if let Some(refused) = row.key.take_if(|key| key.starts_with(REFUSED)) {
            let cells = (&*row.buyer, row.quantity, row.note.as_deref());
            let own = refused_before(&refused).map(|before| (before, key_of(batch, cells, before)));
            let own = own.filter(|(before, key)| *refused == key_of_refused(key, *before));
            if let Some((before, key)) = own {
                (row.before, row.key, row.has_key) = (before, Some(key), false);
                continue;
            }
        }
        row.has_key = row.key.is_some();
        if row.has_key {
            continue;
        }
        let cells = (row.buyer.clone(), row.quantity, row.note.clone());
        let before = seen.entry(cells).or_insert(0);
        let cells = (&*row.buyer, row.quantity, row.note.as_deref());
        let key = key_of(batch, cells, *before);
        row.before = *before;
        *before += 1;
        row.key = Some(key);
    }
}

/// How the keys begin that rows are given here.
const IMPORTED: &str = "import-";

/// How the keys begin that refused rows have where they are written down.
const REFUSED: &str = "refused-";

/// The key that a refused row has where it is written down, of the one that it has and how many equal rows come before it: there they
/// do not.
pub(super) fn key_of_refused(key: &str, before: u64) -> String {
    let sum = key.strip_prefix(IMPORTED).unwrap_or(key);
    format!("{REFUSED}{before}-{sum}")
}

/// Whether a key was made for a row of a list, and is nobody's own.
pub(super) fn is_made(key: &str) -> bool {
    key.starts_with(IMPORTED) || key.starts_with(REFUSED)
}

fn refused_before(key: &str) -> Option<u64> {
    let (before, _) = key.strip_prefix(REFUSED)?.split_once('-')?;
    before.parse().ok()
}

/// The key of a row of this batch with this buyer, quantity and note, before which there are so many equal ones.
pub(super) fn key_of(
    batch: &str,
    (buyer, quantity, note): (&str, u64, Option<&str>),
    before: u64,
) -> String {
    let text = serde_json::to_vec(&(batch, buyer, quantity, note, before));
    let sum = xxh3_128(&text.unwrap_or_default());
    format!("{IMPORTED}{sum:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_have_keys_of_their_own_and_the_order_of_columns_does_not_matter() {
        let keys = |text: &str| -> Vec<String> {
            let mut rows = csv_rows::read(text, false).unwrap().rows;
            name_keys("batch", &mut rows);
            rows.into_iter().map(|row| row.key.unwrap()).collect()
        };
        let first = keys("buyer,quantity\nann,1\nbob,2\nann,1\n");
        assert_ne!(first[0], first[2]);
        assert_eq!(
            keys("quantity,buyer,key\n1,ann,\n1,ann,\n2,bob,own\n"),
            [first[0].clone(), first[2].clone(), "own".to_owned()]
        );
    }
}
