//! Does everything add up: every line of the ledger, and the count.

use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};
use crate::ledger::CountFile;
use crate::store::audit::{Audit, Finding, Flaw};
use crate::store::file::count::kept::{BROKEN, REPLACED, keep_count};
use crate::store::file::count::publish::publish;
use crate::store::file::count::read::missing;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::file::files::open::Access;
use crate::store::file::lock::busy::named_holder;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::unfinished::{Fate, Unfinished, WORTH_WAITING};
use crate::store::file::reader::verify::{LedgerSummary, summarize_ledger};
use crate::store::file::reader::view::LedgerView;
use crate::store::file::recovery::clean_up::clean_up;
use crate::store::file::recovery::orphans::{count_orphans, orphans};
use crate::store::file::recovery::recover::recover_tail;
use crate::store::file::sellable::{refuse_unsellable, second_names};
use crate::store::file::sync::sync_lock::acquire_sync;
use crate::store::file::sync::vouch;

impl FileStore {
    /// Verifies every line's checksum, chain and arithmetic, every key and cancellation, and the count.
    /// Sales may go on meanwhile: it takes no lock, but where the last line is not whole that of the ledger, shared and
    /// for one look at that line. Who holds it for longer than a second may be in the middle of writing that line:
    /// then this is a note, and no finding. Memory stays flat, but for 40 bytes or so a key and a cancelled sale.
    ///
    /// # Errors
    /// When the files cannot be read. What does not add up is no error, but a finding.
    pub(crate) fn audit(&self) -> Result<Audit> {
        let look = |files: &EventFiles, ledger: Option<&LedgerFile>| {
            examine(files, ledger, count_orphans(files)?)
        };
        let doubt = |(audit, _): &(Audit, _)| match audit.findings.as_slice() {
            [] => None,
            findings => Some(format!("{findings:?}")),
        };
        let mut deadline = None;
        loop {
            let (audit, unfinished) = self.settled(look, doubt)?;
            let Some(unfinished) = unfinished else {
                return Ok(audit);
            };
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + WORTH_WAITING);
            match self.fate(&unfinished, deadline)? {
                Fate::Left => return Ok(audit),
                Fate::Changed if Instant::now() < deadline => {}
                Fate::Changed => return Ok(self.in_doubt(audit, &unfinished, None)),
                Fate::Unknown { holder } => return Ok(self.in_doubt(audit, &unfinished, holder)),
            }
        }
    }

    fn fate(&self, unfinished: &Unfinished, deadline: Instant) -> Result<Fate> {
        let problem = |e| Error::io("look at the end of", &self.files.ledger, e);
        match open_ledger(&self.files, Access::Read)? {
            Some(ledger) => unfinished.fate(&ledger, deadline).map_err(problem),
            None => Ok(Fate::Changed),
        }
    }

    /// The same audit, where nobody knows whether the last line is just being written.
    fn in_doubt(&self, audit: Audit, unfinished: &Unfinished, holder: Option<u32>) -> Audit {
        let mut audit = audit;
        let of_the_end = |finding: &Finding| matches!(finding.kind, Flaw::TornTail | Flaw::Newline);
        audit.findings.retain(|finding| !of_the_end(finding));
        audit.notes.push(format!(
            "{}: from byte {} on there is no whole line; {} has the ledger's lock, and may be writing one just now: \
             audit again when it is done",
            self.files.ledger.display(),
            unfinished.start(),
            named_holder(holder)
        ));
        audit
    }

    /// Audits under both locks and repairs what can be proven: the ledger is the truth, as long as all
    /// of it adds up. The count is written anew from it, a torn tail is put away in a file of its own,
    /// a missing newline is put back, orphans are removed. A ledger that does not add up is left alone.
    /// `forced`: so is no count that includes lines which its ledger lacks; it is kept beside.
    ///
    /// # Errors
    /// When the files cannot be read or written, and [`Kind::Busy`] when the locks were not had within `wait`.
    pub(crate) fn put_right(&mut self, wait: Duration, forced: bool) -> Result<Audit> {
        let wanted = &mut || true;
        let mut wait = Wait::wanted(wait, wanted);
        let _held = self.decision_locks.acquire(&mut self.strategy, &mut wait)?;
        let ledger = open_ledger(&self.files, Access::ReadWrite)?;
        let _sync = match &ledger {
            Some(ledger) => Some(acquire_sync(&self.files, ledger, &mut wait)?),
            None => None,
        };
        let ledger = ledger.as_ref();
        self.last = None;
        let orphans = orphans(&self.files)?.len();
        let (before, _) = examine(&self.files, ledger, orphans)?;
        if !(before.is_repairable() || forced && before.is_repairable_by_force()) {
            return Ok(before);
        }
        if !before.findings.is_empty() {
            refuse_unsellable(&self.files)?;
        }
        let repaired = mend(&self.files, ledger, &before)?;
        let (after, _) = examine(&self.files, ledger, 0)?;
        Ok(Audit { repaired, ..after })
    }
}

