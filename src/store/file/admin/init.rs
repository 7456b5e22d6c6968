//! Making an event for real, where none is.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, EventSettings, MAX_STOCK};
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::file::files::directory::{directory, sync_directory};
use crate::store::file::files::temporary::{list_files, temporary};
use crate::store::file::files::write::{name_new, write_beside};
use crate::store::file::reader::view::LedgerView;
use crate::store::file::recovery::beginning::Beginning;
use crate::store::file::recovery::create::write_ledger;
use crate::store::file::rights::Rights;
use crate::store::file::sellable::{
    refuse_fixed_directory, refuse_fixed_ledger, refuse_unsellable,
};
use crate::store::file::sys::{Attributes, look};

impl FileStore {
    /// Makes an event with so many tickets, and its directory where that is missing. `for_group`: the group of the
    /// directory may write its files.
    ///
    /// That the ledger gets its name is the commit, and that name is given only where none is: of many who make one
    /// event at once, one does.
    ///
    /// # Errors
    /// [`Kind::Refused`]: something of an event of this name is there.
    pub(crate) fn make(&self, stock: u64, settings: &EventSettings, for_group: bool) -> Result<()> {
        let files = &self.files;
        if stock > MAX_STOCK {
            let message =
                format!("a stock of {stock} is more than the {MAX_STOCK} that can be counted");
            return Err(Error::new(Kind::Usage, message));
        }
        refuse_what_is_there(files)?;
        let place = directory(&files.count);
        if !place.is_dir() {
            fs::create_dir_all(place).map_err(|e| Error::io("create", place, e))?;
            if for_group {
                share_directory(place)?;
            }
            sync_directory(place)?;
        }
        refuse_fixed_directory(place)?;
        refuse_unsellable(files)?;
        refuse_fixed_ledger(files)?;
        let begun = Beginning::of(stock, None, Some(settings))?;
        let rights = for_group.then(|| group_rights(files)).transpose()?;
        let ledger = write_ledger(files, &begun.bytes, rights.as_ref())?;
        match name_new(ledger, &files.ledger) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(is_there(&files.ledger, files));
            }
            Err(error) => return Err(Error::io("create", &files.ledger, error)),
        }
        let counted = self.count_anew(stock, &begun, rights.as_ref());
        counted.map_err(|error| {
            let error = error.with_kind(Kind::OutcomeUnknown);
            error.hint("its ledger is made: 'tickets query' says what the event holds")
        })
    }

    /// The rest of it: the ledger's name is durable, and there is a count.
    fn count_anew(&self, stock: u64, begun: &Beginning, rights: Option<&Rights>) -> Result<()> {
        let files = &self.files;
        sync_directory(&files.ledger)?;
        let text = begun.count(CountFile::fresh(stock)).render();
        let count = write_beside(&files.count, text.as_bytes(), rights, true, None)?;
        match name_new(count, &files.count) {
            Ok(_) => sync_directory(&files.count),
            // Somebody has sold from it since; or wrote a count of their own, and is told if that is another one.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.reread(|view: LedgerView| view.sound(files)).map(drop)
            }
            Err(error) => Err(Error::io("create", &files.count, error)),
        }
    }
}

/// A directory in which the group may make and replace files, which are the group's then.
fn share_directory(place: &Path) -> Result<()> {
    let problem = |e| Error::io("open to the group", place, e);
    let mode = fs::metadata(place).map_err(problem)?.permissions().mode();
    let shared = fs::Permissions::from_mode(mode | 0o2070);
    fs::set_permissions(place, shared).map_err(problem)
}

/// Those of a new file that the group of its directory may write.
fn group_rights(files: &EventFiles) -> Result<Rights> {
    let place = directory(&files.ledger);
    let problem = |e| Error::io("look at", place, e);
    let group = Attributes::of_name(place).map_err(problem)?.gid;
    let tried = temporary(&files.ledger, None).map_err(problem)?;
    let rights = Rights::of_handle(tried.as_file()).map_err(problem)?;
    let rights = rights.shared_with(group);
    rights.give_to(tried.as_file()).map_err(problem)?;
    if Rights::of_handle(tried.as_file()).map_err(problem)? == rights {
        return Ok(rights);
    }
    let message = "its files cannot be given to its group, of which you are no member";
    let error = Error::new(Kind::Refused, message).at(place, 0, 0);
    Err(error.hint("nothing was made; leave --group out, or give the directory a group of yours"))
}

fn refuse_what_is_there(files: &EventFiles) -> Result<()> {
    for path in [&files.count, &files.ledger] {
        // What cannot be looked at may be there.
        let found = look(path).map_err(|e| Error::io("look at", path, e))?;
        if found.is_some() {
            return Err(is_there(path, files));
        }
    }
    let Some(archive) = archive(files)? else {
        return Ok(());
    };
    let message = "an event of this name was here: this is a ledger of it that was archived";
    let error = Error::new(Kind::Refused, message).at(&archive, 0, 0);
    Err(error.hint(
        "nothing was changed; give the event another name with -f FILE, or move that file away",
    ))
}

/// Whether a file that is no count stands in the place of one, and no ledger is beside it.
fn is_no_event(files: &EventFiles) -> bool {
    let no_count = CountFile::look(&files.count);
    no_count.is_err_and(|error| error.kind() == Kind::Integrity)
        && matches!(look(&files.ledger), Ok(None))
}

fn is_there(path: &Path, files: &EventFiles) -> Error {
    if let Ok(Some(found)) = look(path)
        && found.length == 0
    {
        let message = "is there already, empty, and is left alone";
        return Error::new(Kind::Refused, message).at(path, 0, 0).hint(
            "nothing was changed; 'tickets reset 2' makes an event to rush on of an empty count; or take the empty file \
             away and say this again",
        );
    }
    let error = Error::new(Kind::Refused, "is there already, and is left alone").at(path, 0, 0);
    if is_no_event(files) {
        return error.hint(
            "nothing was changed; is this the right file? It is no event: -f FILE names another",
        );
    }
    error.hint(
        "nothing was changed; 'tickets query' says what it holds; -f FILE names another event; for more tickets, or \
         fewer, 'tickets adjust +N --reason TEXT'",
    )
}

/// A ledger of this name that was archived: `tickets.ledger.<label>.jsonl`.
fn archive(files: &EventFiles) -> Result<Option<PathBuf>> {
    let own = files.ledger.file_name().unwrap_or_default();
    let begins = own.as_encoded_bytes().strip_suffix(b"jsonl");
    let is_one = |name: &OsStr| {
        let name = name.as_encoded_bytes();
        begins.is_some_and(|begins| name.starts_with(begins)) && name.ends_with(b".jsonl")
    };
    let mut found = Vec::new();
    list_files(directory(&files.ledger), &is_one, &mut found)?;
    Ok(found.pop())
}
