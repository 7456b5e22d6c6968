//! `tickets race selfcheck`: can the lab see.

use std::io::{self, Write};

use serde::Serialize;

use super::super::args::SelfcheckArgs;
use super::super::process::program;
use super::super::screen::{BAD, GOOD, Screen};
use super::document::Stopped;
use super::progress::SearchProgress;
use super::run::labelled;
use super::words::writes;
use crate::check::Anomaly;
use crate::lab::selfcheck::{Checked, selfcheck};
use crate::store::place::is_address;
use crate::{Error, Kind, Result};

/// Runs it; returns the exit code.
pub(super) fn check(arguments: &SelfcheckArgs, screen: &Screen) -> Result<u8> {
    if arguments.place.as_deref().is_some_and(is_address) {
        let message = "what is known of the lab is of events in files";
        return Err(Error::new(Kind::Usage, message).hint("--place names a directory"));
    }
    let mut progress = SearchProgress::new("race selfcheck", screen)?;
    let mut told = |schedules| progress.tell(schedules);
    let mut checked = Vec::new();
    let done = selfcheck(
        &program()?,
        arguments.place.as_ref(),
        &mut told,
        &mut checked,
    );
    let stopped = progress.ended(done)?;
    let right = stopped.is_none() && checked.iter().all(Checked::is_right);
    let document = SelfcheckDocument {
        ok: right,
        command: "race selfcheck",
        error: stopped.as_ref().map(|(error, _)| Stopped::of(error)),
        rows: checked.iter().map(SelfcheckRow::of).collect(),
    };
    screen.result(&document, |out| {
        for checked in &checked {
            told_of(out, checked)?;
        }
        Ok(())
    });
    if let Some((error, code)) = stopped {
        screen.stopped(&error);
        return Ok(code);
    }
    Ok(if right {
        0
    } else {
        Kind::Integrity.exit_code()
    })
}

fn told_of(out: &mut dyn Write, checked: &Checked) -> io::Result<()> {
    let trial = &checked.trial;
    let names = |kinds: &[Anomaly]| {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        names.join(", ")
    };
    let (label, style) = if checked.is_right() {
        ("right", GOOD)
    } else {
        ("blind", BAD)
    };
    let found = match &checked.found[..] {
        [] => "nothing, as it should be".to_owned(),
        found => names(found),
    };
    let query = if trial.query { " query" } else { "" };
    let mut text = format!(
        "{:<10} {:<14} {} buyers {:>4} schedules  {found}",
        trial.lock.name(),
        format!("{}{query}", writes(trial)),
        trial.users,
        checked.schedules,
    );
    for (what, kinds) in [
        ("not found", &checked.missed),
        ("invented", &checked.invented),
    ] {
        if !kinds.is_empty() {
            text.extend(["; ", what, ": ", &names(kinds)]);
        }
    }
    let unseen: Vec<_> = checked.unseen.iter().map(|point| point.name()).collect();
    if !unseen.is_empty() {
        text.extend(["; never stopped at: ", &unseen.join(", ")]);
    }
    labelled(out, label, style, &text)
}

#[derive(Serialize)]
struct SelfcheckDocument {
    ok: bool,
    command: &'static str,
    /// Why the rest of the rows is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Stopped>,
    rows: Vec<SelfcheckRow>,
}

#[derive(Serialize)]
struct SelfcheckRow {
    ok: bool,
    lock: &'static str,
    writes: &'static str,
    query: bool,
    users: usize,
    stock: u64,
    schedules: u64,
    found: Vec<Anomaly>,
    missed: Vec<Anomaly>,
    invented: Vec<Anomaly>,
    unseen: Vec<&'static str>,
}

impl SelfcheckRow {
    fn of(checked: &Checked) -> Self {
        let trial = &checked.trial;
        Self {
            ok: checked.is_right(),
            lock: trial.lock.name(),
            writes: writes(trial),
            query: trial.query,
            users: trial.users,
            stock: trial.stock,
            schedules: checked.schedules,
            found: checked.found.clone(),
            missed: checked.missed.clone(),
            invented: checked.invented.clone(),
            unseen: checked.unseen.iter().map(|point| point.name()).collect(),
        }
    }
}
