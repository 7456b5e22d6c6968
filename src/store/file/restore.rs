//! Putting a backup back in an event's place.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::aside::common;
use super::backup::{adds_up, kept_in};
use super::deciding::{Deciding, sync_too};
use super::event::EventFiles;
use super::file_store::FileStore;
use super::files::{Access, directory, sync_directory};
use super::ledger_file::{LedgerFile, open_ledger};
use super::lines::{Stretches, is_blank, line_before};
use super::lock::{Patience, Wait};
use super::open;
use super::reading::is_borne_out;
use super::sellable::{refuse_fixed_ledger, refuse_unsellable};
use super::swap::{Fresh, put_back};
use super::verify::read_books;
use crate::error::{Error, Kind, Result};
use crate::ledger::CountFile;
use crate::ledger::{Line, Op, Sum, Tally};
use crate::plural;
use crate::store::audit::Flaw;
use crate::store::results::Restored;

/// A backup that adds up.
struct Saved {
    snapshot: CountFile,
    tally: Tally,
    /// `None`: of a time when nothing was sold yet.
    ledger: Option<LedgerFile>,
    /// Whether its last line lacks its newline.
    unterminated: bool,
}

impl FileStore {
    /// Puts the backup in this directory back, under the locks. What it replaces is kept beside.
    ///
    /// # Errors
    /// - [`Kind::Refused`], unless it is `forced`: the event has lines that the backup lacks, or counts some; or the
    ///   backup's own count includes lines that its ledger lacks;
    /// - [`Kind::Missing`]: there is no backup of this event; [`Kind::Integrity`]: it does not add up;
    /// - [`Kind::OutcomeUnknown`]: it is done, but not all of it is proven to be on disk.
    pub(super) fn put_back(
        &mut self,
        from: &Path,
        forced: bool,
        wait: Duration,
    ) -> Result<Restored> {
        let source = kept_in(&self.files, from)?;
        let saved = saved(&source, from, forced)?;
        let place = directory(&self.files.count);
        if !place.is_dir() {
            fs::create_dir_all(place).map_err(|e| Error::io("create", place, e))?;
            sync_directory(place)?;
        }
        refuse_unsellable(&self.files)?;
        refuse_fixed_ledger(&self.files)?;
        let models = [
            &self.files.count,
            &self.files.ledger,
            &source.count,
            &source.ledger,
        ];
        let mut deciding = Deciding::on(&self.files).made_like(models.map(Clone::clone));
        let wanted = &mut || true;
        let mut wait = Wait::wanted(wait, wanted);
        let _held = deciding.acquire(&mut Patience::default(), &mut wait)?;
        let living = open_ledger(&self.files, Access::ReadWrite)?;
        let _sync = match &living {
            Some(living) => Some(sync_too(&self.files, living, &mut wait)?),
            None => None,
        };
        let count = match CountFile::look(&self.files.count) {
            Err(error) if error.kind() != Kind::Integrity => return Err(error),
            result => result.map(|(count, _)| count),
        };
        let extra = extra(&self.files, living.as_ref(), &saved)?;
        let borne_out = match (&count, &living) {
            (Ok(Some(count)), Some(living)) => is_borne_out(count, living, &self.files)?,
            (Ok(Some(count)), None) => count.counted.is_none_or(|counted| counted.seq == 0),
            _ => true,
        };
        if !forced {
            refuse_to_lose(&self.files, &extra, &count, borne_out, &saved)?;
        }
        let found = open::sweep(&self.files)?;
        self.notes.extend(found.told());
        let fresh = Fresh {
            snapshot: &saved.snapshot,
            tally: extra.same.unwrap_or(saved.tally),
            from: saved.ledger.as_ref(),
            unterminated: saved.unterminated,
            model: [&source.ledger, &source.count],
        };
        let old = (living.as_ref(), &count, borne_out);
        let check = &|copy: &tempfile::NamedTempFile, tally: &Tally| adds_up(&source, copy, tally);
        let done = put_back(&self.files, &fresh, old, extra.same.is_some(), check)?;
        self.ledger = None;
        self.last = None;
        Ok(Restored {
            left: done.tally.left,
            sold: done.tally.sold,
            seq: done.tally.seq,
            kept: done.kept,
        })
    }
}

