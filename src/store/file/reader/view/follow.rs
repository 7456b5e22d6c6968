//! Following the ledger's lines behind the counted ones, as far as they add up.

use crate::error::{Error, Result};
use crate::ledger::{Line, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::fast_forward::FastForward;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::{RawLine, RawLines, is_blank};
use crate::store::file::reader::view::LedgerView;
use crate::store::file::reader::view::mismatch::check_stock;
use crate::store::file::reader::view::tail::{Tail, is_whole, judge_tail};

/// What to do with bytes that are no line, or do not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TailPolicy {
    /// Find out what they are.
    Judge,
    /// Leave them: somebody may be writing them just now.
    Leave,
}

/// What came of a line that was to be taken over.
enum FollowedLine {
    /// It adds up, and is whole.
    Whole,
    /// Nothing is read behind it for now.
    Last,
    /// Why it does not add up.
    Wrong(String),
}

/// How often a break in the ledger is read again, at the most, until it is the same twice.
const CONFIRMED_WITHIN: u32 = 100;

impl LedgerView {
    /// Follows the lines after the counted ones, as far as they add up; up to `length`, as long as the ledger was when
    /// somebody looked. What stands behind them is judged.
    pub(super) fn follow(
        &mut self,
        ledger: &LedgerFile,
        files: &EventFiles,
        length: u64,
    ) -> Result<()> {
        self.follow_by(ledger, files, length, TailPolicy::Judge)
    }

    /// The same while others may be writing: what is no whole line yet is left.
    pub(super) fn follow_whole_lines(
        &mut self,
        ledger: &LedgerFile,
        files: &EventFiles,
        length: u64,
    ) -> Result<()> {
        self.follow_by(ledger, files, length, TailPolicy::Leave)
    }

    fn follow_by(
        &mut self,
        ledger: &LedgerFile,
        files: &EventFiles,
        length: u64,
        policy: TailPolicy,
    ) -> Result<()> {
        let from = self.tally.bytes;
        self.follow_lines(ledger, files, length, policy)?;
        // Beside a writer what was read first may be older than what was read next. It is no longer when
        // it is read again.
        for _ in 0..CONFIRMED_WITHIN {
            if !matches!(self.tail, Tail::Broken { .. }) {
                break;
            }
            let found = (self.tally, std::mem::replace(&mut self.tail, Tail::Clean));
            self.follow_lines(ledger, files, length, policy)?;
            if (self.tally, &self.tail) == (found.0, &found.1) {
                break;
            }
        }
        let line = 512;
        self.stride = (self.tally.bytes - from) as usize + line;
        Ok(())
    }

    /// The same once. Lines are fast-forwarded where they may be, and parsed where they may not.
    fn follow_lines(
        &mut self,
        ledger: &LedgerFile,
        files: &EventFiles,
        length: u64,
        policy: TailPolicy,
    ) -> Result<()> {
        let problem = |e| Error::io("read", &files.ledger, e);
        let mut raw_lines = RawLines::new(&ledger.file, self.tally.bytes)
            .until(length)
            .expecting(self.stride);
        let mut forward = FastForward::default();
        while let Some(raw_line) = raw_lines.next().map_err(problem)? {
            let opened = self.tally.seq > 0 || !forward.is_empty();
            if opened
                && raw_line.terminated
                && raw_line.bytes.is_empty()
                && let Some(end) = self
                    .preallocated(ledger, raw_line.start, length)
                    .map_err(problem)?
            {
                if self.land(&mut forward, policy) {
                    self.length = end.max(self.tally.bytes);
                }
                return Ok(());
            }
            if forward.takes(&self.tally, &raw_line) {
                continue;
            }
            if !self.land(&mut forward, policy) {
                return Ok(());
            }
            match self.take_line(&raw_line, policy, files)? {
                FollowedLine::Whole => {}
                FollowedLine::Last => return Ok(()),
                FollowedLine::Wrong(why) => {
                    let first = (raw_line.start, is_whole(&raw_line));
                    let judged = judge_tail(&self.tally, first, (ledger, &mut raw_lines), why);
                    self.tail = judged.map_err(problem)?;
                    return Ok(());
                }
            }
        }
        self.land(&mut forward, policy);
        self.length = self.tally.bytes;
        Ok(())
    }

    /// Where the preallocation ends that begins at `start`; `None`: there are lines behind the blank ones.
    fn preallocated(
        &self,
        ledger: &LedgerFile,
        start: u64,
        length: u64,
    ) -> std::io::Result<Option<u64>> {
        // Looked through once; it only shrinks from the front as long as the length is the same.
        if length == self.length {
            return Ok(Some(length));
        }
        let end = ledger.length().unwrap_or(length);
        let ends = end == self.length || is_blank(&ledger.file, start, end)?;
        Ok(ends.then_some(end))
    }

    /// Takes one line over, if it adds up.
    fn take_line(
        &mut self,
        raw_line: &RawLine<'_>,
        policy: TailPolicy,
        files: &EventFiles,
    ) -> Result<FollowedLine> {
        let leaves = policy == TailPolicy::Leave;
        match one_more(&self.tally, raw_line) {
            _ if leaves && !raw_line.terminated => Ok(FollowedLine::Last),
            Err(_) if leaves => Ok(FollowedLine::Last),
            Err(why) => Ok(FollowedLine::Wrong(why)),
            Ok(tally) => {
                check_stock(&self.count, &tally, self.counted, files)?;
                if raw_line.terminated {
                    self.tally = tally;
                    return Ok(FollowedLine::Whole);
                }
                // Only a newline proves that the line is whole: an append that crosses a page boundary is seen growing.
                self.tail = Tail::Unterminated { with_it: tally };
                Ok(FollowedLine::Last)
            }
        }
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
}

fn one_more(tally: &Tally, raw_line: &RawLine<'_>) -> std::result::Result<Tally, String> {
    let line = Line::parse(raw_line.bytes, Some(tally.sum))?;
    tally.after(&line, raw_line.end)
}
