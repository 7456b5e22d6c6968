//! Reading an event again: only what was written since, where that is all that has happened.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::ledger::{CountFile, MAX_LINE};
use crate::store::file::event::EventFiles;
use crate::store::file::files::version::Version;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::reader::view::base::look_at_count;
use crate::store::file::reader::view::tail::Tail;

/// A process that is about to write a line under the lock need not look at `tickets.json` again when it did so
/// that short a while ago: the ledger is what counts. A process that replaces `tickets.json` always looks.
pub(super) const FRESH: Duration = Duration::from_millis(1);

/// Whether a look at this time can still be believed.
pub(super) fn is_fresh(look: Instant, now: Instant) -> bool {
    let age = now.checked_duration_since(look);
    age.is_some_and(|age| age < FRESH)
}

impl LedgerView {
    /// Reads again: only what has been written since, where that is all that has happened. `length`: how
    /// long the ledger is now, where that is known.
    pub(crate) fn again(
        before: Option<Self>,
        files: &EventFiles,
        ledger: &LedgerFile,
        length: Option<u64>,
    ) -> Result<Self> {
        let length = length.or_else(|| ledger.length()).unwrap_or_default();
        let before = before.filter(|before| before.is_firm_on(ledger, length));
        let Some(mut before) = before else {
            return Self::take(files, Some(ledger));
        };
        let now = Instant::now();
        if !before.version.is_at(&files.count) {
            let (count, version) = look_at_count(files, Some(ledger))?;
            if !before.recount(count, version, files, ledger)? {
                return Self::take(files, Some(ledger));
            }
        }
        before.looked = now;
        before.read_up_to(length, files, ledger)?;
        Ok(before)
    }

    /// The same for a process that is about to write a line: without a look at `tickets.json` where one was taken
    /// just now.
    pub(crate) fn again_to_write(
        before: Option<Self>,
        files: &EventFiles,
        ledger: &LedgerFile,
        length: Option<u64>,
    ) -> Result<Self> {
        match (before, length) {
            (Some(mut before), Some(length))
                if is_fresh(before.looked, Instant::now()) && before.is_firm_on(ledger, length) =>
            {
                before.read_up_to(length, files, ledger)?;
                Ok(before)
            }
            (before, length) => Self::again(before, files, ledger, length),
        }
    }

    /// Whether a line of any length finds room in the preallocation: then it does not matter where the file ends.
    fn has_room(&self) -> bool {
        self.length.saturating_sub(self.tally.bytes) >= MAX_LINE as u64
    }

    /// Reads on in the ledger while others may be writing, without a look at `tickets.json`: what is no whole
    /// line yet is left for the next look.
    pub(crate) fn read_on(&mut self, files: &EventFiles, ledger: &LedgerFile) -> Result<()> {
        let length = if self.has_room() {
            self.length
        } else {
            ledger.length().unwrap_or_default()
        };
        if self.tally.bytes < length {
            self.follow_whole_lines(ledger, files, length)?;
        }
        Ok(())
    }

    /// The same before the lock is there, as far as it goes.
    pub(crate) fn read_ahead(&mut self, files: &EventFiles, ledger: &LedgerFile) {
        if self.is_firm_on(ledger, u64::MAX) {
            // A process that has the lock reads it again, and tells.
            let _ = self.read_on(files, ledger);
        }
    }

    fn read_up_to(&mut self, length: u64, files: &EventFiles, ledger: &LedgerFile) -> Result<()> {
        // Somebody may have cut the preallocation off.
        self.length = self.length.min(length);
        if self.tally.bytes < length {
            self.tail = Tail::Clean;
            self.follow(ledger, files, length)?;
        }
        Ok(())
    }

    /// Whether `tickets.json` counts this ledger up to `end` by now; this reading, brought up to it if so.
    pub(crate) fn covers(
        mut self,
        end: u64,
        files: &EventFiles,
        ledger: &LedgerFile,
    ) -> Result<(Self, bool)> {
        let now = Instant::now();
        let (count, version) = CountFile::look(&files.count)?;
        let counted = count.as_ref().and_then(|count| count.counted);
        if counted.is_none_or(|counted| counted.bytes < end) {
            return Ok((self, false));
        }
        if self.is_firm_on(ledger, u64::MAX) && self.recount(count, version, files, ledger)? {
            self.looked = now;
            return Ok((self, true));
        }
        let again = Self::take(files, Some(ledger))?;
        let covered = again.counted >= end;
        Ok((again, covered))
    }

    /// Takes a new count over, if it counts up to a line that was read or is read now.
    fn recount(
        &mut self,
        count: Option<CountFile>,
        version: Version,
        files: &EventFiles,
        ledger: &LedgerFile,
    ) -> Result<bool> {
        let Some(count) = count else {
            return Ok(false);
        };
        let Some(counted) = count.counted else {
            return Ok(false);
        };
        if counted.bytes > self.tally.bytes {
            let length = self.length;
            self.follow(ledger, files, counted.bytes)?;
            self.length = length.max(self.tally.bytes);
        }
        let read = (self.tally.seq, self.tally.bytes, self.tally.left);
        let fits = self.tail == Tail::Clean
            && read == (counted.seq, counted.bytes, count.ticket)
            && self.tally.sold == counted.sold;
        if fits {
            self.counted = counted.bytes;
            self.count = count;
            self.version = version;
            self.rebuilt = false;
        }
        Ok(fits)
    }
}
