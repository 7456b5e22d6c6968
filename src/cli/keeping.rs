//! `tickets backup`, `restore` and `reset`: a copy of the event, the way back, and a new beginning.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::{BackupArgs, DEFAULT_FILE, ResetArgs, RestoreArgs};
use super::buy::where_to_rush;
use super::given_up;
use super::hint::quoted;
use super::screen::{GOOD, Screen};
use crate::office::{GivenUp, WayBack};
use crate::plural::count;
use crate::store::place::is_address;
use crate::{BoxOffice, Error, Kind, Result, shown};

pub(super) fn backup(file: &Path, arguments: &BackupArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let missing = missing_parent(&arguments.directory);
    let made = missing.map(|directory| directory.display().to_string());
    let done = office.backup(&arguments.directory, arguments.wait.limit);
    screen.notes_always(&office.notes());
    let done = done?;
    let document = BackupDocument {
        ok: true,
        command: "backup",
        to: arguments.directory.display().to_string(),
        left: done.left,
        sold: done.sold,
        seq: done.seq,
        made,
    };
    if let Some(made) = document.made.as_deref().map(shown) {
        screen.notes_always(&[format!(
            "there was no directory {made}, and it was made: where the backup is for another drive, that is not plugged in"
        )]);
    }
    screen.answer(&document, |out| {
        if screen.quiet {
            return Ok(());
        }
        writeln!(
            out,
            "{GOOD}saved{GOOD:#}  {} left, {} sold, {} of the ledger, in {}",
            done.left,
            done.sold,
            count(done.seq, "line"),
            shown(&document.to)
        )
    });
    Ok(0)
}

/// The outermost of the directories above this one that are not there.
fn missing_parent(directory: &Path) -> Option<&Path> {
    let above = directory.ancestors().skip(1);
    let above = above.filter(|it| !it.as_os_str().is_empty());
    above.take_while(|it| !it.exists()).last()
}

pub(super) fn restore(file: &Path, arguments: &RestoreArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let (force, wait) = (arguments.force, arguments.wait.limit);
    let done = office.restore(&arguments.directory, force, wait);
    screen.notes(&office.notes());
    let done = done?;
    let undo = if force {
        way_back(&done.kept, done.back, screen)
    } else {
        Undo::Nothing
    };
    let document = RestoreDocument {
        ok: true,
        command: "restore",
        from: arguments.directory.display().to_string(),
        left: done.left,
        sold: done.sold,
        seq: done.seq,
        kept: done
            .kept
            .iter()
            .map(|path| path.display().to_string())
            .collect(),
        given_up: Some(&done.given_up).filter(|given_up| !given_up.is_empty()),
        undo: undo.command(),
    };
    screen.answer(&document, |out| {
        writeln!(
            out,
            "{GOOD}restored{GOOD:#}  {} from {}: {} left, {} sold, {} of the ledger",
            shown(&file.display().to_string()),
            shown(&document.from),
            done.left,
            done.sold,
            count(done.seq, "line")
        )?;
        for kept in &document.kept {
            writeln!(out, "what was replaced is kept as {}", shown(kept))?;
        }
        Ok(())
    });
    given_up::tell(&done.given_up, screen);
    screen.notes_always(&undo.told());
    Ok(0)
}

