//! Copying an event to another directory while others sell.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, Tally};
use crate::store::file::admin::backup_target::{
    CopiedState, kept_in, refuse_at_sight, refuse_file, replaceable,
};
use crate::store::file::admin::shared_directory::shared_like;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::{FileStore, no_ledger};
use crate::store::file::files::copy::copy_beside;
use crate::store::file::files::directory::{make_directory, sync_directory};
use crate::store::file::files::open::Access;
use crate::store::file::files::write::write_beside;
use crate::store::file::lock::decision::DecisionLocks;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::lock::wait::Wait;
use crate::store::file::people::explain_denied;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::verify::summarize_ledger;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::recovery::clean_up::clean_up;
use crate::store::file::rights::Rights;
use crate::store::file::sellable::{
    refuse_fixed_ledger, refuse_mounted_count, refuse_unsellable, second_names,
};
use crate::store::file::sync::open_ledger::OpenLedger;
use crate::store::file::sync::sync_lock::acquire_sync;
use crate::store::file::sys::{FileId, look};
use crate::store::options::CommitOptions;
use crate::store::results::Backup;
use crate::store::{Settle, Store, patiently};

/// So many resets may come in between before a backup gives up.
const RESETS: u32 = 10;

impl FileStore {
    /// Copies the event to this directory, which is made where it is missing: a count and a ledger that add up.
    /// Others may sell meanwhile; what is copied is durable in the event. An older backup there is replaced, in
    /// such an order that there is a whole one at every moment.
    ///
    /// # Errors
    /// - [`Kind::Refused`]: what stands there is no older backup of this event; nothing was changed;
    /// - [`Kind::Integrity`]: the event does not add up;
    /// - [`Kind::Usage`]: it is the event's own directory.
    pub(crate) fn copy_to(&mut self, to: &Path, wait: Duration) -> Result<Backup> {
        refuse_file(to)?;
        let target = kept_in(&self.files, to)?;
        let state = self.state_to_copy(wait)?;
        let is_new = !to.exists();
        make_directory(to)?;
        if is_new {
            shared_like(to, &self.files);
        }
        let copied = self.copy_into(&target, &state, wait);
        if copied.is_err() && is_new {
            // It fails where something is in it by now.
            let _ = fs::remove_dir(to);
        }
        copied.map_err(|error| explain_denied(&target, error))
    }

    /// Copies to a directory that is there. Where nothing comes of it, it has no file of the event that it had not.
    fn copy_into(
        &self,
        target: &EventFiles,
        state: &CopiedState,
        wait: Duration,
    ) -> Result<Backup> {
        refuse_unsellable(target)?;
        refuse_fixed_ledger(target)?;
        refuse_at_sight(&self.files, target, state)?;
        let models = [&target.count, &self.files.count, &self.files.ledger].map(Clone::clone);
        let mut locks = DecisionLocks::on(target).made_like(models);
        let wanted = &mut || true;
        let mut wait = Wait::wanted(wait, wanted);
        let _held = locks.acquire(&mut WaitStrategy::default(), &mut wait)?;
        let older = open_ledger(target, Access::ReadWrite)?;
        let _sync = match &older {
            Some(older) => Some(acquire_sync(target, older, &mut wait)?),
            None => None,
        };
        replaceable(&self.files, target, older.as_ref(), state)?;
        // Orphans harm nobody: the next one may clean them up.
        let _ = clean_up(target);
        let is_missing = |path: &Path| matches!(look(path), Ok(None));
        let is_new = older.is_none() && is_missing(&target.count);
        let written = write(&self.files, target, state);
        if written.is_err() && is_new && is_missing(&target.count) {
            let _ = fs::remove_file(&target.ledger);
            // Under its lock: who waits for it looks at its name again.
            let _ = fs::remove_file(&target.lock);
        }
        written?;
        Ok(Backup {
            left: state.tally.left,
            sold: state.tally.sold,
            seq: state.tally.seq,
        })
    }

