//! Does everything add up: every line of the ledger, and the count.

use std::time::Instant;

use crate::error::{Error, Kind, Result};
use crate::ledger::CountFile;
use crate::store::audit::{Audit, Finding, Flaw};
use crate::store::file::admin::drift::{count_finding, drift};
use crate::store::file::count::read::missing;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::file::files::open::Access;
use crate::store::file::files::version::Version;
use crate::store::file::lock::busy::named_holder;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::ledger_summary::LedgerSummary;
use crate::store::file::reader::unfinished::{LineFate, Unfinished, WORTH_WAITING};
use crate::store::file::reader::verify::summarize_ledger;
use crate::store::file::recovery::orphans::count_orphans;
use crate::store::file::sellable::second_names;

impl FileStore {
    /// Verifies every line's checksum, chain and arithmetic, every key and cancellation, and the count.
    /// Sales may go on meanwhile: it takes no lock, but where the last line is not whole that of the ledger, shared and
    /// for one look at that line. A process that holds it for longer than a second may be in the middle of writing that
    /// line: then this is a note, and no finding. Memory stays flat, but for 40 bytes or so a key and a cancelled sale.
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
                LineFate::Left => return Ok(audit),
                LineFate::Changed if Instant::now() < deadline => {}
                LineFate::Changed => return Ok(self.in_doubt(audit, &unfinished, None)),
                LineFate::Unknown { holder } => {
                    return Ok(self.in_doubt(audit, &unfinished, holder));
                }
            }
        }
    }

    fn fate(&self, unfinished: &Unfinished, deadline: Instant) -> Result<LineFate> {
        let problem = |e| Error::io("look at the end of", &self.files.ledger, e);
        match open_ledger(&self.files, Access::Read)? {
            Some(ledger) => unfinished.fate(&ledger, deadline).map_err(problem),
            None => Ok(LineFate::Changed),
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
}

/// The audit, and the last line where that is not whole.
pub(crate) fn examine(
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
    let tally = summary.tally;
    let mut notes = second_names(files);
    notes.extend(orphans_note(files, orphans));
    // Before the opening line is written, the stock stands in the count alone.
    let unopened = match &count {
        Ok((Some(count), _)) if tally.seq == 0 && !is_tied(count) => count.ticket,
        _ => 0,
    };
    let audit = Audit {
        capacity: tally.capacity() + unopened,
        sold: tally.sold,
        held: tally.held,
        left: tally.left + unopened,
        due: 0,
        records: tally.seq,
        findings: findings(files, &count, &summary),
        notes,
        repaired: Vec::new(),
        given_up: None,
        for_real: summary.made_for_real || summary.booked > 0,
    };
    Ok((audit, summary.unfinished))
}

/// Whether it includes a line of a ledger.
fn is_tied(count: &CountFile) -> bool {
    count.counted.is_some_and(|counted| counted.seq > 0)
}

/// What does not add up in the ledger, then what the count says otherwise.
fn findings(
    files: &EventFiles,
    count: &Result<(Option<CountFile>, Version)>,
    summary: &LedgerSummary,
) -> Vec<Finding> {
    let mut findings = summary.findings.clone();
    let sound = !findings.iter().any(|finding| finding.kind == Flaw::Ledger);
    let repairable = sound && summary.tally.seq > 0;
    match count {
        Err(error) => findings.push(count_finding(files, error, repairable)),
        Ok((None, version)) => {
            let how = if version.is_missing() {
                "is missing"
            } else {
                "is empty"
            };
            let error = Error::new(Kind::Integrity, how);
            findings.push(count_finding(files, &error, repairable));
        }
        Ok((Some(count), _)) => findings.extend(drift(files, count, summary, sound)),
    }
    findings
}

/// That killed processes left so many temporary files.
fn orphans_note(files: &EventFiles, orphans: usize) -> Option<String> {
    let (what, it) = match orphans {
        0 => return None,
        1 => (
            "a temporary file of a killed process stands".to_owned(),
            "it",
        ),
        many => (
            format!("{many} temporary files of killed processes stand"),
            "them",
        ),
    };
    Some(format!(
        "{what} beside {}: no harm, and the next sale that is made durable removes {it}",
        files.count.display()
    ))
}
