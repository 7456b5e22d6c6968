//! Putting a backup back in an event's place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::error::{Kind, Result};
use crate::ledger::{CountFile, Tally};
use crate::store::file::admin::backup::adds_up;
use crate::store::file::admin::backup_target::{kept_in, refuse_no_directory};
use crate::store::file::admin::extra_lines::{extra, refuse_to_lose};
use crate::store::file::admin::saved::{Saved, saved};
use crate::store::file::admin::swap::{Fresh, PutBack, put_back};
use crate::store::file::admin::way_back::way_back;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::file::files::directory::{directory, make_directory};
use crate::store::file::files::open::Access;
use crate::store::file::lock::decision::DecisionLocks;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::view::base::is_borne_out;
use crate::store::file::recovery::clean_up::clean_up;
use crate::store::file::recovery::shared_ledger::refuse_shared_ledger;
use crate::store::file::sellable::{refuse_fixed_ledger, refuse_unsellable};
use crate::store::file::sync::sync_lock::acquire_sync;
use crate::store::results::{GivenUp, Restored};

impl FileStore {
    /// Puts the backup in this directory back, under the locks. What it replaces is kept beside.
    ///
    /// # Errors
    /// - [`Kind::Refused`]: the ledger that is to be replaced has another name; and, unless it is `forced`: the event has lines that the backup lacks, or counts some; or the
    ///   backup's own count includes lines that its ledger lacks;
    /// - [`Kind::Missing`]: there is no backup of this event; [`Kind::Integrity`]: it does not add up;
    /// - [`Kind::OutcomeUnknown`]: it is done, but not all of it is proven to be on disk.
    pub(crate) fn put_back(
        &mut self,
        from: &Path,
        forced: bool,
        wait: Duration,
    ) -> Result<Restored> {
        refuse_no_directory(&self.files, from)?;
        let source = kept_in(&self.files, from)?;
        let saved = saved(&source, from, forced)?;
        make_directory(directory(&self.files.count))?;
        refuse_unsellable(&self.files)?;
        refuse_fixed_ledger(&self.files)?;
        let models = [
            &self.files.count,
            &self.files.ledger,
            &source.count,
            &source.ledger,
        ];
        let mut locks = DecisionLocks::on(&self.files).made_like(models.map(Clone::clone));
        let wanted = &mut || true;
        let mut wait = Wait::wanted(wait, wanted);
        let _held = locks.acquire(&mut WaitStrategy::default(), &mut wait)?;
        let living = open_ledger(&self.files, Access::ReadWrite)?;
        let _sync = match &living {
            Some(living) => Some(acquire_sync(&self.files, living, &mut wait)?),
            None => None,
        };
        let (done, mut given_up) = self.replace_by(&saved, &source, living.as_ref(), forced)?;
        self.ledger = None;
        self.last = None;
        let is_ledger = |path: &&PathBuf| path.extension().is_some_and(|end| end == "jsonl");
        let archive = done.kept.iter().find(is_ledger).filter(|_| forced);
        let file = match given_up.lost {
            0 => archive,
            _ => done.kept.iter().find(|path| !is_ledger(path)),
        };
        given_up.file = file.map(|file| file.display().to_string());
        Ok(Restored {
            given_up,
            back: way_back(&self.files, archive.map(PathBuf::as_path)),
            left: done.tally.left,
            sold: done.tally.sold,
            seq: done.tally.seq,
            kept: done.kept,
        })
    }

    /// Puts what was read of the backup in the event's place. Only for the holder of the decision locks and of the
    /// sync lock of the `living` ledger.
    fn replace_by(
        &mut self,
        saved: &Saved,
        source: &EventFiles,
        living: Option<&LedgerFile>,
        forced: bool,
    ) -> Result<(PutBack, GivenUp)> {
        let count = match CountFile::look(&self.files.count) {
            Err(error) if error.kind() != Kind::Integrity => return Err(error),
            result => result.map(|(count, _)| count),
        };
        let extra = extra(&self.files, living, saved)?;
        let borne_out = match (&count, living) {
            (Ok(Some(count)), Some(living)) => is_borne_out(count, living, &self.files)?,
            (Ok(Some(count)), None) => count.counted.is_none_or(|counted| counted.seq == 0),
            _ => true,
        };
        if !forced {
            refuse_to_lose(&self.files, &extra, &count, borne_out, saved)?;
        }
        if extra.same.is_none() {
            refuse_shared_ledger(&self.files)?;
        }
        let found = clean_up(&self.files)?;
        self.notes.extend(found.told());
        let fresh = Fresh {
            count: &saved.count,
            tally: extra.same.unwrap_or(saved.tally),
            from: saved.ledger.as_ref(),
            unterminated: saved.unterminated,
            model: [&source.ledger, &source.count],
        };
        let old = (living, &count, borne_out);
        let check = &|copy: &NamedTempFile, tally: &Tally| adds_up(source, copy, tally);
        let done = put_back(&self.files, &fresh, old, extra.same.is_some(), check)?;
        let last = extra.lines.last().max(saved.tally.seq);
        let mut given_up = extra.lines.told();
        if let (Ok(Some(count)), false) = (&count, borne_out) {
            let counted = count.counted.map_or(0, |counted| counted.seq);
            given_up.lost = counted.saturating_sub(last);
        }
        Ok((done, given_up))
    }
}
