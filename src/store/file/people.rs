//! Who may sell: files of one event that belong to several people.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::event::EventFiles;
use super::files::{directory, look};
use crate::error::Error;

/// The most that is read of `/etc/passwd`, in bytes.
const LONGEST: u64 = 1 << 20;

/// The same error; where it is a missing right, with what to do about all the files and the directory that lack it.
pub(crate) fn explain_denied(files: &EventFiles, error: Error) -> Error {
    if !error.is_denied() {
        return error;
    }
    match closed_to_us(files).as_slice() {
        [] => error,
        closed => error.hint(closed.join("; ")),
    }
}

/// What of an event this user may not write, each in words for people that say what to do.
pub(crate) fn closed_to_us(files: &EventFiles) -> Vec<String> {
    let mut told = Vec::new();
    let (count, ledger) = (directory(&files.count), directory(&files.ledger));
    told.extend(closed(count, "its directory"));
    if ledger != count {
        told.extend(closed(ledger, "the ledger's directory"));
    }
    for (path, what) in [
        (&files.ledger, "the ledger"),
        (&files.lock, "the lock file"),
    ] {
        told.extend(closed(path, what));
    }
    told
}

fn closed(path: &Path, what: &str) -> Option<String> {
    let found = look(path).ok()??;
    let needs = if found.is_file() {
        Access::READ_OK | Access::WRITE_OK
    } else {
        Access::WRITE_OK | Access::EXEC_OK
    };
    match accessat(CWD, path, needs, AtFlags::EACCESS) {
        Err(rustix::io::Errno::ACCESS) => {}
        _ => return None,
    }
    let quoted = quoted(path);
    let owner = user(found.uid);
    let in_group = our_groups().contains(&found.gid);
    let group_may = found.permissions() & 0o020 != 0;
    Some(match (in_group, group_may) {
        (true, false) => format!(
            "{what} exists, owned by {owner}, not group-writable: let {owner} run chmod g+w {quoted}"
        ),
        _ => format!(
            "{what} exists, owned by {owner}, and its group {} is not one of yours: let {owner} run chgrp \
             GROUP {quoted} and chmod g+w {quoted}, with a group that all who sell are in",
            found.gid
        ),
    })
}

/// The groups of this process.
fn our_groups() -> Vec<u32> {
    let mut groups = vec![rustix::process::getegid().as_raw()];
    let others = rustix::process::getgroups().unwrap_or_default();
    groups.extend(others.into_iter().map(rustix::process::Gid::as_raw));
    groups
}

/// A user's name from `/etc/passwd`, else the number: a program that is linked statically has no other way.
fn user(uid: u32) -> String {
    let mut text = String::new();
    let read =
        File::open("/etc/passwd").and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    let name = read.ok().and_then(|_| {
        text.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
        })
    });
    name.unwrap_or_else(|| format!("user {uid}"))
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = fs::canonicalize(path).unwrap_or_else(|_: io::Error| path.to_owned());
    format!("'{}'", text.display().to_string().replace('\'', r"'\''"))
}
