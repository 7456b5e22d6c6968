//! A backup that has what its event lacks: somebody sold from it, or the event was reset or restored since.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ledger::Line;
use crate::shown::quoted;
use crate::store::file::admin::given_up::LinesGivenUp;
use crate::store::file::event::EventFiles;
use crate::store::file::files::compare::common;
use crate::store::file::files::directory::directory;
use crate::store::file::files::open::{Access, open_file};
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::{RawLines, line_before};

/// So many files are looked at beside an event.
const LOOKED_AT: usize = 10_000;

/// The ledger that this event has put away, if all `length` bytes of a copy stand there: the copy is a backup of before that.
pub(super) fn put_away_since(
    files: &EventFiles,
    copy: &LedgerFile,
    length: u64,
) -> Option<PathBuf> {
    let stem = files.ledger.file_stem()?.to_str()?;
    let entries = fs::read_dir(directory(&files.ledger)).ok()?.flatten();
    let names = entries.take(LOOKED_AT).map(|entry| entry.file_name());
    let put_away = names.filter(|name| {
        let name = name.to_str().and_then(|name| name.strip_prefix(stem));
        name.is_some_and(|rest| {
            rest.starts_with('.') && rest != ".jsonl" && rest.strip_suffix(".jsonl").is_some()
        })
    });
    let mut put_away = put_away.map(|name| files.ledger.with_file_name(name));
    put_away.find(|path| {
        let has_all = open_file(path, Access::Read)
            .ok()
            .and_then(|(file, _)| common(&copy.file, &file, length).ok());
        has_all == Some(length)
    })
}

/// What to do about a backup of before a reset or a restore.
pub(super) fn from_before(files: &EventFiles, put_away: &Path) -> String {
    let [event, put_away] = [&*files.count, put_away].map(Path::display);
    format!(
        "nothing was changed; {event} was reset or restored since that backup was made: what it gave up is kept as {put_away}, and \
         a restore from there would bring it back. Name another directory, here and in a crontab"
    )
}

/// So many sales and holds of a copy are named.
const NAMED: usize = 5;

/// Whose sales and holds a copy has from this byte on; `None`: none that can be read.
pub(super) fn own_sales(copy: &LedgerFile, from: u64, to: u64) -> std::io::Result<Option<String>> {
    let mut from = from;
    while from > 0 && line_before(&copy.file, from)?.is_none() {
        from -= 1;
    }
    let mut lines = LinesGivenUp::default();
    let mut raw_lines = RawLines::new(&copy.file, from).until(to);
    while let Some(raw_line) = raw_lines.next()? {
        if let Ok(line) = Line::parse(raw_line.bytes, None) {
            lines.add(&line.record);
        }
    }
    lines.name_kept(copy)?;
    Ok(lines.bookings_in_words(NAMED))
}

/// How the sales of a copy come to the event. `ahead`: it has all that the event has.
pub(super) fn way_across(target: &EventFiles, whose: &str, ahead: bool) -> String {
    let [copy, place] =
        [target.count.as_path(), directory(&target.count)].map(|path| quoted(path.as_os_str()));
    let way = if ahead {
        format!("'tickets restore {place}' takes them over")
    } else {
        format!("'tickets -f {copy} sales' lists them all: book them here again")
    };
    format!(
        "nothing was changed; somebody sold from that copy, or it is another event's, or this event was reset or restored since: \
         {whose}. If these are this event's, and not given up on purpose, {way}; else name another directory, in a crontab, too"
    )
}
