//! A title that stands above the header of a list.

use super::header::{BadHeader, Columns};
use super::separator::separator;

/// So many lines below the first are looked at for one that names the columns.
const LOOKED_AT: usize = 20;

/// The same of a header that makes no sense, where a line below it does: a title stands above that.
pub(super) fn of_another_line(bad: BadHeader, text: &str, first: u64) -> BadHeader {
    let names_columns = |line: &str| {
        let separator = separator(line);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .trim(csv::Trim::All)
            .from_reader(line.as_bytes());
        let header = reader.headers();
        header.is_ok_and(|header| Columns::of(header, separator, true).is_ok())
    };
    let lines = (1_u64..).zip(text.lines()).filter(|(at, _)| *at > first);
    let mut below = lines.take(LOOKED_AT);
    let Some((at, _)) = below.find(|(_, line)| names_columns(line)) else {
        return bad;
    };
    BadHeader {
        hint: format!("line {at} names the columns: take out what stands above it"),
        ..bad
    }
}
