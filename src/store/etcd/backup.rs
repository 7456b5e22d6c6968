//! A backup of an event on a cluster is one of a file: the same files, for the same commands.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::event_store::{EtcdStore, LOOKING};
use crate::error::{Error, Kind, Result};
use crate::ledger::Tally;
use crate::store::Store as _;
use crate::store::file::admin::extra_lines::{extra, refuse_to_lose};
use crate::store::file::admin::saved::saved;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::results::{Backup, GivenUp, Restored, WayBack};

impl EtcdStore {
    /// Copies the event, as it is now, to a directory.
    pub(super) fn copy_to(&self, to: &Path, wait: Duration) -> Result<Backup> {
        let space = &self.space;
        let (generation, copy) = space.current_copy(LOOKING)?;
        if let Some(odd) = copy.odd.first() {
            let error =
                Error::new(Kind::Integrity, odd.text.clone()).at(Path::new(&odd.file), 0, 0);
            return Err(error.hint("nothing was changed; 'tickets audit' says more"));
        }
        let done = FileStore::at(&copy.files.count).and_then(|mut file| file.backup(to, wait));
        done.map_err(|error| self.space.not_of_the_copy(&copy.files, generation, error))
    }

    /// Puts the backup in this directory back as the next generation of the event.
    pub(super) fn put_back(&self, from: &Path, forced: bool, wait: Duration) -> Result<Restored> {
        let deadline = LOOKING;
        let space = &self.space;
        let name = format!("{}.json", space.event());
        let source = EventFiles::at(&from.join(name))?;
        let saved = saved(&source, from, forced)?;
        let (found, revision) = space.count(deadline)?;
        let newest = space.newest_generation(deadline)?;
        let read = found.as_ref().map(|found| space.head_of(found, revision));
        let old = match &read {
            Some(Ok(head)) => Some(head.anchor.generation),
            _ => newest,
        };
        let mut given_up = GivenUp::default();
        if let Some(old) = old {
            let count = read
                .as_ref()
                .and_then(|read| read.as_ref().ok())
                .map(|head| head.count.unanchored());
            let copy = space.copy(old, revision, count.as_ref(), deadline)?;
            let told = |error| space.not_of_the_copy(&copy.files, old, error);
            let extra = extra(&copy.files, Some(&copy.ledger), &saved).map_err(told)?;
            let counted = count.as_ref().and_then(|count| count.counted);
            let counted = counted.map_or(0, |counted| counted.seq);
            if !forced {
                let borne_out = counted <= copy.tally.seq;
                refuse_to_lose(&copy.files, &extra, &Ok(count), borne_out, &saved).map_err(told)?;
            }
            if let (Some(same), Some(Ok(head))) = (extra.same, &read)
                && *head.count.anchored(&same, &copy.anchor).render() == *head.count.render()
            {
                return Ok(restored(&same, None, GivenUp::default()));
            }
            let last = extra.lines.last().max(saved.tally.seq);
            given_up = extra.lines.told();
            if counted > copy.tally.seq {
                given_up.lost = counted.saturating_sub(last);
            }
        }
        let count = saved.count.unanchored();
        let tally = match &saved.ledger {
            Some(ledger) => {
                let generation = newest.unwrap_or_default() + 1;
                let modified = found.as_ref().map_or(0, |found| found.mod_revision.0);
                space.put_ledger(
                    ledger,
                    (&count, saved.tally.bytes),
                    (generation, modified),
                    deadline,
                )?
            }
            // Of a time when nothing was sold: the count was the event.
            None => space.put_stock(&count, found.is_none() && newest.is_none(), wait, deadline)?,
        };
        let kept = old.map(|old| space.ledger_place(old));
        let file = kept.as_ref().filter(|_| forced && given_up.lost == 0);
        given_up.file = file.map(|file| file.display().to_string());
        Ok(restored(&tally, kept, given_up))
    }
}

impl EtcdStore {
    /// Takes in an event that was saved, where none is. `count`: that of the copy.
    pub(crate) fn take_in(&self, count: &Path, wait: Duration) -> Result<Backup> {
        let space = &self.space;
        let source = EventFiles::at(count)?;
        let saved = saved(&source, count, false)?;
        if space.count(LOOKING)?.0.is_some() {
            return Err(space.is_there());
        }
        let newest = space.newest_generation(LOOKING)?;
        let tally = match &saved.ledger {
            Some(ledger) => {
                let generation = newest.unwrap_or_default() + 1;
                space.put_ledger(
                    ledger,
                    (&saved.count, saved.tally.bytes),
                    (generation, 0),
                    LOOKING,
                )?
            }
            None => space.put_stock(&saved.count, newest.is_none(), wait, LOOKING)?,
        };
        if let Some(found) = space.examine(LOOKING)?.audit.findings.into_iter().next() {
            return Err(Error::new(Kind::Integrity, found.text).at(
                Path::new(&found.file),
                found.line,
                0,
            ));
        }
        Ok(Backup {
            left: tally.left,
            sold: tally.sold,
            seq: tally.seq,
        })
    }
}

fn restored(tally: &Tally, kept: Option<PathBuf>, given_up: GivenUp) -> Restored {
    Restored {
        left: tally.left,
        sold: tally.sold,
        seq: tally.seq,
        kept: kept.into_iter().collect(),
        back: WayBack::None,
        given_up,
    }
}