/// Puts right what was found, all of it repairable. Only for the holder of both locks.
fn mend(files: &EventFiles, ledger: Option<&LedgerFile>, audit: &Audit) -> Result<Vec<String>> {
    let mut done = match ledger {
        Some(ledger) => by_the_ledger(files, ledger, audit)?,
        None => Vec::new(),
    };
    let cleaned = clean_up(files)?;
    done.extend(cleaned.told());
    match cleaned.orphans {
        0 => {}
        swept => done.push(format!(
            "{swept} temporary files of killed processes were removed from beside {}",
            files.count.display()
        )),
    }
    Ok(done)
}

/// Mends the ledger's end, and writes the count anew where it is not what the ledger says.
fn by_the_ledger(files: &EventFiles, ledger: &LedgerFile, audit: &Audit) -> Result<Vec<String>> {
    let mut done = Vec::new();
    let has = |flaw: Flaw| audit.findings.iter().any(|finding| finding.kind == flaw);
    if has(Flaw::TornTail) || has(Flaw::Newline) {
        let view = match audit.records {
            // The opening line itself: the stock stands in the count only.
            0 => LedgerView::take(files, Some(ledger))?,
            _ => LedgerView::from_the_start(files, ledger)?,
        };
        done.extend(recover_tail(files, ledger, &view)?);
    }
    let view = LedgerView::from_the_start(files, ledger)?;
    let stale = match CountFile::look(&files.count) {
        Ok((Some(count), _)) => count.counting(&view.tally) != count,
        _ => true,
    };
    if stale && view.tally.seq > 0 {
        vouch::secure(files, ledger, 0, view.tally.bytes)?;
        let kept = if has(Flaw::Count) {
            keep_count(files, BROKEN)?
        } else if !audit.is_repairable() {
            keep_count(files, REPLACED)?
        } else {
            None
        };
        // One that is too long to be read has no version, and is kept.
        let known = match &kept {
            Some(_) if view.version().is_missing() => None,
            _ => Some(view.version()),
        };
        let count = (&view.count, &view.tally);
        publish(files, ledger, count, known)?;
        let kept = kept.map(|kept| format!("; what stood in it is kept as {}", kept.display()));
        done.push(format!(
            "{} was written anew from the ledger: {} left, {} sold{}",
            files.count.display(),
            view.tally.left,
            view.tally.sold,
            kept.unwrap_or_default()
        ));
    }
    Ok(done)
}

