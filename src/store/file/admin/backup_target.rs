//! The place of a backup: whose files stand there, and whether they may be replaced.

use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, Tally};
use crate::shown::quoted;
use crate::store::file::admin::copy_ahead::{from_before, own_sales, put_away_since, way_across};
use crate::store::file::admin::edited_ledger::{broken_line, own_is_broken};
use crate::store::file::event::EventFiles;
use crate::store::file::files::compare::common;
use crate::store::file::files::directory::directory;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::view::LedgerView;
use crate::store::file::sys::FileId;

/// The state that is copied.
pub(crate) struct CopiedState {
    pub(crate) count: CountFile,
    pub(crate) tally: Tally,
    pub(crate) ledger: Option<LedgerFile>,
}

/// The files of the event's backup in this directory.
///
/// # Errors
/// [`Kind::Usage`]: they are the event's own, by whatever name.
pub(crate) fn kept_in(files: &EventFiles, place: &Path) -> Result<EventFiles> {
    let own = id(directory(&files.count));
    if own.is_some() && own == id(place) {
        let error = Error::new(Kind::Usage, "is the directory of the event itself");
        return Err(error.at(place, 0, 0).hint("name another directory"));
    }
    let name: PathBuf = files.count.file_name().unwrap_or_default().into();
    let named = place.join(name);
    let kept = EventFiles::at(&named)?;
    let ledger = kept.link.as_ref().unwrap_or(&kept.ledger);
    for (name, resolved) in [(&named, &kept.count), (ledger, &kept.ledger)] {
        for own in [&files.count, &files.ledger] {
            if is_one(resolved, own) {
                let message = format!("is {} of the event itself, by another name", own.display());
                let error = Error::new(Kind::Usage, message).at(name, 0, 0);
                return Err(error.hint(
                    "nothing was changed; a backup has files of its own: name another directory, or remove this link",
                ));
            }
        }
    }
    Ok(kept)
}

/// Refuses a file where a backup is to be: of one in a backup its directory is meant.
pub(crate) fn refuse_no_directory(files: &EventFiles, place: &Path) -> Result<()> {
    if !place.exists() || place.is_dir() {
        return Ok(());
    }
    let message = "is no directory: a backup is a directory with an event's files in it";
    let error = Error::new(Kind::Usage, message).at(place, 0, 0);
    let holder = directory(place);
    let name = files.count.file_name().unwrap_or_default();
    let is_own = id(holder).is_some_and(|holder| Some(holder) == id(directory(&files.count)));
    Err(error.hint(if !is_own && holder.join(name).exists() {
        let holder = quoted(holder.as_os_str());
        format!("nothing was changed; name that: 'tickets restore {holder}'")
    } else {
        "nothing was changed; name the directory that 'tickets backup DIR' wrote to".to_owned()
    }))
}

/// Refuses a name that something else has than a directory.
pub(crate) fn refuse_file(place: &Path) -> Result<()> {
    if !place.exists() || place.is_dir() {
        return Ok(());
    }
    let stem = place.file_stem().unwrap_or_default().to_string_lossy();
    let free = place.with_file_name(format!("{stem}-backup"));
    let free = quoted(free.as_os_str());
    let message =
        "is there, and is no directory: a backup is a directory with an event's files in it";
    let error = Error::new(Kind::Refused, message).at(place, 0, 0);
    Err(error.hint(format!(
        "nothing was changed; name one, as in 'tickets backup {free}'"
    )))
}

fn id(path: &Path) -> Option<FileId> {
    FileId::of_name(path).ok().flatten()
}

/// Whether two names, links resolved, mean one file, also one that is not there yet.
fn is_one(a: &Path, b: &Path) -> bool {
    match (id(a), id(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => {
            let there = id(directory(a));
            there.is_some() && there == id(directory(b)) && a.file_name() == b.file_name()
        }
        _ => false,
    }
}

/// Refuses without the locks what will be refused under them, for a lock file is made to take them. Where one is there
/// already another backup may be written just now.
pub(crate) fn refuse_at_sight(
    files: &EventFiles,
    target: &EventFiles,
    state: &CopiedState,
) -> Result<()> {
    let is_locked = || id(&target.lock).is_some();
    if is_locked() {
        return Ok(());
    }
    let older = open_ledger(target, Access::Read)?;
    match replaceable(files, target, older.as_ref(), state) {
        Err(_) if is_locked() => Ok(()),
        result => result,
    }
}

/// Refuses to replace what is no older backup of this event: a ledger that is no beginning of the event's, or a count
/// of another one.
pub(crate) fn replaceable(
    files: &EventFiles,
    target: &EventFiles,
    older: Option<&LedgerFile>,
    state: &CopiedState,
) -> Result<()> {
    if let Some(older) = older {
        refuse_other_ledger(files, target, older, state)?;
    }
    let there =
        FileId::of_name(&target.count).map_err(|e| Error::io("look at", &target.count, e))?;
    if there.is_none() {
        return Ok(());
    }
    let found = LedgerView::take(target, older).and_then(|view| view.sound(target));
    let is_ours = match (&found, older) {
        (Err(error), _) if error.kind() == Kind::Integrity => false,
        (Err(_), _) => return found.map(drop),
        (Ok(_), Some(_)) => true,
        // Of a time when nothing was sold yet.
        (Ok(view), None) => {
            let opening = match &state.ledger {
                Some(ledger) => ledger.first_line(files)?.map(|line| line.left),
                None => Some(view.count.ticket),
            };
            opening == Some(view.count.ticket)
                && view.count.restarted(0) == state.count.restarted(0)
        }
    };
    if is_ours {
        return Ok(());
    }
    let why = format!("is no older backup of {}", files.count.display());
    Err(refused(&target.count, why))
}

/// Refuses a ledger that has what the event's lacks.
fn refuse_other_ledger(
    files: &EventFiles,
    target: &EventFiles,
    older: &LedgerFile,
    state: &CopiedState,
) -> Result<()> {
    let problem = |e| Error::io("compare", &target.ledger, e);
    let length = older.file.metadata().map_err(problem)?.len();
    let same = match &state.ledger {
        Some(ledger) => common(&older.file, &ledger.file, length).map_err(problem)?,
        None => 0,
    };
    if same == length && length <= state.tally.bytes {
        return Ok(());
    }
    let broken = broken_line(target, older)?;
    let own = state.ledger.as_ref();
    let own = own.map_or(Ok(None), |ledger| broken_line(files, ledger))?;
    if let Some(finding) = own {
        return Err(own_is_broken(files, target, finding, broken.is_none()));
    }
    let why = format!(
        "is no older backup of {}: it has what that ledger lacks from byte {same} on",
        files.ledger.display()
    );
    let error = refused(&target.ledger, why);
    if let Some(put_away) = put_away_since(files, older, length) {
        return Err(error.hint(from_before(files, &put_away)));
    }
    if let Some(finding) = broken.filter(|_| same > 0) {
        let (line, text) = (finding.line, finding.text);
        return Err(error.hint(format!(
            "nothing was changed; in line {line} of that copy {text}: name another directory, or move away what is there"
        )));
    }
    Err(match own_sales(older, same, length).map_err(problem)? {
        Some(whose) => error.hint(way_across(target, &whose, same == state.tally.bytes)),
        None => error,
    })
}

fn refused(file: &Path, why: String) -> Error {
    let error = Error::new(Kind::Refused, why).at(file, 0, 0);
    error.hint("nothing was changed; name another directory, or move away what is there")
}
