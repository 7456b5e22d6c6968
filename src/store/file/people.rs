//! Who may sell: files of one event that belong to several people.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, accessat};

use crate::error::{Error, Place};
use crate::shown::quoted;
use crate::store::file::event::EventFiles;
use crate::store::file::files::directory::directory;
use crate::store::file::sys;
use crate::store::file::sys::look;

/// The most that is read of `/etc/passwd`, in bytes.
const LONGEST: u64 = 1 << 20;

/// The same error; where it is a missing right, with what to do about all the files and the directory that lack it.
pub(crate) fn explain_denied(files: &EventFiles, error: Error) -> Error {
    let is_ours = |place: &Place| {
        let beside = [&files.count, &files.ledger].map(|path| directory(path));
        beside.contains(&&*place.file) || beside.contains(&directory(&place.file))
    };
    if !error.is_denied() || !error.place().is_some_and(is_ours) {
        return error;
    }
    match closed_to_us(files).as_slice() {
        [] => error,
        closed => error.hint(closed.join("; ")),
    }
}

/// What of an event this user lacks a right to, each in words for people that say what to do.
pub(crate) fn closed_to_us(files: &EventFiles) -> Vec<String> {
    const CHANGE: Access = Access::READ_OK.union(Access::WRITE_OK);
    const ENTER: Access = Access::WRITE_OK.union(Access::EXEC_OK);
    let mut all = vec![(directory(&files.count), "its directory", ENTER)];
    if directory(&files.ledger) != directory(&files.count) {
        all.push((directory(&files.ledger), "the ledger's directory", ENTER));
    }
    all.extend([
        // It is replaced, never written.
        (&*files.count, "the count", Access::READ_OK),
        (&*files.ledger, "the ledger", CHANGE),
        (&*files.lock, "the lock file", CHANGE),
    ]);
    let told = all.into_iter();
    told.filter_map(|(path, what, needs)| closed(path, what, needs))
        .collect()
}

fn closed(path: &Path, what: &str, needs: Access) -> Option<String> {
    let found = look(path).ok()??;
    let is_file = !needs.contains(Access::EXEC_OK);
    if found.is_file() != is_file {
        return None;
    }
    match accessat(CWD, path, needs, AtFlags::EACCESS) {
        Err(rustix::io::Errno::ACCESS) => {}
        _ => return None,
    }
    let path = fs::canonicalize(path).unwrap_or_else(|_: io::Error| path.to_owned());
    let quoted = quoted(path.as_os_str());
    let owner = user(found.uid);
    let rights = if is_file { "rw" } else { "wx" };
    if Some(found.uid) == sys::effective_user() {
        return Some(format!(
            "{what} is yours, and its mode {:o} keeps you off: run chmod u+{rights} {quoted}",
            found.permissions()
        ));
    }
    if !our_groups().contains(&found.gid) {
        return Some(format!(
            "{what} exists, owned by {owner}, and its group {} is not one of yours: let {owner} run chgrp \
             GROUP {quoted} and chmod g+{rights} {quoted}, with a group that all who sell are in",
            found.gid
        ));
    }
    let lacks = |right, bit: u32| needs.contains(right) && found.permissions() & bit == 0;
    let lacking: Vec<_> = [
        (lacks(Access::READ_OK, 0o040), "not group-readable"),
        (lacks(Access::WRITE_OK, 0o020), "not group-writable"),
        (
            lacks(Access::EXEC_OK, 0o010),
            "not to be entered by its group",
        ),
    ]
    .into_iter()
    .filter_map(|(lacks, words)| lacks.then_some(words))
    .collect();
    Some(match lacking.as_slice() {
        [] => format!(
            "{what} exists, owned by {owner}, and its access list keeps you off: 'getfacl {quoted}' shows it"
        ),
        lacking => format!(
            "{what} exists, owned by {owner}, {}: let {owner} run chmod g+{rights} {quoted}",
            lacking.join(" and ")
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
pub(crate) fn user(uid: u32) -> String {
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
