//! A list that nothing is sold of, because some of it makes no sense: all of that is told at once.

use std::path::Path;

use super::super::error_document::RowMember;
use super::super::screen::Screen;
use super::done::TOLD;
use super::row::Read;
use crate::plural::count;
use crate::{Error, Kind};

/// Tells what makes no sense, line by line, and how to go on; returns the exit code.
pub(super) fn tell(list: &Read, path: &Path, screen: &Screen) -> u8 {
    let all = list.nonsense();
    let mut errors = all.iter().take(TOLD).map(|(line, why)| {
        let error = Error::new(Kind::Usage, *why);
        error.at(path, *line, 0)
    });
    let Some(first) = errors.next() else { return 0 };
    let mut words: Vec<String> = errors.map(|error| error.to_string()).collect();
    if let Some(more @ 1..) = all.len().checked_sub(TOLD) {
        let (rows, make) = (
            count(more as u64, "more row"),
            if more == 1 { "makes" } else { "make" },
        );
        words.push(format!("{rows} {make} no sense"));
    }
    let members = all.iter().take(TOLD);
    let members: Vec<_> = members
        .map(|(row, message)| RowMember { row: *row, message })
        .collect();
    let first = first.hint(way_out(list, all.len()));
    screen.error_of_rows("import", &first, (&words, &members), all.len());
    Kind::Usage.exit_code()
}

/// Which lines are no rows at all, so that nothing is sold whatever takes the others.
fn no_rows(list: &Read) -> String {
    let lines = list.flaws.iter().map(|flaw| flaw.line.to_string());
    let lines = lines.take(TOLD).collect::<Vec<_>>().join(", ");
    let (these, verb, them) = match list.flaws.len() {
        1 => (format!("line {lines}"), "is no row", "that"),
        _ => (format!("lines {lines}"), "are no rows", "those"),
    };
    let others = match list.bad.len() {
        0 => "",
        _ => "; the others can be left to --rejects FILE",
    };
    format!(
        "nothing was sold; {these} {verb} as the first line has them, and what stands behind may not be what it seems: \
         correct {them} first{others}"
    )
}

fn way_out(list: &Read, all: usize) -> String {
    if !list.flaws.is_empty() {
        return no_rows(list);
    }
    let rows = match all {
        1 => "that row".to_owned(),
        all => format!("the {all} rows"),
    };
    let these = if all == 1 { "it" } else { "these" };
    match list.rows.len() {
        0 => format!("nothing was sold; correct {rows}"),
        good => format!(
            "nothing was sold; correct {rows}, or sell the other {good} first: --rejects FILE writes {these} down"
        ),
    }
}
