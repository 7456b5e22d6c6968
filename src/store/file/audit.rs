//! Does everything add up: every line of the ledger, and the count.

use std::time::{Duration, Instant};

use super::count::missing;
use super::deciding::sync_too;
use super::durable;
use super::event::EventFiles;
use super::file_store::FileStore;
use super::files::Access;
use super::kept::{BROKEN, REPLACED, keep_count};
use super::ledger_file::{LedgerFile, open_ledger};
use super::lock::{Wait, named_holder};
use super::open;
use super::reading::Reading;
use super::sellable::{refuse_unsellable, second_names};
use super::unfinished::{Fate, Unfinished, WORTH_WAITING};
use super::verify::{LedgerSummary, read_books};
use super::vouch;
use crate::error::{Error, Kind, Result};
use crate::ledger::CountFile;
use crate::plural;
use crate::store::audit::{Audit, Finding, Flaw};

impl FileStore {
    /// Verifies every line's checksum, chain and arithmetic, every key and cancellation, and the count.
    /// Sales may go on meanwhile: it takes no lock, but where the last line is not whole that of the ledger, shared and
    /// for one look at that line. Who holds it for longer than a second may be in the middle of writing that line:
    /// then this is a note, and no finding. Memory stays flat, but for 40 bytes or so a key and a cancelled sale.
    ///
    /// # Errors
    /// When the files cannot be read. What does not add up is no error, but a finding.
    pub(super) fn audit(&self) -> Result<Audit> {
        let look = |files: &EventFiles, ledger: Option<&LedgerFile>| {
            examine(files, ledger, open::count_strays(files)?)
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
    /// a missing newline is put back, strays are removed. A ledger that does not add up is left alone.
    /// `forced`: so is no count that includes lines which its ledger lacks; it is kept beside.
    ///
    /// # Errors
    /// When the files cannot be read or written, and [`Kind::Busy`] when the locks were not had within `wait`.
    pub(super) fn put_right(&mut self, wait: Duration, forced: bool) -> Result<Audit> {
        let wanted = &mut || true;
        let mut wait = Wait::wanted(wait, wanted);
        let _held = self.deciding.acquire(&mut self.patience, &mut wait)?;
        let ledger = open_ledger(&self.files, Access::ReadWrite)?;
        let _sync = match &ledger {
            Some(ledger) => Some(sync_too(&self.files, ledger, &mut wait)?),
            None => None,
        };
        let ledger = ledger.as_ref();
        self.last = None;
        let strays = open::strays(&self.files)?.len();
        let (before, _) = examine(&self.files, ledger, strays)?;
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
    let swept = open::sweep(files)?;
    done.extend(swept.told());
    match swept.strays {
        0 => {}
        swept => done.push(format!(
            "{} of killed processes removed from beside {}",
            plural::count(swept as u64, "temporary file"),
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
        let reading = match audit.records {
            // The opening line itself: the stock stands in the count only.
            0 => Reading::take(files, Some(ledger))?,
            _ => Reading::from_the_start(files, ledger)?,
        };
        done.extend(open::heal(files, ledger, &reading)?);
    }
    let reading = Reading::from_the_start(files, ledger)?;
    let stale = match CountFile::look(&files.count) {
        Ok((Some(snapshot), _)) => snapshot.counting(&reading.tally) != snapshot,
        _ => true,
    };
    if stale && reading.tally.seq > 0 {
        vouch::secure(files, ledger, 0, reading.tally.bytes)?;
        let kept = if has(Flaw::Count) {
            keep_count(files, BROKEN)?
        } else if !audit.is_repairable() {
            keep_count(files, REPLACED)?
        } else {
            None
        };
        // One that is too long to be read has no version, and is kept.
        let known = match &kept {
            Some(_) if reading.version().is_missing() => None,
            _ => Some(reading.version()),
        };
        let count = (&reading.snapshot, &reading.tally);
        durable::publish(files, ledger, count, known)?;
        let kept = kept.map(|kept| format!("; what stood in it is kept as {}", kept.display()));
        done.push(format!(
            "{} was written anew from the ledger: {} left, {} sold{}",
            files.count.display(),
            reading.tally.left,
            reading.tally.sold,
            kept.unwrap_or_default()
        ));
    }
    Ok(done)
}

/// The audit, and the last line where that is not whole.
fn examine(
    files: &EventFiles,
    ledger: Option<&LedgerFile>,
    strays: usize,
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
        Ok((Some(snapshot), _)) => snapshot.counted,
        _ => None,
    };
    let books = match ledger {
        Some(ledger) => read_books(files, ledger, counted)?,
        None => LedgerSummary::default(),
    };
    let mut findings = books.findings.clone();
    let capacity = books.tally.left.saturating_add(books.tally.sold);
    let sound = !findings.iter().any(|finding| finding.kind == Flaw::Ledger);
    let opened = books.tally.seq > 0;
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
        Ok((Some(snapshot), _)) => findings.extend(drift(files, snapshot, &books, sound)),
    }
    let mut notes = second_names(files);
    if strays > 0 {
        let (what, it) = match strays {
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
        Ok((Some(snapshot), _)) if !opened => snapshot.ticket,
        _ => 0,
    };
    let audit = Audit {
        capacity: capacity + unopened,
        sold: books.tally.sold,
        left: books.tally.left + unopened,
        records: books.tally.seq,
        findings,
        notes,
        repaired: Vec::new(),
    };
    Ok((audit, books.unfinished))
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
    snapshot: &CountFile,
    books: &LedgerSummary,
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
    let Some(counted) = snapshot.counted.filter(|counted| counted.seq > 0) else {
        return match books.opening {
            Some(opening) if opening != snapshot.ticket => finding(
                Flaw::Drift,
                format!(
                    "says {} left and counts no sale, but the ledger opens with {opening}",
                    snapshot.ticket
                ),
                sound,
            ),
            _ => None,
        };
    };
    match &books.at_counted {
        Some(tally) if tally.seq == counted.seq => {
            let (said, is) = ((snapshot.ticket, counted.sold), (tally.left, tally.sold));
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
        _ if books.replaces == Some((counted.seq, counted.bytes)) => None,
        _ if books.tally.bytes < counted.bytes || !sound => {
            let text = format!(
                "counts {} and {} of the ledger, of which only {} and {} add up",
                plural::count(counted.seq, "line"),
                plural::count(counted.bytes, "byte"),
                plural::count(books.tally.seq, "line"),
                plural::count(books.tally.bytes, "byte")
            );
            finding(Flaw::Short, text, false)
        }
        _ => {
            let text = format!(
                "counts {} up to byte {} of the ledger, where no such line ends",
                plural::count(counted.seq, "line"),
                counted.bytes
            );
            finding(Flaw::Drift, text, false)
        }
    }
}
