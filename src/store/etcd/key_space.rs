//! An event's keys on a cluster: its count and pages of its lines, read.

use std::path::PathBuf;

use super::attempts::Attempts;
use super::client::{Client, Failure};
use super::deadline::Deadline;
use super::keys::KeyNames;
use super::wire::{Bytes, KeyValue, RangeRequest, RangeResponse, WireNumber};
use crate::error::{Error, Kind, Result};
use crate::ledger::{Anchor, CountFile, Tally};

/// So many keys are read at once.
const PAGE: u64 = 500;

/// The keys of one event.
#[derive(Debug)]
pub(super) struct KeySpace {
    pub(super) client: Client,
    pub(super) names: KeyNames,
    pub(super) attempts: Attempts,
}

/// As of when keys are read, where that may be compacted away meanwhile.
#[derive(Debug, Clone, Copy)]
pub(super) enum AsOf {
    /// This revision; or now, for what was counted then never changes.
    Counted(u64),
    /// This revision, and no other.
    Exactly(u64),
}

/// The count, and what the ledger adds up to by it.
#[derive(Debug, Clone)]
pub(super) struct ClusterHead {
    pub(super) count: CountFile,
    pub(super) tally: Tally,
    pub(super) anchor: Anchor,
    /// When the count was changed last: a revision of the cluster.
    pub(super) modified: u64,
    /// When it was made.
    pub(super) created: u64,
    /// As of when it was read.
    pub(super) revision: u64,
}

impl ClusterHead {
    /// Which ledger it is: for followers of an event whose keys were deleted and made again, too.
    pub(super) fn ledger(&self) -> (u64, u64) {
        (self.created, self.anchor.generation)
    }
}

impl KeySpace {
    /// Those that have these names, asked by this client.
    pub(super) fn new(client: Client, names: KeyNames) -> Self {
        Self {
            client,
            names,
            attempts: Attempts::new(),
        }
    }

    /// The head as of now.
    ///
    /// # Errors
    /// [`Kind::Missing`]: there is no such event; [`Kind::Integrity`]: the count is none of this program's.
    pub(super) fn head(&self, deadline: Deadline) -> Result<ClusterHead> {
        let (found, revision) = self.count(deadline)?;
        match found {
            Some(found) => self.head_of(&found, revision),
            None => Err(self.without_count(deadline)?),
        }
    }

    /// The count as it stands, and as of when.
    pub(super) fn count(&self, deadline: Deadline) -> Result<(Option<KeyValue>, u64)> {
        let request = RangeRequest {
            key: self.names.count(),
            serializable: may_lag(),
            ..RangeRequest::default()
        };
        let answer: RangeResponse = self.client.call("kv/range", &request, deadline)?;
        Ok((answer.kvs.into_iter().next(), answer.header.revision.0))
    }

    /// What the count says.
    pub(super) fn head_of(&self, found: &KeyValue, revision: u64) -> Result<ClusterHead> {
        let count = CountFile::of_bytes(&found.value.0, &self.told(&found.key))?;
        let (tally, anchor) = count.anchor().map_err(|why| {
            let error = Error::new(Kind::Integrity, why).at(&self.told(&found.key), 0, 0);
            error.hint("nothing more was sold; 'tickets audit' says more, and 'tickets audit --repair' writes it anew")
        })?;
        Ok(ClusterHead {
            count,
            tally,
            anchor,
            modified: found.mod_revision.0,
            created: found.create_revision.0,
            revision,
        })
    }

    /// Why there is no count.
    fn without_count(&self, deadline: Deadline) -> Result<Error> {
        let place = self.client.place();
        if self.newest_generation(deadline)?.is_none() {
            let error = Error::new(Kind::Missing, "there is no such event").at(place, 0, 0);
            return Ok(error.hint("'tickets init 200' makes an event with 200 tickets there"));
        }
        let message = "its count is gone, and its ledger is there";
        let error = Error::new(Kind::Integrity, message).at(place, 0, 0);
        Ok(error.hint("nothing was sold; 'tickets audit --repair' writes the count anew"))
    }

