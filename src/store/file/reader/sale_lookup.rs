//! Sale look-up: where a sale stands on the ledger, and what was cancelled of it since.

use crate::error::Result;
use crate::ledger::{Line, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::key_index::{KeyIndex, Member, Where};
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::numbered_line::{before_line, verify};
use crate::store::file::reader::search::{Mark, search};
use crate::store::file::reader::sought::{Sought, number, reference};
use crate::store::file::sys::FileId;
use crate::store::{FoundSale, Lookup};

/// What was found so far. The long way is gone without a lock; under the lock, only what was appended
/// since.
#[derive(Debug)]
pub(crate) struct SaleLookup {
    sought: Sought,
    ledger: Option<FileId>,
    mark: Mark,
    found: Option<FoundSale>,
}

impl SaleLookup {
    /// Looks for this.
    pub(crate) fn of(what: Lookup<'_>) -> Self {
        Self::new(Sought::of(what))
    }

    fn new(sought: Sought) -> Self {
        Self {
            sought,
            ledger: None,
            mark: Mark::default(),
            found: None,
        }
    }

    /// How far it has come, on which ledger.
    pub(crate) fn at(&self) -> (Option<FileId>, Mark) {
        (self.ledger, self.mark)
    }

    /// Somebody else has looked on, up to there on this ledger.
    pub(crate) fn passed(&mut self, ledger: FileId, mark: Mark) {
        (self.ledger, self.mark) = (Some(ledger), mark);
    }

    /// Nothing is known any more.
    pub(crate) fn forget(&mut self) {
        *self = Self::new(self.sought.clone());
    }

    /// Takes note of a line that has what is looked for, or is about what was found.
    pub(crate) fn see(&mut self, line: &Line<'_>, end: u64) {
        note(&self.sought, &mut self.found, line, end);
    }

    /// Whether it looks for this.
    pub(crate) fn is_for(&self, what: Lookup<'_>) -> bool {
        self.sought.lookup() == what
    }

    /// What was found.
    pub(crate) fn found(&self) -> Option<&FoundSale> {
        self.found.as_ref()
    }

    /// Looks as far as this head, on this ledger.
    pub(crate) fn follow(
        &mut self,
        files: &EventFiles,
        ledger: &LedgerFile,
        head: &Tally,
    ) -> Result<()> {
        if self.begins_on(files, ledger, head)? {
            self.search(files, ledger, head.bytes)?;
        }
        Ok(())
    }

    /// The same from the beginning. A line of which nothing is known but its number is found by the numbers of other
    /// lines: where that leads to none that adds up, the first line is told that does not.
    fn follow_anew(&mut self, files: &EventFiles, ledger: &LedgerFile, head: &Tally) -> Result<()> {
        *self = Self::new(self.sought.clone());
        let followed = self.follow(files, ledger, head);
        if followed.is_err() && matches!(self.sought, Sought::Id(_)) {
            verify(files, ledger, head)?;
        }
        followed
    }

    /// Looks as far as this head without a lock, by the index where there is one.
    pub(crate) fn look(
        &mut self,
        files: &EventFiles,
        ledger: &LedgerFile,
        head: &Tally,
        index: Option<&KeyIndex>,
    ) -> Result<()> {
        let looked = match index {
            Some(index) => self.follow_by(index, files, ledger, head),
            None => self.follow(files, ledger, head),
        };
        // What was seen before may stand there no longer.
        looked.or_else(|_| self.follow_anew(files, ledger, head))
    }

    /// The same, and passes over what the index knows.
    fn follow_by(
        &mut self,
        index: &KeyIndex,
        files: &EventFiles,
        ledger: &LedgerFile,
        head: &Tally,
    ) -> Result<()> {
        if !self.begins_on(files, ledger, head)? {
            return Ok(());
        }
        // First to the line itself, then to the first one about it.
        for _ in 0..2 {
            let (member, text) = match (&self.found, &self.sought) {
                (Some(found), _) => (Member::Reference, found.id.as_str()),
                (None, Sought::Key(key)) => (Member::Key, key.as_str()),
                // Found by its number.
                (None, Sought::Id(_)) => {
                    self.search(files, ledger, self.mark.bytes.saturating_add(1))?;
                    continue;
                }
            };
            match index.first((files, ledger), head, member, text)? {
                Where::NotBefore(mark) => {
                    self.pass_to(mark);
                    if self.found.is_none() {
                        break;
                    }
                }
                Where::Perhaps(mark) => {
                    self.pass_to(mark);
                    self.search(files, ledger, mark.bytes.saturating_add(1))?;
                }
                Where::Anywhere => break,
            }
        }
        self.search(files, ledger, head.bytes)
    }

    /// Under the lock: looks as far as this head. What was looked at without the lock is void where other lines stand
    /// there by now.
    pub(crate) fn follow_to_head(
        &mut self,
        files: &EventFiles,
        ledger: &LedgerFile,
        head: &Tally,
    ) -> Result<()> {
        let stands = self.mark.bytes < head.bytes || self.mark.is_at(head);
        if stands {
            let followed = self.follow(files, ledger, head);
            if followed.is_ok() {
                return followed;
            }
        }
        self.follow_anew(files, ledger, head)
    }

    /// Whether it can be looked for on this ledger up to this head.
    fn begins_on(&mut self, files: &EventFiles, ledger: &LedgerFile, head: &Tally) -> Result<bool> {
        if self.ledger == Some(ledger.id) {
            return Ok(true);
        }
        // Another ledger than before: a reset came between.
        *self = Self::new(self.sought.clone());
        if let Sought::Id(id) = &self.sought {
            let Some(mark) = before_line(files, ledger, number(id), head)? else {
                // It may be appended yet.
                return Ok(false);
            };
            self.mark = mark;
        }
        self.ledger = Some(ledger.id);
        Ok(true)
    }

    fn pass_to(&mut self, mark: Mark) {
        if mark.bytes > self.mark.bytes {
            self.mark = mark;
        }
    }

    fn search(&mut self, files: &EventFiles, ledger: &LedgerFile, end: u64) -> Result<()> {
        let text = match &self.found {
            Some(found) => reference(&found.id),
            None => self.sought.text(),
        };
        let (sought, found) = (&self.sought, &mut self.found);
        search(
            files,
            ledger,
            &mut self.mark,
            end,
            &text,
            &mut |line, end| note(sought, found, line, end),
        )
    }
}

/// Takes note of a line; returns what to look for after it, if that is something else.
fn note(
    sought: &Sought,
    found: &mut Option<FoundSale>,
    line: &Line<'_>,
    end: u64,
) -> Option<String> {
    let record = &line.record;
    if let Some(sale) = found {
        sale.note(record, end);
        return None;
    }
    if !sought.lookup().is(record) {
        return None;
    }
    let sale = found.insert(FoundSale::of(record, end));
    Some(reference(&sale.id))
}