    /// All that is on the ledger, durable by now: else the backup might have a line that the event loses.
    fn state_to_copy(&mut self, wait: Duration) -> Result<CopiedState> {
        if let Some(state) = self.unsold_state()? {
            return Ok(state);
        }
        for _ in 0..RESETS {
            let (count, tally) = match self.durable_head(wait) {
                Ok(durable) => durable,
                // A process that may not write copies what is known to be durable.
                Err(error) if error.is_denied() => return self.counted_state(),
                Err(error) => return Err(self.explain(error)),
            };
            let settled = self.ledger.as_ref().map(|ledger| ledger.rewrite.id);
            // A handle of its own: with a second one of the same opening the locks would be shared.
            let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
                return Err(no_ledger(&self.files));
            };
            if Some(ledger.id) == settled {
                return Ok(CopiedState {
                    count,
                    tally,
                    ledger: Some(ledger),
                });
            }
        }
        let message = format!("another ledger took its place {RESETS} times meanwhile");
        let error = Error::new(Kind::Busy { holder: None }, message).at(&self.files.ledger, 0, 0);
        Err(error.hint("nothing was changed; try again when nobody resets the event"))
    }

    /// The count alone, as long as there is no ledger. The first sale makes one, perhaps between two looks.
    fn unsold_state(&self) -> Result<Option<CopiedState>> {
        if open_ledger(&self.files, Access::Read)?.is_some() {
            return Ok(None);
        }
        match LedgerView::take(&self.files, None) {
            Ok(view) => Ok(Some(CopiedState {
                count: view.count,
                tally: view.tally,
                ledger: None,
            })),
            Err(error) => match open_ledger(&self.files, Access::Read)? {
                Some(_) => Ok(None),
                None => Err(error),
            },
        }
    }

    /// What the ledger adds up to, durable, as if its last line were this process's own; and the count beside it. A
    /// count that cannot be written just now, as on a full disk, is no loss: the copy gets one of its own.
    fn durable_head(&mut self, wait: Duration) -> Result<(CountFile, Tally)> {
        let options = CommitOptions::durable(wait);
        patiently(wait, || self.open_to_copy())?;
        let tally = patiently(wait, || {
            let mut transaction = self.begin(options)?;
            transaction.lock(&mut || true)?;
            transaction.head()
        })?;
        let count = |store: &Self| store.last.as_ref().map(|view| view.count.clone());
        let read = count(self);
        let settle = Settle {
            end: tally.bytes,
            tally,
            written: false,
        };
        self.settle(settle, options)?;
        match count(self).or(read) {
            Some(count) => Ok((count, tally)),
            None => Err(no_ledger(&self.files)),
        }
    }

    /// Opens the ledger, also that of an event whose count cannot be replaced: a copy needs no new one.
    fn open_to_copy(&mut self) -> Result<()> {
        refuse_mounted_count(&self.files)?;
        if self.ledger.is_none() {
            self.ledger = OpenLedger::open(&self.files, &self.recycled)?;
            self.notes.extend(second_names(&self.files));
        }
        Ok(())
    }

    /// What `tickets.json` counts.
    fn counted_state(&self) -> Result<CopiedState> {
        let view = self.reread(|view| view.sound(&self.files))?;
        let ledger = open_ledger(&self.files, Access::Read)?;
        let (Some(ledger), Some(counted)) = (ledger, view.count.counted) else {
            let message = "counts nothing of its ledger yet, and cannot be written";
            return Err(Error::new(Kind::Io, message).at(&self.files.count, 0, 0));
        };
        let summary = summarize_ledger(&self.files, &ledger, Some(counted))?;
        let Some(tally) = summary.at_counted else {
            return Err(no_ledger(&self.files));
        };
        Ok(CopiedState {
            count: view.count,
            tally,
            ledger: Some(ledger),
        })
    }
}

/// Writes the copy. The ledger has its name before the count counts it: a count that is older is no harm.
fn write(files: &EventFiles, target: &EventFiles, state: &CopiedState) -> Result<()> {
    let of = |path: &Path| Rights::of_name(path).map_err(|e| Error::io("look at", path, e));
    let count = match &state.ledger {
        None => state.count.clone(),
        Some(ledger) => {
            let rights = of(&files.ledger)?;
            let length = state.tally.bytes;
            let copy = copy_beside(&target.ledger, &ledger.file, length, false, &rights)?;
            adds_up(files, &copy, &state.tally)?;
            let named = copy.persist(&target.ledger);
            named.map_err(|e| Error::io("replace", &target.ledger, e.error))?;
            sync_directory(&target.ledger)?;
            state.count.counting(&state.tally)
        }
    };
    let rights = of(&files.count).or_else(|_| of(&files.ledger).map(Rights::bare))?;
    let text = count.render();
    let count = write_beside(&target.count, text.as_bytes(), Some(&rights), true, None)?;
    let named = count.persist(&target.count);
    named.map_err(|e| Error::io("replace", &target.count, e.error))?;
    sync_directory(&target.count)
}

/// An error unless every line of this copy of the event's ledger adds up, and all of it comes to this.
pub(crate) fn adds_up(files: &EventFiles, copy: &NamedTempFile, tally: &Tally) -> Result<()> {
    let problem = |e| Error::io("read the copy of", &files.ledger, e);
    let file = copy.reopen().map_err(problem)?;
    let id = FileId::of_handle(&file).map_err(problem)?;
    let summary = summarize_ledger(files, &LedgerFile::of(file, id), None)?;
    let wrong = |line: u64, why: String| {
        let error = Error::new(Kind::Integrity, why).at(&files.ledger, line, 0);
        Err(error.hint("nothing was changed; 'tickets audit' says more"))
    };
    match summary.findings.first() {
        Some(finding) => wrong(finding.line, finding.text.clone()),
        None if summary.tally != *tally => {
            wrong(0, "does not come to what its count says".to_owned())
        }
        None => Ok(()),
    }
}