/// Reads the backup: all of its ledger that adds up, if a crash explains the rest.
fn saved(source: &EventFiles, from: &Path, forced: bool) -> Result<Saved> {
    let none = |why: String| Error::new(Kind::Missing, why).at(from, 0, 0);
    let count = CountFile::look(&source.count).map(|(count, _)| count);
    let name = source
        .count
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let Some(ledger) = open_ledger(source, Access::Read)? else {
        let count = count.map_err(|error| {
            error.hint("nothing was changed; this backup is damaged: name another one")
        });
        return match count? {
            None => Err(none(format!("holds no backup of {name}"))
                .hint("name the directory that 'tickets backup DIR' wrote to")),
            Some(snapshot) if snapshot.counted.is_none_or(|counted| counted.seq == 0) => {
                let left = snapshot.ticket;
                Ok(Saved {
                    snapshot,
                    tally: Tally {
                        left,
                        ..Tally::default()
                    },
                    ledger: None,
                    unterminated: false,
                })
            }
            Some(_) => Err(Error::new(Kind::Integrity, "is missing beside its count")
                .at(&source.ledger, 0, 0)
                .hint("nothing was changed; a backup is a count and its ledger")),
        };
    };
    let count = count.ok().flatten();
    let counted = count.as_ref().and_then(|count| count.counted);
    let books = read_books(source, &ledger, counted)?;
    let broken = books.findings.iter().find(|it| it.kind == Flaw::Ledger);
    let wrong = |line: u64, why: &str, hint: &'static str| {
        Error::new(Kind::Integrity, why)
            .at(&source.ledger, line, 0)
            .hint(hint)
    };
    if let Some(finding) = broken {
        return Err(wrong(
            finding.line,
            &finding.text,
            "nothing was changed; this backup is damaged: name another one",
        ));
    }
    let Some(opening) = books.opening else {
        return Err(wrong(
            0,
            "has no opening line",
            "nothing was changed; name another backup",
        ));
    };
    if let Some(count) = &count
        && !forced
        && !is_borne_out(count, &ledger, source)?
    {
        let message = format!(
            "has {}, and the count beside it includes {}",
            plural::count(books.tally.seq, "line"),
            counted.map_or(0, |counted| counted.seq)
        );
        let error = Error::new(Kind::Refused, message).at(&source.ledger, 0, 0);
        return Err(error.hint(
            "nothing was changed; this copy was made while tickets were sold, the ledger first: --force goes by what \
             its ledger has",
        ));
    }
    let unterminated = books.findings.iter().any(|it| it.kind == Flaw::Newline);
    Ok(Saved {
        snapshot: count.unwrap_or_else(|| CountFile::fresh(opening)),
        tally: books.tally,
        ledger: Some(ledger),
        unterminated,
    })
}

/// What the event's ledger has that the backup lacks.
struct Extra {
    lines: u64,
    sales: u64,
    /// What it comes to, if it has all that the backup has, and no more.
    same: Option<Tally>,
}

