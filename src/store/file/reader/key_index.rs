//! An index of keys and ids in memory: from which line of a ledger on one must be looked for.
//!
//! It errs only towards *perhaps*: a line that it names may be another one, whose text has the same hash, and the
//! search goes on from there; of what it does not name there is no line up to where it is complete. What stands behind
//! that, and what a line says, the ledger alone tells.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::ledger::{Op, Record, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::search::{Mark, follow};
use crate::store::file::reader::settings::line_ending_at;
use crate::store::follower::{Followed, Follower};

/// The most entries. Of 16 bytes each, they fill a table of 68 MiB to seven eighths, behind which it would double.
const MOST: usize = 3_600_000;

/// An index of the keys on an event's ledger, for a program that sells with keys again and again.
///
/// Without one, each order with a key reads the whole ledger before it takes the lock. All box offices of one event in
/// a program share one: [`BoxOffice::with_keys`](crate::BoxOffice::with_keys). It is filled by the first order with a
/// key, takes some 20 bytes a key, and is filled again where the ledger has become another one. Where more than 3.6
/// million are on it, the ledger is read through as without an index.
#[derive(Debug, Clone, Default)]
pub struct KeyIndex(Arc<Mutex<Entries>>);

/// Which member of a line is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Member {
    /// `key`.
    Key,
    /// `ref`: the sale that a line is about.
    Reference,
}

/// From where on a member is to be looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Where {
    /// Nowhere up to this mark.
    NotBefore(Mark),
    /// From the line that begins behind this mark on.
    Perhaps(Mark),
    /// The index is not complete: anywhere.
    Anywhere,
}

impl KeyIndex {
    /// From where on a line of this ledger can have such a member, once the index knows it up to `head`.
    pub(crate) fn first(
        &self,
        (files, ledger): (&EventFiles, &LedgerFile),
        head: &Tally,
        member: Member,
        text: &str,
    ) -> Result<Where> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let problem = |e| Error::io("read", &files.ledger, e);
        if !entries.is_of(ledger, head).map_err(problem)? {
            entries.forget();
        }
        if entries.followed.ledger.is_none() || entries.followed.bytes < head.bytes {
            follow(files, ledger, head, &mut *entries)?;
        }
        if entries.is_full {
            return Ok(Where::Anywhere);
        }
        let Some(start) = entries.get(member, text) else {
            return Ok(entries.mark().map_or(Where::Anywhere, Where::NotBefore));
        };
        let (seq, sum) = line_ending_at(&ledger.file, start).map_err(problem)?;
        Ok(Where::Perhaps(Mark::at(seq, start, sum)))
    }

    /// An index of at most so many entries.
    #[cfg(test)]
    pub(crate) fn of_at_most(most: usize) -> Self {
        let index = Self::default();
        index.0.lock().unwrap().most = most;
        index
    }
}

/// The entries, and how far they are complete.
#[derive(Debug)]
struct Entries {
    hasher: RandomState,
    /// Where the first line with such a member begins, by the member's hash.
    starts: HashMap<u64, u64>,
    followed: Followed,
    most: usize,
    /// There were more than are kept: nothing is kept until there is another ledger.
    is_full: bool,
}

impl Default for Entries {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            starts: HashMap::new(),
            followed: Followed::default(),
            most: MOST,
            is_full: false,
        }
    }
}

impl Entries {
    /// Whether this ledger still is what was followed. A file may have become another ledger, and lines that were read
    /// without the lock may have been taken back: then the line where the index ends has another sum.
    fn is_of(&self, ledger: &LedgerFile, head: &Tally) -> std::io::Result<bool> {
        let Some(mark) = self.mark() else {
            return Ok(true);
        };
        if self.followed.ledger != Some((ledger.id.device, ledger.id.inode)) {
            return Ok(false);
        }
        Ok(mark.is_at(head) || mark.stands_in(&ledger.file)?)
    }

    /// Up to where the ledger is known; `None`: no ledger is.
    fn mark(&self) -> Option<Mark> {
        let Followed {
            seq, bytes, sum, ..
        } = self.followed;
        self.followed
            .ledger
            .and(sum)
            .map(|sum| Mark::at(seq, bytes, sum))
    }

    fn forget(&mut self) {
        self.starts = HashMap::new();
        self.followed = Followed::default();
        self.is_full = false;
    }

    fn get(&self, member: Member, text: &str) -> Option<u64> {
        let hash = self.hasher.hash_one((member, text));
        self.starts.get(&hash).copied()
    }

    fn add(&mut self, member: Member, text: &str, start: u64) {
        if self.is_full {
            return;
        }
        // Lines come in their order: the first one stays.
        let hash = self.hasher.hash_one((member, text));
        self.starts.entry(hash).or_insert(start);
        if self.starts.len() > self.most {
            self.starts = HashMap::new();
            self.is_full = true;
        }
    }
}

impl Follower for Entries {
    fn followed(&mut self) -> &mut Followed {
        &mut self.followed
    }

    fn begin(&mut self, _: &Tally) {
        self.forget();
    }

    fn wants(&self, _: Op) -> bool {
        !self.is_full
    }

    fn see(&mut self, record: &Record<'_>, start: u64) {
        if let Some(key) = record.key.as_deref() {
            self.add(Member::Key, key, start);
        }
        if let Some(id) = record.reference.as_deref() {
            self.add(Member::Reference, id, start);
        }
    }
}

#[cfg(test)]
#[path = "key_index_tests.rs"]
mod tests;
