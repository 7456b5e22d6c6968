//! A backup as it is read: all of its ledger that adds up.

use std::fs;
use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, Counted, Tally};
use crate::plural;
use crate::store::audit::Flaw;
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::ledger_summary::LedgerSummary;
use crate::store::file::reader::verify::summarize_ledger;
use crate::store::file::reader::view::base::is_borne_out;

/// A backup that adds up.
pub(crate) struct Saved {
    pub(crate) count: CountFile,
    pub(crate) tally: Tally,
    /// `None`: of a time when nothing was sold yet.
    pub(crate) ledger: Option<LedgerFile>,
    /// Whether its last line lacks its newline.
    pub(crate) unterminated: bool,
}

/// So many backups of other names are named.
const NAMED: usize = 10;

/// So many files are looked at beside a backup.
const LOOKED_AT: usize = 10_000;

const DAMAGED: &str = "nothing was changed; this backup is damaged: name another one";

/// Reads the backup: all of its ledger that adds up, if a crash explains the rest.
pub(crate) fn saved(source: &EventFiles, from: &Path, forced: bool) -> Result<Saved> {
    let count = CountFile::look(&source.count).map(|(count, _)| count);
    let Some(ledger) = open_ledger(source, Access::Read)? else {
        return without_ledger(source, from, count.map_err(|error| error.hint(DAMAGED))?);
    };
    let count = count.ok().flatten();
    let counted = count.as_ref().and_then(|count| count.counted);
    let summary = summarize_ledger(source, &ledger, counted)?;
    let broken = summary.findings.iter().find(|it| it.kind == Flaw::Ledger);
    let wrong = |line: u64, why: &str, hint: &str| {
        let error = Error::new(Kind::Integrity, why).at(&source.ledger, line, 0);
        error.hint(hint.to_owned())
    };
    if let Some(finding) = broken {
        let way_out = finding.hint.as_ref();
        let hint = way_out.map(|way_out| format!("{DAMAGED}; or mend it: {way_out}"));
        let hint = hint.as_deref().unwrap_or(DAMAGED);
        return Err(wrong(finding.line, &finding.text, hint));
    }
    let Some(opening) = summary.opening else {
        let hint = "nothing was changed; name another backup";
        return Err(wrong(0, "has no opening line", hint));
    };
    if let Some(count) = &count
        && !forced
        && !is_borne_out(count, &ledger, source)?
    {
        return Err(behind_its_count(source, &summary, counted));
    }
    let unterminated = summary.findings.iter().any(|it| it.kind == Flaw::Newline);
    Ok(Saved {
        count: count.unwrap_or_else(|| CountFile::fresh(opening)),
        tally: summary.tally,
        ledger: Some(ledger),
        unterminated,
    })
}

/// A backup of a time when nothing was sold yet: its count is all of it.
fn without_ledger(source: &EventFiles, from: &Path, count: Option<CountFile>) -> Result<Saved> {
    let Some(count) = count else {
        let name = source.count.file_name().unwrap_or_default();
        let why = format!("holds no backup of {}", name.to_string_lossy());
        let error = Error::new(Kind::Missing, why).at(from, 0, 0);
        return Err(error.hint(where_it_may_be(from)));
    };
    if count.counted.is_some_and(|counted| counted.seq > 0) {
        let error = Error::new(Kind::Integrity, "is missing beside its count");
        let error = error.at(&source.ledger, 0, 0);
        return Err(error.hint("nothing was changed; a backup is a count and its ledger"));
    }
    Ok(Saved {
        tally: Tally {
            left: count.ticket,
            ..Tally::default()
        },
        count,
        ledger: None,
        unterminated: false,
    })
}

/// The copy's ledger lacks what the count beside it includes.
fn behind_its_count(
    source: &EventFiles,
    summary: &LedgerSummary,
    counted: Option<Counted>,
) -> Error {
    let message = format!(
        "has {}, and the count beside it includes {}",
        plural::count(summary.tally.seq, "line"),
        counted.map_or(0, |counted| counted.seq)
    );
    let error = Error::new(Kind::Refused, message).at(&source.ledger, 0, 0);
    error.hint(
        "nothing was changed; this copy was made while tickets were sold, the ledger first: --force goes by what its \
         ledger has",
    )
}

/// Where the backup may be that is not in this directory: under another name, or elsewhere.
fn where_it_may_be(from: &Path) -> String {
    let entries = fs::read_dir(from).into_iter().flatten().flatten();
    let names = entries
        .take(LOOKED_AT)
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut others: Vec<String> = names
        .filter_map(|name| {
            let count = format!("{}.json", name.strip_suffix(".ledger.jsonl")?);
            from.join(&count).is_file().then_some(count)
        })
        .collect();
    others.sort();
    let more = others.len().saturating_sub(NAMED);
    others.truncate(NAMED);
    match others.as_slice() {
        [] => "name the directory that 'tickets backup DIR' wrote to".to_owned(),
        [other] => format!(
            "it holds one of {other}, which is put back under that name, wherever: -f DIRECTORY/{other}"
        ),
        [first, ..] => {
            let more = match more {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!(
                "it holds those of {}{more}, each of which is put back under its name, wherever: -f DIRECTORY/{first}",
                others.join(", ")
            )
        }
    }
}