fn extra(files: &EventFiles, living: Option<&LedgerFile>, saved: &Saved) -> Result<Extra> {
    let problem = |e| Error::io("compare", &files.ledger, e);
    let mut extra = Extra {
        lines: 0,
        sales: 0,
        same: None,
    };
    let Some(living) = living else {
        return Ok(extra);
    };
    let end = saved.tally.bytes;
    let (mut from, theirs) = match &saved.ledger {
        Some(ledger) => {
            let from = common(&living.file, &ledger.file, end).map_err(problem)?;
            (from, Some(ledger))
        }
        None => (0, None),
    };
    let length = living.file.metadata().map_err(problem)?.len();
    let blank = is_blank(&living.file, end, length).map_err(problem)?;
    if theirs.is_some() && from == end && blank && !saved.unterminated {
        extra.same = Some(saved.tally);
    }
    if theirs.is_none()
        && let Some(tally) = only_opened(living, length).map_err(problem)?
        && tally.left == saved.tally.left
    {
        extra.same = Some(tally);
        return Ok(extra);
    }
    // From the start of the line in which they differ.
    while from > 0 && line_before(&living.file, from).map_err(problem)?.is_none() {
        from -= 1;
    }
    let (sums, lines) = match theirs {
        Some(ledger) => lines_from(ledger, from, end).map_err(problem)?,
        None => Default::default(),
    };
    let mut before = match line_before(&living.file, from) {
        Ok(Some(line)) => Line::check(&line, None).unwrap_or_default(),
        _ => Sum::default(),
    };
    let mut stretches = Stretches::new(&living.file, from);
    while let Some(stretch) = stretches.next().map_err(problem)? {
        let Ok(line) = Line::parse(stretch.bytes, None) else {
            continue;
        };
        let sound = Line::check(stretch.bytes, Some(before)).is_ok();
        before = line.sum;
        // A line that was damaged, and stands in the backup as it was, is none that the backup lacks.
        if sums.contains(&line.sum) && sound || !sound && lines.contains(&line.record.seq) {
            continue;
        }
        extra.lines += 1;
        extra.sales += u64::from(line.record.op == Op::Sell);
    }
    Ok(extra)
}

/// What a ledger comes to that has its opening line only.
fn only_opened(ledger: &LedgerFile, length: u64) -> std::io::Result<Option<Tally>> {
    let mut stretches = Stretches::new(&ledger.file, 0);
    let Some(first) = stretches.next()?.filter(|first| first.terminated) else {
        return Ok(None);
    };
    let start = Tally::default();
    let line = Line::parse(first.bytes, Some(start.sum)).ok();
    let tally = line.and_then(|line| start.after(&line, first.end).ok());
    match tally {
        Some(tally) if is_blank(&ledger.file, tally.bytes, length)? => Ok(Some(tally)),
        _ => Ok(None),
    }
}

/// The sums of a ledger's lines between these bytes, and their numbers.
fn lines_from(
    ledger: &LedgerFile,
    from: u64,
    to: u64,
) -> std::io::Result<(HashSet<Sum>, HashSet<u64>)> {
    let mut found = (HashSet::new(), HashSet::new());
    let mut stretches = Stretches::new(&ledger.file, from).until(to);
    while let Some(stretch) = stretches.next()? {
        if let Ok(line) = Line::parse(stretch.bytes, None) {
            found.0.insert(line.sum);
            found.1.insert(line.record.seq);
        }
    }
    Ok(found)
}

fn refuse_to_lose(
    files: &EventFiles,
    extra: &Extra,
    count: &Result<Option<CountFile>>,
    borne_out: bool,
    saved: &Saved,
) -> Result<()> {
    let refused = |file: &Path, message: String| {
        let error = Error::new(Kind::Refused, message).at(file, 0, 0);
        Err(error.hint(
            "nothing was changed; --force puts the backup back all the same, and keeps what is there beside",
        ))
    };
    let Extra { lines, sales, .. } = *extra;
    if lines > 0 {
        let (lines, sales) = (plural::count(lines, "line"), plural::count(sales, "sale"));
        let message = format!("has {lines} that the backup lacks, {sales} among them");
        return refused(&files.ledger, message);
    }
    let counted = match count {
        Ok(Some(count)) => count.counted.map_or(0, |counted| counted.seq),
        _ => 0,
    };
    if !borne_out && counted > saved.tally.seq {
        let message = format!(
            "counts {}, and the backup has {}: {} on no ledger any more",
            plural::count(counted, "line"),
            saved.tally.seq,
            counted - saved.tally.seq
        );
        return refused(&files.count, message);
    }
    Ok(())
}
