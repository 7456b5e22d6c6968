//! What a power cut may leave of a recorded run: a weak model of a POSIX file system.
//!
//! - A sync that returned 0 makes durable what had been done to that file before it began; one of the
//!   directory, the names in it. Nothing else is durable.
//! - A sync that fails makes nothing durable, and no later one what was done before it: the kernel reports
//!   such a failure once, and takes what it could not write for written.
//! - A block that was new when such a sync failed stays *unwritten*, as on ext4: whatever is written into it
//!   later stays in doubt, and no sync changes that, until it is written past the page cache, or its block is
//!   given back by a truncation.
//! - Of what is not durable, any part may be: each write whole or not at all; where it makes the file
//!   longer, also as zeros, or up to the end of a page. A disk writes a sector of 512 bytes in one piece: a
//!   write that goes over its end may also be missing, or zeros, on one side of it.
//! - Each change of names happens whole or not at all. Where there are few of them, any of them may be
//!   missing; where there are many, they are kept in order, as every journal does it, up to any of them and
//!   with any one of them missing.

mod inode;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::disk_model::inode::{Change, Inode};
use crate::trace::{Deed, Event};

/// The files of a directory: names and contents.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A change of names: each name means that file from then on, or none.
type Naming = Vec<(String, Option<usize>)>;

/// The file system at some moment of the run.
#[derive(Debug, Default)]
pub(crate) struct Model {
    inodes: Vec<Inode>,
    /// What the names mean to whoever looks.
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    pending_names: Vec<(usize, Naming)>,
    /// How many events have been.
    now: usize,
}

/// So many changes of names are few.
const FEW: usize = 12;

impl Model {
    /// A directory that holds these files, durably.
    pub(crate) fn of(files: &Files) -> Self {
        let mut model = Self::default();
        for (name, bytes) in files {
            model.names.insert(name.clone(), model.inodes.len());
            model.inodes.push(Inode::of(bytes));
        }
        model.durable_names = model.names.clone();
        model
    }

    /// Takes the next event of the run.
    pub(crate) fn follow(&mut self, event: &Event) {
        match &event.deed {
            Deed::Create(name) if !self.names.contains_key(name) => {
                self.inodes.push(Inode::default());
                self.rename(vec![(name.clone(), Some(self.inodes.len() - 1))]);
            }
            Deed::Write {
                file,
                at,
                bytes,
                direct,
            } => {
                if let Some(inode) = self.named(file) {
                    let at = at.map_or(inode.length(), |at| usize::try_from(at).unwrap());
                    let (bytes, direct) = (bytes.clone(), *direct);
                    self.change(file, Change::Write { at, bytes, direct });
                }
            }
            Deed::Truncate { file, length } => {
                let length = usize::try_from(*length).unwrap();
                self.change(file, Change::Truncate(length));
            }
            Deed::Sync { file, done } => self.sync(file, event.began, *done),
            Deed::Rename { from, to, exchange } => {
                let (moved, replaced) = (self.names.get(from), self.names.get(to));
                let left = if *exchange { replaced.copied() } else { None };
                let naming = vec![(from.clone(), left), (to.clone(), moved.copied())];
                self.rename(naming);
            }
            Deed::Link { from, to } => {
                let linked = self.names.get(from).copied();
                self.rename(vec![(to.clone(), linked)]);
            }
            Deed::Unlink(name) => self.rename(vec![(name.clone(), None)]),
            Deed::Create(_) | Deed::Answer(_) => {}
        }
        self.now += 1;
    }

    fn named(&mut self, file: &str) -> Option<&mut Inode> {
        let at = *self.names.get(file)?;
        self.inodes.get_mut(at)
    }

    fn change(&mut self, file: &str, change: Change) {
        let now = self.now;
        if let Some(inode) = self.named(file) {
            inode.change(now, change);
        }
    }

    fn rename(&mut self, naming: Naming) {
        apply(&mut self.names, &naming);
        self.pending_names.push((self.now, naming));
    }

    fn sync(&mut self, file: &str, began: usize, done: bool) {
        if !file.is_empty() {
            if let Some(inode) = self.named(file) {
                inode.sync(began, done);
            }
        } else if done {
            let pending = std::mem::take(&mut self.pending_names);
            let (done, later): (Vec<_>, Vec<_>) =
                pending.into_iter().partition(|(at, _)| *at < began);
            for (_, naming) in &done {
                apply(&mut self.durable_names, naming);
            }
            self.pending_names = later;
        }
    }

    /// All that a power cut may leave now.
    pub(crate) fn states(&self) -> BTreeSet<Files> {
        let contents: Vec<Vec<Vec<u8>>> = self.inodes.iter().map(Inode::states).collect();
        let mut states = BTreeSet::new();
        for names in self.namings() {
            let mut all = vec![Files::new()];
            for (name, inode) in &names {
                let with = |files: &Files, bytes: &Vec<u8>| {
                    let mut files = files.clone();
                    files.insert(name.clone(), bytes.clone());
                    files
                };
                all = all
                    .iter()
                    .flat_map(|files| contents[*inode].iter().map(move |bytes| with(files, bytes)))
                    .collect();
            }
            states.extend(all);
        }
        states
    }

    /// All that the names may mean.
    fn namings(&self) -> HashSet<BTreeMap<String, usize>> {
        let pending = &self.pending_names;
        let with = |wanted: &dyn Fn(usize) -> bool| {
            let mut names = self.durable_names.clone();
            for (at, (_, naming)) in pending.iter().enumerate() {
                if wanted(at) {
                    apply(&mut names, naming);
                }
            }
            names
        };
        if pending.len() <= FEW {
            return (0..1_usize << pending.len())
                .map(|chosen| with(&|at| chosen >> at & 1 == 1))
                .collect();
        }
        (0..=pending.len())
            .flat_map(|end| {
                let but_one = (0..=end).map(move |missing| (end, missing));
                but_one.map(|(end, missing)| with(&|at| at < end && at != missing))
            })
            .collect()
    }
}

fn apply(names: &mut BTreeMap<String, usize>, naming: &Naming) {
    for (name, inode) in naming {
        match inode {
            Some(inode) => names.insert(name.clone(), *inode),
            None => names.remove(name),
        };
    }
}

#[cfg(test)]
mod tests;
