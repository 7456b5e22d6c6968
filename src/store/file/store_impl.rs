//! The file store behind the seam.

use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::ledger::{CountFile, EventSettings, LockKind};
use crate::store::audit::Audit;
use crate::store::file::file_store::{FileStore, no_ledger, tally};
use crate::store::file::files::open::Access;
use crate::store::file::people::explain_denied;
use crate::store::file::reader::ledger_file::open_ledger;
use crate::store::file::reader::sale_lookup::SaleLookup;
use crate::store::file::reader::scan::scan;
use crate::store::file::reader::search::follow;
use crate::store::file::reader::settings::settings_at;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::sync::group_commit::commit_group;
use crate::store::file::sync::outcome::Durable;
use crate::store::file::sync::sync_attempt::GroupCommit;
use crate::store::file::transaction::Exclusive;
use crate::store::file::unsafe_locking::Unsafe;
use crate::store::follower::Follower;
use crate::store::options::{CommitOptions, Durability, Restart};
use crate::store::results::{Backup, Reset, Restored};
use crate::store::{FoundSale, Head, Lookup, Scan, Settle, Store, Transaction, Visit};

/// A sale that need not be durable by itself is made so when so many bytes are not: readers follow
/// them one by one.
const UNPROVEN: u64 = 256 * 1024;

impl Store for FileStore {
    fn location(&self) -> &Path {
        &self.files.count
    }

    fn open(&mut self, lock: LockKind, wait: Duration) -> Result<()> {
        let opened = self.open_ledger(lock, wait);
        opened.map_err(|error| self.explain(error))
    }

    fn head(&self, lock: LockKind) -> Result<Head> {
        let view = match lock {
            LockKind::Exclusive => self.reread(|view| view.sound(&self.files))?,
            _ => self.reread(Ok)?,
        };
        Ok(Head {
            tally: *tally(&view),
            rebuilt: view.rebuilt,
        })
    }

    fn published(&self) -> Result<u64> {
        Ok(CountFile::read(&self.files.count)?.ticket)
    }

    fn begin(&mut self, options: CommitOptions) -> Result<Box<dyn Transaction + '_>> {
        if options.is_sound() {
            Ok(Box::new(Exclusive::begin(self, options)))
        } else {
            Ok(Box::new(Unsafe::begin(self, options)))
        }
    }

    fn prefetch(&mut self, what: &[Lookup<'_>]) -> Result<()> {
        let Some(ledger) = &self.ledger else {
            return Ok(());
        };
        let view = self.reread(|view| view.sound(&self.files))?;
        let (files, ledger, keys) = (&self.files, &ledger.rewrite, self.keys.as_ref());
        match self.lookups.look(what, files, ledger, &view.tally, keys) {
            // A reset between the two: what was read is not of this ledger, and no harm is done.
            Err(_) if !ledger.is_at(&files.ledger) => Ok(()),
            result => result,
        }
    }

    fn find(&self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        loop {
            let view = self.reread(|view| view.sound(&self.files))?;
            let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
                return Ok(None);
            };
            let mut lookup = SaleLookup::of(what);
            match lookup.look(&self.files, &ledger, &view.tally, self.keys.as_ref()) {
                // A reset between the two: what was read is not of this ledger.
                Err(_) if !ledger.is_at(&self.files.ledger) => {}
                result => return result.map(|()| lookup.found().cloned()),
            }
        }
    }

    fn follow(&self, follower: &mut dyn Follower) -> Result<()> {
        let view = self.reread(|view| view.sound(&self.files))?;
        let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
            return Ok(());
        };
        match follow(&self.files, &ledger, &view.tally, follower) {
            // A reset between the two: what was read is not of this ledger, and the next look begins anew.
            Err(_) if !ledger.is_at(&self.files.ledger) => Ok(()),
            result => result,
        }
    }

    fn survey(&self, follower: &mut dyn Follower) -> Result<Head> {
        loop {
            let head = self.head(LockKind::Exclusive)?;
            let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
                return Ok(head);
            };
            match follow(&self.files, &ledger, &head.tally, follower) {
                // A reset between the two: what was read is not of this ledger.
                Err(_) if !ledger.is_at(&self.files.ledger) => {}
                result => return result.map(|()| head),
            }
        }
    }

    fn settings(&self) -> Result<Option<EventSettings>> {
        let view = self.reread(|view| view.sound(&self.files))?;
        match open_ledger(&self.files, Access::Read)? {
            Some(ledger) => settings_at(&self.files, &ledger.file, view.tally.index.set),
            None => Ok(None),
        }
    }

    fn settle(&mut self, settle: Settle, options: CommitOptions) -> Result<Option<Error>> {
        if !options.is_sound() {
            // Published by the append, if at all.
            return Ok(None);
        }
        let Some(ledger) = &mut self.ledger else {
            return Err(no_ledger(&self.files));
        };
        let counted = self.last.as_ref().map_or(0, |view| view.counted);
        let unproven = settle.tally.bytes.saturating_sub(counted);
        let covered = counted >= settle.end;
        let lazy =
            options.durability == Durability::Process && settle.written && unproven < UNPROVEN;
        if covered || lazy {
            return Ok(None);
        }
        known_bad!(AnswerFirst => return Ok(None));
        known_bad!(KnownBelieved => if !settle.written { return Ok(None) });
        let mut commit = GroupCommit {
            files: &self.files,
            decision_locks: &mut self.decision_locks,
            strategy: &mut self.strategy,
            state: &mut self.sync_state,
        };
        let (end, last) = (settle.end, &mut self.last);
        Ok(
            match commit_group(&mut commit, ledger, end, last, options.wait)? {
                Durable::Published => None,
                Durable::Unpublished(error) => Some(error),
            },
        )
    }

    fn explain(&self, error: Error) -> Error {
        explain_denied(&self.files, error)
    }

    fn scan(&self, what: Scan, visit: &mut Visit<'_>) -> Result<()> {
        let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
            // Whether it is missing rightly.
            return self.reread(|view| view.sound(&self.files)).map(drop);
        };
        let view: LedgerView = self.reread(|view| view.sound(&self.files))?;
        // A last line without its newline is counted, as in a query.
        scan(&self.files, &ledger, what, tally(&view).bytes, visit)
    }

    fn inspect(&self) -> Result<Audit> {
        self.audit()
    }

    fn repair(&mut self, wait: Duration, forced: bool) -> Result<Audit> {
        let done = self.put_right(wait, forced);
        done.map_err(|error| self.explain(error))
    }

    fn make(&mut self, stock: u64, settings: &EventSettings, for_group: bool) -> Result<()> {
        let done = FileStore::make(self, stock, settings, for_group);
        done.map_err(|error| self.explain(error))
    }

    fn restart(&mut self, how: Restart) -> Result<Reset> {
        let done = self.reset(how);
        done.map_err(|error| self.explain(error))
    }

    fn backup(&mut self, to: &Path, wait: Duration) -> Result<Backup> {
        let done = self.copy_to(to, wait);
        done.map_err(|error| self.explain(error))
    }

    fn restore(&mut self, from: &Path, forced: bool, wait: Duration) -> Result<Restored> {
        let done = self.put_back(from, forced, wait);
        done.map_err(|error| self.explain(error))
    }

    fn notes(&mut self) -> Vec<String> {
        let found = std::mem::take(&mut self.sync_state.found);
        self.notes.extend(found.told());
        std::mem::take(&mut self.notes)
    }
}
