//! `tickets audit`: whether everything adds up, and how to put it right.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::args::AuditArgs;
use super::given_up;
use super::left::still_held;
use super::screen::{BAD, FAINT, GOOD, Screen};
use crate::office::{Audit, AuditTotals, Finding, GivenUp};
use crate::plural::count;
use crate::{BoxOffice, Kind, Result, shown};

pub(super) fn audit(file: &Path, arguments: &AuditArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let audit = if arguments.repair {
        office.repair(arguments.wait, arguments.force)?
    } else {
        office.audit()?
    };
    let ok = audit.findings.is_empty();
    let document = AuditDocument {
        ok,
        command: "audit",
        totals: audit.totals(),
        findings: &audit.findings,
        notes: &audit.notes,
        repaired: &audit.repaired,
        given_up: audit.given_up.as_ref(),
    };
    screen.result(&document, |out| tell(out, &audit, screen));
    if let Some(lost) = &audit.given_up {
        given_up::tell(lost, screen);
    }
    Ok(if ok { 0 } else { Kind::Integrity.exit_code() })
}

fn tell(out: &mut dyn Write, audit: &Audit, screen: &Screen) -> io::Result<()> {
    for done in &audit.repaired {
        writeln!(out, "{GOOD}repaired{GOOD:#}  {}", shown(done))?;
    }
    for finding in &audit.findings {
        let line = match finding.line {
            0 => String::new(),
            line => format!(":{line}"),
        };
        writeln!(
            out,
            "{BAD}found{BAD:#}  {}{line}: {}",
            shown(&finding.file),
            shown(&finding.text)
        )?;
    }
    for note in audit.notes.iter().filter(|_| !screen.quiet) {
        writeln!(out, "{FAINT}note{FAINT:#}  {}", shown(note))?;
    }
    if !audit.findings.is_empty() {
        let mut hints = audit.findings.iter();
        let hint = hints.find_map(|finding| finding.hint.as_deref());
        let hint = hint.unwrap_or_else(|| advice(audit));
        return writeln!(out, "{}", shown(&screen.hint(hint)));
    }
    if screen.quiet {
        return Ok(());
    }
    writeln!(
        out,
        "{GOOD}sound{GOOD:#}  {}: every checksum, number, key and cancellation adds up",
        count(audit.records, "line")
    )?;
    write!(out, "{} in all, {} sold, ", audit.capacity, audit.sold)?;
    if audit.held > 0 {
        write!(out, "{} held, ", audit.held)?;
    }
    writeln!(out, "{} left{}", audit.left, still_held(audit.due))
}

fn advice(audit: &Audit) -> &'static str {
    if audit.is_repairable() {
        "'tickets audit --repair' goes by the ledger and puts this right"
    } else if audit.is_repairable_by_force() {
        "this cannot be repaired without guessing: put the right ledger back, as 'tickets restore DIR' does from a \
         backup; 'tickets audit --repair --force' goes on with what the ledger has, and keeps the count beside"
    } else if audit.for_real {
        "this cannot be repaired without guessing: put the right file back, as 'tickets restore DIR' does from a backup"
    } else if audit.records > 0 {
        "this cannot be repaired without guessing: put the right file back, as 'tickets restore DIR' does from a \
         backup; where it was only a rush, 'tickets reset' starts afresh, and keeps what is there"
    } else {
        "this cannot be repaired without guessing: put the right file back, as 'tickets restore DIR' does from a \
         backup; where there is none, 'tickets reset --help' says how to start afresh without what was sold"
    }
}

#[derive(Serialize)]
struct AuditDocument<'a> {
    ok: bool,
    command: &'static str,
    #[serde(flatten)]
    totals: AuditTotals,
    findings: &'a [Finding],
    notes: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    repaired: &'a [String],
    /// What a forced repair went on without.
    #[serde(skip_serializing_if = "Option::is_none")]
    given_up: Option<&'a GivenUp>,
}
