//! Lists as `tickets door` and `tickets sales` write them: what their cells have for the sake of a spreadsheet is taken off
//! again, and keys that the service's own page has made are left out.

use super::row::{Read, Row};
use crate::guest_list;
use crate::office::made_by_page;

/// Whether these columns may be those of such a list. Whether they are is told by the ids in its rows.
pub(super) fn may_be_one(header: &csv::StringRecord) -> bool {
    let has = |wanted: &str| header.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    has("buyer") && (has("id") || has("ids"))
}

/// Whether a row of such a list names sales, as these ids do: `3-k9wcga`, which no list of somebody's own has.
pub(super) fn names_sales(ids: &[String]) -> bool {
    let is_one = |id: &String| {
        id.split_once('-').is_some_and(|(number, letters)| {
            let mut both = number.bytes().chain(letters.bytes());
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number
                && letters.len() == 6
                && both.all(|it| it.is_ascii_digit() || it.is_ascii_lowercase())
        })
    };
    !ids.is_empty() && ids.iter().all(is_one)
}

/// The texts of the cells of such a row.
pub(super) fn as_sold([buyer, quantity, key, note]: [&str; 4]) -> [String; 4] {
    // No name is sold with a control character: in a list of old ones they stay written out.
    let plain = |cell: &str| {
        let text = guest_list::text(cell);
        if text.contains(char::is_control) {
            cell.to_owned()
        } else {
            text
        }
    };
    [
        plain(buyer),
        quantity.to_owned(),
        plain(key),
        guest_list::text(note),
    ]
}

/// Leaves out the keys that the service's page has made: each opens the receipt of the sale that it was made for, and would
/// open that of another.
pub(super) fn without_page_keys(read: &mut Read) {
    let has_one = |row: &&mut Row| row.key.as_deref().is_some_and(made_by_page);
    for row in read.rows.iter_mut().filter(has_one) {
        row.key = None;
        read.page_keys += 1;
    }
}
