//! A change of an event on a cluster: read, decide, commit if nobody else did meanwhile.
//!
//! Who has just changed it knows how it stands, unless others came in between, and decides the next change by that without a
//! look: the commit compares it as it compares what was read. Nobody is refused by what was only assumed.

use std::time::{Duration, Instant};

use super::commit::{Done, WriteCondition};
use super::deadline::Deadline;
use super::event_store::EtcdStore;
use super::groups::KEYS_COMPARED;
use super::key_space::ClusterHead;
use super::known_keys::KnownKeys;
use super::lines::Look;
use super::lock::HeldLock;
use super::random::random;
use crate::error::{Error, Kind, Result};
use crate::ledger::{EventSettings, LockKind, NewLines, Step, Tally};
use crate::store::file::backoff::outlast;
use crate::store::follower::Follower;
use crate::store::{Append, FoundSale, LedgerQuery, LockId, Lookup, Transaction};

/// How long to stay away after the first conflict, and at most: about as long as a commit takes, and as a few of them.
const FIRST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(100);

/// So often in a row comes too late whose turn there is none of.
const CROWDED: u32 = 3;

/// A wait is taken in such pieces, so that one that is not wanted any more ends.
const PIECE: Duration = Duration::from_millis(20);

/// The change.
pub(super) struct ClusterChange<'s> {
    store: &'s mut EtcdStore,
    deadline: Deadline,
    head: Option<ClusterHead>,
    keys: KnownKeys,
    /// Whether these two were assumed, and not read.
    is_assumed: bool,
    held: Option<HeldLock>,
}

impl<'s> ClusterChange<'s> {
    pub(super) fn begin(store: &'s mut EtcdStore, wait: Duration) -> Self {
        let deadline = store.deadline(wait);
        Self {
            store,
            deadline,
            head: None,
            keys: KnownKeys::default(),
            is_assumed: false,
            held: None,
        }
    }

    fn lock_kind(&self) -> LockKind {
        self.store.rush_lock.unwrap_or(LockKind::Cas)
    }

    /// What must hold for the lines to be written.
    fn condition(&self) -> WriteCondition {
        known_bad!(FenceIgnored => if self.held.is_some() { return WriteCondition::Nothing });
        match (self.lock_kind(), &self.held) {
            // A plain put: what others wrote since is not seen.
            (LockKind::None | LockKind::Lease, _) => WriteCondition::Nothing,
            (_, Some(held)) => WriteCondition::Fenced(held.key.clone(), held.created),
            (_, None) if self.is_assumed => {
                WriteCondition::Assumed(self.keys.names().cloned().collect())
            }
            (_, None) => WriteCondition::Unchanged,
        }
    }

    fn look(&self) -> Result<Look<'_>> {
        let head = self.head.as_ref().ok_or_else(unread)?;
        Ok(Look {
            space: &self.store.space,
            head,
            keys: Some(&self.keys),
            deadline: self.deadline,
        })
    }

    /// The head that is likely that of now, where the change may begin by it: the buyers of a rush read as they are told to.
    fn assume(&mut self) -> Option<ClusterHead> {
        let store = &mut *self.store;
        let head = store.likely_head.take()?;
        if store.rush_lock.is_some() || store.wanted_keys.len() > KEYS_COMPARED {
            return None;
        }
        let generation = head.anchor.generation;
        let wanted = store.wanted_keys.iter();
        let names = wanted.map(|key| store.space.names.key(generation, key));
        self.keys = KnownKeys::absent(names);
        Some(head)
    }

    /// The head as of now, and the keys that are wanted with it.
    fn read(&self) -> Result<(ClusterHead, KnownKeys)> {
        let (space, wanted) = (&self.store.space, &self.store.wanted_keys);
        match self.store.generation.filter(|_| !wanted.is_empty()) {
            Some(generation) => space.head_with_keys((generation, wanted), self.deadline),
            None => Ok((space.head(self.deadline)?, KnownKeys::default())),
        }
    }

    /// Stays away for a while after others have changed the event: ever longer, and each for another time.
    fn back_off(&mut self, still_wanted: &mut dyn FnMut() -> bool) -> Result<()> {
        let conflicts = self.store.conflicts;
        if conflicts == 0 {
            self.store.wait_for_turn();
            return Ok(());
        }
        if self.deadline.is_over() {
            let message = format!(
                "others changed the event {conflicts} times meanwhile, and this had no turn"
            );
            let error = Error::new(Kind::Busy { holder: None }, message);
            let error = error.at(self.store.space.client.place(), 0, 0);
            return Err(error.hint("nothing was changed; wait longer with --wait 2m"));
        }
        let takes_turns = self.store.turns.are_taken();
        // Who sells one by one among more than take turns is in their way, and they in its.
        if takes_turns && (conflicts < CROWDED || self.store.late_lines > 1) {
            self.store.wait_for_turn();
            return Ok(());
        }
        let longest = LONGEST.min(FIRST.saturating_mul(1 << conflicts.min(10)));
        // Who sells to many waits less: the others wait for one.
        let longest = longest / self.store.late_lines.max(1);
        let mut left = longest.mul_f64(f64::from(random()) / f64::from(u32::MAX));
        if left > FIRST && !takes_turns {
            self.store.likely_head = None;
        }
        while !left.is_zero() {
            if !still_wanted() {
                return Err(Error::interrupted("it is not wanted any more"));
            }
            let piece = left.min(PIECE);
            outlast(piece);
            left -= piece;
        }
        if takes_turns {
            self.store.wait_for_turn();
        }
        Ok(())
    }
}

