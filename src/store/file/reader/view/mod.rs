//! Reading an event: the count, and what the ledger holds beyond it.
//!
//! Costs the same however long the ledger is: `tickets.json`, the one ledger line that it counts
//! last, and the lines after that one.
//!
//! Knows raw lines and the count file; knows nothing of locks and syncs.

pub(crate) mod base;
pub(crate) mod tail;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::ledger::{CountFile, Line, MAX_LINE, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::files::version::Version;
use crate::store::file::reader::fast_forward::FastForward;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::{RawLine, RawLines, is_blank};
use crate::store::file::reader::view::base::{base, check_stock, look_at_count, rebuilt_from};
use crate::store::file::reader::view::tail::{Tail, all_lost, broken, is_whole, judge_tail};
use crate::store::file::sys::{Attributes, FileId};

/// What to do with bytes that are no line, or do not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TailPolicy {
    /// Find out what they are.
    Judge,
    /// Leave them: somebody may be writing them just now.
    Leave,
}

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

/// A process that is about to write a line under the lock need not look at `tickets.json` again when it did so
/// that short a while ago: the ledger is what counts. A process that replaces `tickets.json` always looks.
const FRESH: Duration = Duration::from_millis(1);

/// Whether a look at this time can still be believed.
fn is_fresh(look: Instant, now: Instant) -> bool {
    let age = now.checked_duration_since(look);
    age.is_some_and(|age| age < FRESH)
}