    /// The generation of the last ledger that has lines, whatever the count says.
    pub(super) fn newest_generation(&self, deadline: Deadline) -> Result<Option<u64>> {
        let mut newest = None;
        loop {
            let (key, range_end) = self
                .names
                .ledgers(newest.map_or(0, |newest: u64| newest + 1));
            let request = RangeRequest {
                key,
                range_end: Some(range_end),
                limit: WireNumber(1),
                keys_only: true,
                ..RangeRequest::default()
            };
            let answer: RangeResponse = self.client.call("kv/range", &request, deadline)?;
            let Some(found) = answer.kvs.first() else {
                return Ok(newest);
            };
            // A key that is none of ours ends the look.
            match self.names.generation(&found.key) {
                Some(generation) if newest.is_none_or(|newest| generation > newest) => {
                    newest = Some(generation);
                }
                _ => return Ok(newest),
            }
        }
    }

    /// One key as of this revision; 0: now.
    pub(super) fn one(
        &self,
        key: Bytes,
        revision: u64,
        deadline: Deadline,
    ) -> Result<Option<KeyValue>> {
        let page = self.page((key, None), AsOf::Counted(revision), deadline)?;
        Ok(page.kvs.into_iter().next())
    }

    /// Shows all keys in a range, page by page, as of one revision. `see` may break it off.
    ///
    /// # Errors
    /// [`Kind::Busy`]: that revision was compacted away meanwhile.
    pub(super) fn walk(
        &self,
        range: (Bytes, Bytes),
        as_of: AsOf,
        deadline: Deadline,
        see: &mut dyn FnMut(KeyValue) -> Result<bool>,
    ) -> Result<()> {
        let (mut from, end) = range;
        loop {
            let page = self.page((from, Some(end.clone())), as_of, deadline)?;
            let Some(last) = page.kvs.last() else {
                return Ok(());
            };
            // The first key behind it.
            from = Bytes([last.key.0.as_slice(), &[0]].concat());
            for found in page.kvs {
                if !see(found)? {
                    return Ok(());
                }
            }
            if !page.more {
                return Ok(());
            }
        }
    }

    fn page(
        &self,
        (key, range_end): (Bytes, Option<Bytes>),
        as_of: AsOf,
        deadline: Deadline,
    ) -> Result<RangeResponse> {
        let (AsOf::Counted(revision) | AsOf::Exactly(revision)) = as_of;
        let request = RangeRequest {
            key,
            range_end,
            limit: WireNumber(PAGE),
            revision: WireNumber(revision),
            keys_only: false,
            serializable: may_lag(),
        };
        let answer: std::result::Result<RangeResponse, Failure> =
            self.client.call("kv/range", &request, deadline);
        match (answer, as_of) {
            (
                Err(Failure {
                    compacted: true, ..
                }),
                AsOf::Counted(1..),
            ) => {
                let request = RangeRequest {
                    revision: WireNumber(0),
                    ..request
                };
                Ok(self.client.call("kv/range", &request, deadline)?)
            }
            (answer, _) => answer.map_err(Failure::of_a_look),
        }
    }

    /// A key as a place in messages: that of the event, and what stands behind the event's name in the key.
    pub(super) fn told(&self, key: &Bytes) -> PathBuf {
        let key = KeyNames::told(key);
        let rest = key.split_once('/').map_or("", |(_, rest)| rest);
        format!("{}/{rest}", self.client.place().display()).into()
    }

    /// The ledger as a place in messages.
    pub(super) fn ledger_place(&self, generation: u64) -> PathBuf {
        let (first, _) = self.names.ledger(generation);
        let told = self.told(&first).display().to_string();
        told.trim_end_matches('/').into()
    }
}

/// Whether the count and the lines may be read from a node that lags behind.
fn may_lag() -> bool {
    known_bad!(ReadLagging => return true);
    false
}
