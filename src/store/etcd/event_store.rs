//! The store on a cluster: what one opening of an event keeps between its changes.

use std::path::Path;
use std::time::{Duration, Instant};

use super::address::Address;
use super::client::Client;
use super::deadline::Deadline;
use super::key_space::{ClusterHead, KeySpace};
use super::keys::KeyNames;
use super::lines::Look;
use super::settings::KnownSettings;
use super::stepped::Stepping;
use super::turns::Turns;
use super::watch::watch_changes;
use crate::error::Result;
use crate::ledger::LockKind;
use crate::store::change_watch::{ChangeWatch, OnChange};

/// How long each request of a look takes at most: nobody said a limit for it.
pub(super) const LOOKING: Deadline = Deadline::EachRequest(Duration::from_secs(10));

/// How long a change may take that is not to wait at all: a request and its answer.
const AT_LEAST: Duration = Duration::from_secs(1);

/// An event on a cluster, opened by one thread of one process.
#[derive(Debug)]
pub(crate) struct EtcdStore {
    pub(super) space: KeySpace,
    pub(super) known_settings: KnownSettings,
    /// The idempotency keys that the next change asks for.
    pub(super) wanted_keys: Vec<String>,
    /// Which ledger the last change was made on.
    pub(super) generation: Option<u64>,
    /// The head that this store has left behind, or was told of when it came too late: likely that of now.
    pub(super) likely_head: Option<ClusterHead>,
    /// When the change that is under way is given up.
    pub(super) deadline: Option<Deadline>,
    /// How often others changed the event since it began.
    pub(super) conflicts: u32,
    /// How many lines the change has that came too late last.
    pub(super) late_lines: u32,
    /// Whether what is much waits for its turn.
    pub(super) turns: Turns,
    /// Of a buyer of a rush: the lock it takes. Every other change compares and tries again.
    pub(super) rush_lock: Option<LockKind>,
    /// How long the lease of a lock lives.
    pub(super) time_to_live: Duration,
    /// Who says when that lock is tried again; else it is waited for.
    pub(super) stepping: Option<Stepping>,
}

impl EtcdStore {
    /// Opens the event at this address. Nothing is sent yet.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut password = variable("ETCDCTL_PASSWORD");
        let mut address = Address::parse(path, &variable)?;
        if address.user().is_none()
            && let Some(user) = variable("ETCDCTL_USER")
        {
            let (user, own) = match user.split_once(':') {
                Some((user, own)) => (user.to_owned(), Some(own.to_owned())),
                None => (user, None),
            };
            password = password.or(own);
            address = address.asked_by(user);
        }
        let names = KeyNames::of(address.event());
        Ok(Self {
            space: KeySpace::new(Client::new(address, password)?, names),
            known_settings: KnownSettings::default(),
            wanted_keys: Vec::new(),
            generation: None,
            likely_head: None,
            deadline: None,
            conflicts: 0,
            late_lines: 1,
            turns: Turns::default(),
            rush_lock: None,
            time_to_live: Duration::from_secs(2),
            stepping: None,
        })
    }

    /// Tells whenever the event may have changed, from a thread of its own.
    pub(crate) fn watch(self, on_change: OnChange) -> Result<ChangeWatch> {
        watch_changes(self.space, on_change)
    }

    /// A change begins that waits so long for what others do; a request is given time to be answered in any case.
    pub(super) fn begin_change(&mut self, wait: Duration) {
        self.deadline = Some(Deadline::At(Instant::now() + wait.max(AT_LEAST)));
        self.conflicts = 0;
    }

    /// When the change that is under way is given up; it begins here if none is.
    pub(super) fn deadline(&mut self, wait: Duration) -> Deadline {
        *self
            .deadline
            .get_or_insert_with(|| Deadline::At(Instant::now() + wait.max(AT_LEAST)))
    }

    /// Waits for its turn, where turns are taken, and begins by what was told of meanwhile.
    pub(super) fn wait_for_turn(&mut self) {
        if self.rush_lock.is_some() || !self.turns.are_taken() {
            return;
        }
        // Where nothing is known it is read, with the keys: what was assumed of them may have been wrong.
        let Some(known) = self.likely_head.as_ref().map(|head| head.modified) else {
            return;
        };
        self.turns.look(&self.space);
        if let Some((count, at)) = self.turns.wait(known) {
            self.likely_head = self.space.head_of(&count, at).ok();
        }
    }

    /// Looks at the head as of now.
    pub(super) fn looking<T>(&self, look: impl FnOnce(Look<'_>) -> Result<T>) -> Result<T> {
        let head: ClusterHead = self.space.head(LOOKING)?;
        look(Look {
            space: &self.space,
            head: &head,
            keys: None,
            deadline: LOOKING,
        })
    }
}