/// How often a break in the ledger is read again, at the most, until it is the same twice.
const CONFIRMED_WITHIN: u32 = 100;

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
        view.follow(ledger, files, length, TailPolicy::Judge)?;
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
        view.follow(ledger, files, u64::MAX, TailPolicy::Judge)?;
        Ok(view)
    }

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
            self.follow(ledger, files, length, TailPolicy::Leave)?;
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

    /// The same reading, for a process that does not hold the event's lock: what is no line may be one that somebody
    /// is just writing. (A missing newline stays: what is read ends before it, and nobody may write there.)
    pub(crate) fn leaving_the_tail(mut self) -> Self {
        if !matches!(self.tail, Tail::Unterminated { .. }) {
            self.tail = Tail::Clean;
        }
        self
    }

    fn read_up_to(&mut self, length: u64, files: &EventFiles, ledger: &LedgerFile) -> Result<()> {
        // Somebody may have cut the preallocation off.
        self.length = self.length.min(length);
        if self.tally.bytes < length {
            self.tail = Tail::Clean;
            self.follow(ledger, files, length, TailPolicy::Judge)?;
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
            self.follow(ledger, files, counted.bytes, TailPolicy::Judge)?;
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

    /// Follows the lines after the counted ones, as far as they add up; up to `length`, as long as the
    /// ledger was when somebody looked. `false`: something else stands behind them.
    fn follow(
        &mut self,
        ledger: &LedgerFile,
        files: &EventFiles,
        length: u64,
        policy: TailPolicy,
    ) -> Result<bool> {
        let from = self.tally.bytes;
        let mut followed = self.follow_lines(ledger, files, length, policy)?;
        // Beside a writer what was read first may be older than what was read next. It is no longer when
        // it is read again.
        for _ in 0..CONFIRMED_WITHIN {
            if !matches!(self.tail, Tail::Broken { .. }) {
                break;
            }
            let found = (self.tally, std::mem::replace(&mut self.tail, Tail::Clean));
            followed = self.follow_lines(ledger, files, length, policy)?;
            if (self.tally, &self.tail) == (found.0, &found.1) {
                break;
            }
        }
        let line = 512;
        self.stride = (self.tally.bytes - from) as usize + line;
        Ok(followed)
    }

    fn follow_lines(
        &mut self,
        ledger: &LedgerFile,
        files: &EventFiles,
        length: u64,
        policy: TailPolicy,
    ) -> Result<bool> {
        let problem = |e| Error::io("read", &files.ledger, e);
        let mut raw_lines = RawLines::new(&ledger.file, self.tally.bytes)
            .until(length)
            .expecting(self.stride);
        let mut forward = FastForward::default();
        let known = self.length;
        while let Some(raw_line) = raw_lines.next().map_err(problem)? {
            let opened = self.tally.seq > 0 || !forward.is_empty();
            if opened && raw_line.terminated && raw_line.bytes.is_empty() {
                // Looked through once; it only shrinks from the front as long as the length is the same.
                let end = match length {
                    length if length == known => length,
                    length => ledger.length().unwrap_or(length),
                };
                let (start, file) = (raw_line.start, &ledger.file);
                if end == known || is_blank(file, start, end).map_err(problem)? {
                    if !self.land(&mut forward, policy) {
                        return Ok(false);
                    }
                    self.length = end.max(self.tally.bytes);
                    return Ok(true);
                }
            }
            if forward.takes(&self.tally, &raw_line) {
                continue;
            }
            if !self.land(&mut forward, policy) {
                return Ok(false);
            }
            match one_more(&self.tally, &raw_line) {
                _ if policy == TailPolicy::Leave && !raw_line.terminated => return Ok(false),
                Ok(tally) => {
                    check_stock(&self.count, &tally, self.counted, files)?;
                    if !raw_line.terminated {
                        // Only a newline proves that the line is whole: an append that crosses a
                        // page boundary is seen growing.
                        self.tail = Tail::Unterminated { with_it: tally };
                        return Ok(false);
                    }
                    self.tally = tally;
                }
                Err(_) if policy == TailPolicy::Leave => return Ok(false),
                Err(why) => {
                    let first = (raw_line.start, is_whole(&raw_line));
                    self.tail = judge_tail(&self.tally, first, (ledger, &mut raw_lines), why)
                        .map_err(problem)?;
                    return Ok(false);
                }
            }
        }
        let landed = self.land(&mut forward, policy);
        self.length = self.tally.bytes;
        Ok(landed)
    }

    /// Whether there is preallocation behind the last line.
    pub(crate) fn is_preallocated(&self) -> bool {
        self.length > self.tally.bytes
    }

    /// Takes over what was fast-forwarded; `false`: it does not add up.
    fn land(&mut self, forward: &mut FastForward, policy: TailPolicy) -> bool {
        match forward.land(&self.tally) {
            Ok(tally) => {
                self.tally = tally;
                true
            }
            Err(_) if policy == TailPolicy::Leave => false,
            Err(why) => {
                let line = self.tally.seq + 1;
                self.tail = Tail::Broken { line, why };
                false
            }
        }
    }

    /// The reading, if every line adds up or a crash or an editor explains the last bytes.
    pub(crate) fn sound(self, files: &EventFiles) -> Result<Self> {
        match (&self.chain_break, &self.tail) {
            (Some(why), _) => Err(broken(files, self.tally.seq, why)),
            (None, Tail::Broken { line, why }) => Err(broken(files, *line, why)),
            _ => Ok(self),
        }
    }
}

/// Whether the ledger bears out what a count says, whatever else it holds.
pub(crate) fn bears_out(count: &CountFile, ledger: &LedgerFile, files: &EventFiles) -> Result<()> {
    let length = ledger.length().unwrap_or_default();
    let (tally, _) = base(count, ledger, length, files)?;
    if tally.seq > 0 {
        return Ok(());
    }
    // It counts no sale: then it must say with how many the event opened.
    let opening = ledger.first_line(files)?.map_or(0, |opening| opening.left);
    let opened = Tally {
        seq: 1,
        left: opening,
        ..Tally::default()
    };
    check_stock(count, &opened, 0, files)
}

fn without_ledger(
    count: Option<CountFile>,
    version: Version,
    files: &EventFiles,
) -> Result<LedgerView> {
    let count = match count {
        Some(count) => count,
        None => CountFile::read(&files.count)?,
    };
    if let Some(counted) = count.counted
        && counted.seq > 0
    {
        let message = format!(
            "is missing, but {} counts {} of its lines",
            files.count.display(),
            counted.seq
        );
        return Err(all_lost(message, &files.ledger));
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

fn one_more(tally: &Tally, raw_line: &RawLine<'_>) -> std::result::Result<Tally, String> {
    let line = Line::parse(raw_line.bytes, Some(tally.sum))?;
    tally.after(&line, raw_line.end)
}