/// The audit, and the last line where that is not whole.
fn examine(
    files: &EventFiles,
    ledger: Option<&LedgerFile>,
    orphans: usize,
) -> Result<(Audit, Option<Unfinished>)> {
    // The count first: it then counts no line that is not read below.
    let count = match CountFile::look(&files.count) {
        Err(error) if error.kind() != Kind::Integrity => return Err(error),
        Ok((None, version)) if version.is_missing() && ledger.is_none() => {
            return Err(missing(&files.count));
        }
        result => result,
    };
    let counted = match &count {
        Ok((Some(count), _)) => count.counted,
        _ => None,
    };
    let summary = match ledger {
        Some(ledger) => summarize_ledger(files, ledger, counted)?,
        None => LedgerSummary::default(),
    };
    let mut findings = summary.findings.clone();
    let capacity = summary.tally.left.saturating_add(summary.tally.sold);
    let sound = !findings.iter().any(|finding| finding.kind == Flaw::Ledger);
    let opened = summary.tally.seq > 0;
    match &count {
        Err(error) => findings.push(count_finding(files, error, sound && opened)),
        Ok((None, version)) => {
            let how = if version.is_missing() {
                "is missing"
            } else {
                "is empty"
            };
            let error = Error::new(Kind::Integrity, how);
            findings.push(count_finding(files, &error, sound && opened));
        }
        Ok((Some(count), _)) => findings.extend(drift(files, count, &summary, sound)),
    }
    let mut notes = second_names(files);
    if orphans > 0 {
        let (what, it) = match orphans {
            1 => (
                "a temporary file of a killed process stands".to_owned(),
                "it",
            ),
            many => (
                format!("{many} temporary files of killed processes stand"),
                "them",
            ),
        };
        notes.push(format!(
            "{what} beside {}: no harm, and the next sale that is made durable removes {it}",
            files.count.display()
        ));
    }
    let unopened = match &count {
        Ok((Some(count), _)) if !opened => count.ticket,
        _ => 0,
    };
    let audit = Audit {
        capacity: capacity + unopened,
        sold: summary.tally.sold,
        left: summary.tally.left + unopened,
        records: summary.tally.seq,
        findings,
        notes,
        repaired: Vec::new(),
    };
    Ok((audit, summary.unfinished))
}

fn count_finding(files: &EventFiles, error: &Error, repairable: bool) -> Finding {
    Finding {
        kind: Flaw::Count,
        file: files.count.display().to_string(),
        line: error.place().map_or(0, |place| place.line),
        text: error.message().to_owned(),
        repairable,
    }
}

/// How the count differs from the ledger at the line that it counts last.
fn drift(
    files: &EventFiles,
    count: &CountFile,
    summary: &LedgerSummary,
    sound: bool,
) -> Option<Finding> {
    let finding = |kind, text, repairable| {
        Some(Finding {
            kind,
            file: files.count.display().to_string(),
            line: 0,
            text,
            repairable,
        })
    };
    let Some(counted) = count.counted.filter(|counted| counted.seq > 0) else {
        return match summary.opening {
            Some(opening) if opening != count.ticket => finding(
                Flaw::Drift,
                format!(
                    "says {} left and counts no sale, but the ledger opens with {opening}",
                    count.ticket
                ),
                sound,
            ),
            _ => None,
        };
    };
    match &summary.at_counted {
        Some(tally) if tally.seq == counted.seq => {
            let (said, is) = ((count.ticket, counted.sold), (tally.left, tally.sold));
            if said == is {
                return None;
            }
            let text = format!(
                "says {} left and {} sold at line {}, but the ledger says {} left and {} sold there",
                said.0, said.1, counted.seq, is.0, is.1
            );
            finding(Flaw::Drift, text, sound)
        }
        // What it says of a ledger that this one took the place of: a reset was killed.
        _ if summary.replaces == Some((counted.seq, counted.bytes)) => None,
        _ if summary.tally.bytes < counted.bytes || !sound => {
            let text = format!(
                "counts {} lines and {} bytes of the ledger, of which only {} lines and {} bytes add up",
                counted.seq, counted.bytes, summary.tally.seq, summary.tally.bytes
            );
            finding(Flaw::Short, text, false)
        }
        _ => {
            let text = format!(
                "counts {} lines up to byte {} of the ledger, where no such line ends",
                counted.seq, counted.bytes
            );
            finding(Flaw::Drift, text, false)
        }
    }
}
