//! The store on a cluster behind the seam.

use std::path::Path;
use std::time::{Duration, Instant};

use super::event_store::{EtcdStore, LOOKING};
use super::transaction::ClusterChange;
use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, EventSettings, LockKind};
use crate::store::audit::Audit;
use crate::store::follower::Follower;
use crate::store::options::{CommitOptions, Restart, Writes};
use crate::store::results::{Backup, Reset, Restored};
use crate::store::{FoundSale, Head, Lookup, Scan, Settle, Store, Transaction, Visit};

impl Store for EtcdStore {
    fn location(&self) -> &Path {
        self.space.client.place()
    }

    fn open(&mut self, _lock: LockKind, wait: Duration) -> Result<()> {
        self.begin_change(wait);
        Ok(())
    }

    fn head(&self, _lock: LockKind) -> Result<Head> {
        self.looking(|look| Ok(look.told()))
    }

    fn published(&self) -> Result<u64> {
        let (found, _) = self.space.count(LOOKING)?;
        let found = found.ok_or_else(|| {
            Error::new(Kind::Missing, "there is no count").at(self.space.client.place(), 0, 0)
        })?;
        Ok(CountFile::of_bytes(&found.value.0, &self.space.told(&found.key))?.ticket)
    }

    fn begin(&mut self, options: CommitOptions) -> Result<Box<dyn Transaction + '_>> {
        self.refuse_meaningless(options)?;
        Ok(Box::new(ClusterChange::begin(self, options.wait)))
    }

    fn prefetch(&mut self, what: &[Lookup<'_>]) -> Result<()> {
        // They are read with the head: until then another process may write one.
        let keys = what.iter().filter_map(|what| match what {
            Lookup::Key(key) => Some((*key).to_owned()),
            Lookup::Id(_) => None,
        });
        self.wanted_keys = keys.collect();
        Ok(())
    }

    fn find(&self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        self.looking(|look| look.find(what))
    }

    fn follow(&self, follower: &mut dyn Follower) -> Result<()> {
        self.looking(|look| look.follow(follower))
    }

    fn survey(&self, follower: &mut dyn Follower) -> Result<Head> {
        self.looking(|look| {
            look.follow(follower)?;
            Ok(look.told())
        })
    }

    fn settings(&self) -> Result<Option<EventSettings>> {
        self.looking(|look| self.known_settings.at(look))
    }

    fn settle(&mut self, _settle: Settle, _options: CommitOptions) -> Result<Option<Error>> {
        // What is committed is durable on more than half of the nodes, and the count is in it.
        Ok(None)
    }

    fn scan(&self, what: Scan, visit: &mut Visit<'_>) -> Result<()> {
        self.looking(|look| look.scan(what, visit))
    }

    fn inspect(&self) -> Result<Audit> {
        Ok(self.space.examine(LOOKING)?.audit)
    }

    fn repair(&mut self, _wait: Duration, forced: bool) -> Result<Audit> {
        self.space.repair(LOOKING, forced)
    }

    fn make(&mut self, stock: u64, settings: &EventSettings, for_group: bool) -> Result<()> {
        if for_group {
            let message = "on a cluster no group of this machine has rights: etcd's roles say who may write an event's keys";
            return Err(Error::new(Kind::Usage, message).at(self.location(), 0, 0));
        }
        self.space.make(stock, Some(settings), LOOKING).map(drop)
    }

    fn restart(&mut self, how: Restart) -> Result<Reset> {
        let end = Instant::now() + how.wait;
        loop {
            if let Some(done) = self.space.restart(how, LOOKING)? {
                return Ok(done);
            }
            if Instant::now() >= end {
                return Err(self.space.changed());
            }
        }
    }

    fn backup(&mut self, to: &Path, wait: Duration) -> Result<Backup> {
        self.copy_to(to, wait)
    }

    fn restore(&mut self, from: &Path, forced: bool, wait: Duration) -> Result<Restored> {
        self.put_back(from, forced, wait)
    }

    fn notes(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn await_turn(&mut self) {
        self.wait_for_turn();
    }

    fn assumes(&self) -> bool {
        true
    }
}

impl EtcdStore {
    /// Refuses what is there for files alone.
    fn refuse_meaningless(&self, options: CommitOptions) -> Result<()> {
        let why = match (options.lock, options.writes) {
            (_, Writes::InPlace) => "a cluster has no file that could be written in place",
            (LockKind::Exclusive | LockKind::Cas | LockKind::Lease | LockKind::None, _) => {
                return Ok(());
            }
            (LockKind::Shared, _) => "a cluster has no lock that many share",
            (LockKind::DataFile, _) => "a cluster has no data file to be locked",
            (LockKind::Mutex, _) => "a mutex of one process keeps nobody of a cluster out",
            (LockKind::WriteOnly, _) => "a lock around the write alone is for the lab, on files",
        };
        Err(Error::new(Kind::Usage, why).at(self.location(), 0, 0))
    }
}
