//! Reading an event: the count, and what the ledger holds beyond it.
//!
//! Costs the same however long the ledger is: `tickets.json`, the one ledger line that it counts
//! last, and the lines after that one.
//!
//! Knows raw lines and the count file; knows nothing of locks and syncs.

mod again;
pub(crate) mod base;
mod breaks;
mod follow;
mod in_all;
mod mismatch;
pub(crate) mod tail;
#[cfg(test)]
mod tests;

use std::time::Instant;

use crate::error::{Error, Result};
use crate::ledger::{CountFile, Tally};
use crate::store::file::count::read::without_a_ledger;
use crate::store::file::event::EventFiles;
use crate::store::file::files::version::Version;
use crate::store::file::reader::apart::apart;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::view::base::{base, look_at_count, rebuilt_from};
use crate::store::file::reader::view::breaks::first_break;
use crate::store::file::reader::view::mismatch::or_a_backup;
use crate::store::file::reader::view::tail::{Tail, all_lost};
use crate::store::file::sellable::refuse_mounted_count;
use crate::store::file::sys::{Attributes, FileId};

/// An event as it was read.
#[derive(Debug)]
pub(crate) struct LedgerView {
    /// `tickets.json`.
    pub(crate) count: CountFile,
    /// The ledger up to the last line that adds up.
    pub(crate) tally: Tally,
    /// How far `tickets.json` counts the ledger, in bytes.
    pub(crate) counted: u64,
    /// What follows.
    pub(crate) tail: Tail,
    /// What does not add up between the last counted line and the one before it: a race was here.
    chain_break: Option<String>,
    /// Where the ledger ends, its preallocation included: newlines behind the last line, which the next lines
    /// overwrite.
    pub(crate) length: u64,
    /// `tickets.json` is missing or has no contents, and is to be rebuilt from the ledger.
    pub(crate) rebuilt: bool,
    /// Which `tickets.json` and which ledger were read.
    version: Version,
    /// When `tickets.json` was last looked at, whether it is still that version.
    looked: Instant,
    /// How many bytes were followed the last time: so many, and some more, are expected the next.
    stride: usize,
    ledger: Option<FileId>,
}

impl LedgerView {
    /// Reads `tickets.json` and the ledger's tail.
    pub(crate) fn take(files: &EventFiles, ledger: Option<&LedgerFile>) -> Result<Self> {
        let looked = Instant::now();
        let (count, version) = look_at_count(files, ledger)?;
        let Some(ledger) = ledger else {
            return without_ledger(count, version, files);
        };
        let rebuilt = count.is_none();
        let count = match count {
            Some(count) => count,
            None => rebuilt_from(ledger, files, &version)?,
        };
        let problem = |e| Error::io("read", &files.ledger, e);
        let length = Attributes::of_handle(&ledger.file).map_err(problem)?.length;
        let (base, chain_break) = base(&count, ledger, length, files)?;
        let mut view = Self {
            chain_break,
            counted: base.bytes,
            tally: base,
            count,
            tail: Tail::Clean,
            length: base.bytes,
            rebuilt,
            version,
            stride: 0,
            looked,
            ledger: Some(ledger.id),
        };
        if base.bytes > length {
            view.tally.bytes = length;
            view.tail = Tail::Unterminated {
                with_it: view.tally,
            };
            return Ok(view);
        }
        view.follow(ledger, files, length)?;
        Ok(view)
    }

    /// Reads the ledger from its first line on, whatever the count says that it counts.
    pub(crate) fn from_the_start(files: &EventFiles, ledger: &LedgerFile) -> Result<Self> {
        let opening = ledger.first_line(files)?.map_or(0, |opening| opening.left);
        let (count, version) = CountFile::look_whatever_it_says(&files.count)?;
        let count = count.unwrap_or_else(|| CountFile::fresh(opening));
        let mut view = Self {
            count: count.restarted(opening),
            tally: Tally {
                left: opening,
                ..Tally::default()
            },
            counted: 0,
            tail: Tail::Clean,
            length: 0,
            chain_break: None,
            rebuilt: true,
            version,
            stride: 0,
            looked: Instant::now(),
            ledger: Some(ledger.id),
        };
        view.follow(ledger, files, u64::MAX)?;
        Ok(view)
    }

    /// The same reading, for a process that does not hold the event's lock: what is no line may be one that somebody
    /// is just writing. (A missing newline stays: what is read ends before it, and nobody may write there.)
    pub(crate) fn leaving_the_tail(mut self) -> Self {
        if !matches!(self.tail, Tail::Unterminated { .. }) {
            self.tail = Tail::Clean;
        }
        self
    }

    /// Whether everything added up, nothing was left over, and it is of this ledger, which has this length.
    fn is_firm_on(&self, ledger: &LedgerFile, length: u64) -> bool {
        self.tail == Tail::Clean
            && self.chain_break.is_none()
            && self.tally.seq > 0
            && self.tally.bytes <= length
            && self.ledger == Some(ledger.id)
    }

    /// The same after a line was appended.
    pub(crate) fn with(mut self, tally: Tally, length: u64) -> Self {
        self.tally = tally;
        self.length = length;
        self
    }

    /// The version of `tickets.json` that was read.
    pub(crate) fn version(&self) -> &Version {
        &self.version
    }

    /// The same after the count of all that was read was published.
    pub(crate) fn published(mut self, count: CountFile, version: Version) -> Self {
        self.counted = self.tally.bytes;
        self.count = count;
        self.version = version;
        self.looked = Instant::now();
        self.rebuilt = false;
        self
    }

    /// Whether there is preallocation behind the last line.
    pub(crate) fn is_preallocated(&self) -> bool {
        self.length > self.tally.bytes
    }

    /// The reading, if every line adds up or a crash or an editor explains the last bytes.
    pub(crate) fn sound(self, files: &EventFiles) -> Result<Self> {
        match (&self.chain_break, &self.tail) {
            (Some(why), _) => Err(first_break(files, self.tally.seq, why)),
            (None, Tail::Broken { line, why }) => Err(first_break(files, *line, why)),
            _ => Ok(self),
        }
    }
}

fn without_ledger(
    count: Option<CountFile>,
    version: Version,
    files: &EventFiles,
) -> Result<LedgerView> {
    let count = match count {
        Some(count) => count,
        None => CountFile::read(&files.count)
            .map_err(|error| without_a_ledger(error, &files.count, &files.ledger))?,
    };
    if let Some(counted) = count.counted
        && counted.seq > 0
    {
        refuse_mounted_count(files)?;
        let message = format!(
            "is missing, but {} counts {} of its lines",
            files.count.display(),
            counted.seq
        );
        return Err(match apart(files, counted, count.ticket) {
            Some(apart) => {
                all_lost(message + &apart.told(), &files.ledger).hint(or_a_backup(&apart))
            }
            None => all_lost(message, &files.ledger),
        });
    }
    Ok(LedgerView {
        tally: Tally {
            left: count.ticket,
            ..Tally::default()
        },
        count,
        counted: 0,
        tail: Tail::Clean,
        length: 0,
        chain_break: None,
        rebuilt: false,
        version,
        stride: 0,
        looked: Instant::now(),
        ledger: None,
    })
}