pub(super) fn reset(file: &Path, arguments: &ResetArgs, screen: &Screen) -> Result<u8> {
    let (force, wait) = (arguments.force, arguments.wait.limit);
    let mut office = BoxOffice::at(file)?;
    // A cluster has no file that a person could write for it.
    let done = if file == Path::new(DEFAULT_FILE) || is_address(file) {
        office.reset_or_make(arguments.stock, force, wait)
    } else {
        office.reset(arguments.stock, force, wait)
    };
    screen.notes(&office.notes());
    let done = done.map_err(|error| where_to_begin(error, file))?;
    let archive: Vec<PathBuf> = done.archive.clone().into_iter().collect();
    let document = ResetDocument {
        ok: true,
        command: "reset",
        file: file.display().to_string(),
        left: done.stock,
        archived: done.archive.map(|path| path.display().to_string()),
        kept: done.kept.map(|path| path.display().to_string()),
    };
    screen.result(&document, |out| {
        if screen.quiet {
            return writeln!(out, "{}", document.left);
        }
        writeln!(out, "{} left", document.left)?;
        let name = shown(&document.file);
        match &document.archived {
            Some(archive) => {
                let archive = shown(archive);
                writeln!(out, "{name} was reset; the old ledger is kept as {archive}")
            }
            None if done.made => writeln!(out, "{name} was made"),
            None => writeln!(out, "{name} was reset"),
        }?;
        match &document.kept {
            Some(kept) => writeln!(out, "what stood in {name} is kept as {}", shown(kept)),
            None => Ok(()),
        }
    });
    if force {
        screen.notes_always(&way_back(&archive, done.back, screen).told());
    }
    Ok(0)
}

/// There is no event: how to get one, to rush on or to sell from.
fn where_to_begin(error: Error, file: &Path) -> Error {
    if error.kind() != Kind::Missing {
        return error;
    }
    let error = where_to_rush(error, file);
    let hint = error.hint_text().unwrap_or_default();
    let hint = format!("{hint}; 'tickets init 200' makes one to sell from, which a rush keeps off");
    error.hint(hint)
}

/// What is said where a ledger was put away that no restore takes.
const NO_WAY_BACK: &str = "what was replaced did not add up: it is kept to be looked at, and no command puts it back as it is";

/// How a ledger that a forced command put away is put back.
enum Undo {
    /// None was put away.
    Nothing,
    /// By this line for a shell.
    By(String),
    /// No restore takes it.
    Never,
}

impl Undo {
    fn command(&self) -> Option<&str> {
        match self {
            Self::By(command) => Some(command),
            Self::Nothing | Self::Never => None,
        }
    }

    fn told(&self) -> Vec<String> {
        match self {
            Self::Nothing => Vec::new(),
            Self::By(command) => vec![format!("to undo that: {command}")],
            Self::Never => vec![NO_WAY_BACK.to_owned()],
        }
    }
}

/// How it is put back: a restore takes it for a backup.
fn way_back(kept: &[PathBuf], back: WayBack, screen: &Screen) -> Undo {
    let ledger = kept.iter().find_map(|path| {
        let name = path.file_name()?.to_str()?;
        let (event, _) = name.split_once(".ledger.")?;
        Some((path, format!("{event}.ledger.jsonl")))
    });
    let Some((kept, name)) = ledger else {
        return Undo::Nothing;
    };
    let force = match back {
        WayBack::Restored => "",
        WayBack::Forced => " --force",
        WayBack::None => return Undo::Never,
    };
    let directory = kept.with_extension("back");
    let copy = directory.join(name);
    let [kept, directory, copy] = [kept, &directory, &copy].map(|path| quoted(path.as_os_str()));
    let event = screen.event_option();
    Undo::By(format!(
        "mkdir -p {directory} && cp {kept} {copy} && tickets{event} restore{force} {directory}"
    ))
}

#[derive(Serialize)]
struct BackupDocument {
    ok: bool,
    command: &'static str,
    to: String,
    left: u64,
    sold: u64,
    seq: u64,
    /// The outermost directory that was made for it, where that was none of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    made: Option<String>,
}

#[derive(Serialize)]
struct RestoreDocument<'a> {
    ok: bool,
    command: &'static str,
    from: String,
    left: u64,
    sold: u64,
    seq: u64,
    kept: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_up: Option<&'a GivenUp>,
    /// How a forced one is undone, as a line for a shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<&'a str>,
}

#[derive(Serialize)]
struct ResetDocument {
    ok: bool,
    command: &'static str,
    file: String,
    left: u64,
    archived: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<String>,
}