impl LedgerQuery for ClusterChange<'_> {
    fn find(&mut self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        self.look()?.find(what)
    }

    fn follow(&mut self, follower: &mut dyn Follower) -> Result<()> {
        self.look()?.follow(follower)
    }

    fn settings(&mut self) -> Result<Option<EventSettings>> {
        let look = self.look()?;
        self.store.known_settings.at(look)
    }
}

impl Transaction for ClusterChange<'_> {
    fn lock(&mut self, still_wanted: &mut dyn FnMut() -> bool) -> Result<Option<LockId>> {
        self.back_off(still_wanted)?;
        if !matches!(self.lock_kind(), LockKind::Exclusive | LockKind::Lease) {
            return Ok(None);
        }
        let (space, time_to_live) = (&self.store.space, self.store.time_to_live);
        let held = match &mut self.store.stepping {
            Some(stepping) => space.lock_stepped(stepping, self.deadline)?,
            None => space.lock(time_to_live, self.deadline, still_wanted)?,
        };
        Ok(Some(self.held.insert(held).id()))
    }

    fn head(&mut self) -> Result<Tally> {
        let assumed = self.assume();
        self.is_assumed = assumed.is_some();
        let head = if let Some(head) = assumed {
            head
        } else {
            let (head, keys) = self.read()?;
            self.keys = keys;
            head
        };
        self.store.generation = Some(head.anchor.generation);
        Ok(self.head.insert(head).tally)
    }

    fn verify(&mut self) -> Result<bool> {
        if !std::mem::take(&mut self.is_assumed) {
            return Ok(true);
        }
        let (head, keys) = self.read()?;
        let assumed = self.head.as_ref().ok_or_else(unread)?;
        let is_so = head.modified == assumed.modified && keys.are_absent();
        self.store.likely_head = Some(head).filter(|_| is_so);
        Ok(is_so)
    }

    fn append(&mut self, lines: &NewLines<'_>, step: &mut dyn FnMut(Step)) -> Result<Append> {
        let head = self.head.take().ok_or_else(unread)?;
        let (space, condition) = (&self.store.space, self.condition());
        let began = Instant::now();
        // What was told already need not be found out by a transaction, which costs as much as one that is done. Once: what
        // was told may be of a cluster that has been put back.
        let newer = self.store.turns.newer(head.modified);
        let newer = newer.filter(|_| self.store.conflicts == 0 && self.store.rush_lock.is_none());
        let done = match newer {
            Some(newer) => Done::Conflict(Some(newer)),
            None => space.commit(&head, lines, &condition, self.deadline)?,
        };
        let head = match done {
            Done::Written(head) => head,
            Done::Conflict(count) => {
                let found = count.and_then(|(count, at)| space.head_of(&count, at).ok());
                let changed = found.as_ref().map(|found| found.modified);
                self.store.likely_head = found;
                self.store.conflicts = self.store.conflicts.saturating_add(1);
                self.store.late_lines = lines.lines().len() as u32;
                let store = &mut *self.store;
                store.turns.late(lines.lines().len(), changed, &store.space);
                return Ok(Append::Conflict);
            }
        };
        let tally = head.tally;
        self.store.turns.done(head.modified, began.elapsed());
        // Where others sell too, theirs comes next as likely, unless that is told.
        let is_next = self.store.conflicts == 0 || self.store.turns.are_taken();
        self.store.likely_head = Some(*head).filter(|_| is_next);
        self.store.conflicts = 0;
        self.store.wanted_keys.clear();
        step(Step::Written);
        Ok(Append::Written {
            tally,
            unpublished: None,
        })
    }
}

impl Drop for ClusterChange<'_> {
    fn drop(&mut self) {
        if let Some(held) = &self.held {
            self.store.space.unlock(held);
        }
    }
}

fn unread() -> Error {
    Error::new(
        Kind::Integrity,
        "the event was not read before it was to be changed",
    )
}
