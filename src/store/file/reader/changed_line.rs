//! A whole line that does not fit where it stands: somebody edited it, or it is damaged; or somebody put it there, mostly as a
//! copy of another.

use crate::ledger::{CountFile, Line, Op, Record, UNFIT};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::kept_beside::ledger_and_copy;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::RawLines;

/// Such a line.
pub(crate) struct ChangedLine {
    line: u64,
    /// What is wrong with it, and what it is as it stands.
    pub(crate) told: String,
    /// Somebody put it there; else it is a line of the ledger that was changed.
    pub(crate) added: bool,
}

/// The line with this number in a ledger, if it is one; `None`: what is wrong with it is something else.
pub(crate) fn changed(
    files: &EventFiles,
    ledger: &LedgerFile,
    line: u64,
    why: &str,
) -> Option<ChangedLine> {
    let mut raw_lines = RawLines::new(&ledger.file, 0);
    let mut before = Vec::new();
    for _ in 1..line {
        before.push(whose(raw_lines.next().ok()??.bytes));
    }
    let bytes = raw_lines.next().ok()??.bytes.to_vec();
    let found = Line::parse(&bytes, None).ok()?.record;
    if found.seq != line {
        return None;
    }
    let is_last = !matches!(raw_lines.next(), Ok(Some(behind)) if !behind.bytes.is_empty());
    let own = whose(&bytes).filter(|_| found.rush.is_none());
    let same = before.iter().position(|id| own.is_some() && *id == own);
    // What a race leaves is told by its arithmetic.
    if why != UNFIT && same.is_none() {
        return None;
    }
    let counted = CountFile::look(&files.count).ok();
    let counted = counted.and_then(|(count, _)| count?.counted);
    let is_real = found.rush.is_none();
    let is_uncounted = is_real && is_last && counted.is_some_and(|counted| counted.seq < line);
    let how = match same {
        Some(same) => {
            let same = same + 1;
            format!("somebody has put it there, for line {same} has the same id")
        }
        None if is_uncounted => {
            "somebody has put it there, or edited it, and the count does not include it".to_owned()
        }
        None => "somebody edited it, or it is damaged".to_owned(),
    };
    Some(ChangedLine {
        line,
        told: format!("{why}: {how}; as it stands it is {}", what(&found)),
        added: same.is_some() || is_uncounted,
    })
}

/// The hash of the id that a line gives to a sale or a hold.
fn whose(bytes: &[u8]) -> Option<u64> {
    let line = Line::parse(bytes, None).ok()?;
    Some(xxhash_rust::xxh3::xxh3_64(
        line.record.id.as_deref()?.as_bytes(),
    ))
}

/// `sale 4-q4sdn1 of alice`
fn what(record: &Record<'_>) -> String {
    let what = match record.op {
        Op::Sell => "sale",
        op => op.name(),
    };
    let id = record.id.as_deref().or(record.reference.as_deref());
    let id = id.map_or_else(String::new, |id| format!(" {id}"));
    let buyer = record.buyer.as_deref().filter(|buyer| !buyer.is_empty());
    let buyer = buyer.map_or_else(String::new, |buyer| format!(" of {buyer}"));
    format!("{what}{id}{buyer}")
}

impl ChangedLine {
    /// What to do about such a line of somebody's sales.
    pub(crate) fn undo(&self, files: &EventFiles) -> String {
        let line = self.line;
        if self.added {
            let [ledger, kept] = ledger_and_copy(files);
            return format!(
                "keep the ledger as it is, and take line {line} out: cp -p {ledger} {kept} && sed {line}d {kept} > {ledger}; then \
                 audit again; whom it names has no ticket by it: 'tickets book NAME' sells one"
            );
        }
        format!(
            "undo what was edited in line {line}, for rename ID NAME is what gives a sale another name; a backup that was made \
             after that line was written has it as it was, and 'tickets restore DIR' puts all of one back; this cannot be \
             repaired without guessing. Where nobody knows how it was, sell what the lines say in a new event, {}",
            under_new_ids(files)
        )
    }
}

/// What to do where lines of somebody's sales are gone.
pub(crate) fn bring_back(files: &EventFiles) -> String {
    format!(
        "a backup that was made after those lines were written has them, and 'tickets restore DIR' puts all of one back; this \
         cannot be repaired without guessing. Where there is none, sell what the lines say that are left in a new event, {}",
        under_new_ids(files)
    )
}

/// How what the lines of a ledger say is sold anew, in another event.
fn under_new_ids(files: &EventFiles) -> String {
    let [ledger, _] = ledger_and_copy(files);
    format!(
        "under new ids: tickets -f new.json init N && grep -E '\"op\":\"(sell|hold)\"' {ledger} > old.jsonl && tickets -f new.json \
         import old.jsonl --ignore-columns; there cancel what was cancelled, released or never confirmed, and rename what was \
         renamed: grep -vE '\"op\":\"(sell|hold)\"' {ledger} shows those lines; where seats ran out meanwhile, import once more"
    )
}
