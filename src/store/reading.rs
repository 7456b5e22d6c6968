//! Reading an event: the count, and what the ledger holds beyond it.
//!
//! Costs the same however long the ledger is: `tickets.json`, the one ledger line that it counts
//! last, and the lines after that one.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use super::event::EventFiles;
use super::files::{Access, FileId, try_open_regular};
use super::hole::begins_with_a_hole;
use super::ledger::{Line, MAX_LINE, Op, Replaced, Sum, Tally};
use super::lines::{Stretch, Stretches, is_blank, line_before};
use super::skim::Skim;
use super::snapshot::Snapshot;
use super::sys::Attributes;
use super::version::Version;
use crate::error::{Error, Kind, Result};

/// The ledger, opened for reading and for rewriting its tail.
#[derive(Debug)]
pub(crate) struct LedgerFile {
    pub(crate) file: File,
    pub(crate) id: FileId,
}

/// What stands in the ledger after the last line that adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing.
    Clean,
    /// A last line that adds up but has no newline: an editor took it away, or somebody is just
    /// writing it.
    Unterminated {
        /// The tally with that line.
        with_it: Tally,
    },
    /// Bytes that are no line: what a crash in the middle of an append leaves, or a power cut that also
    /// leaves whole lines behind them.
    Torn {
        /// Where they begin; they go on to the end of the file.
        from: u64,
    },
    /// A whole line that does not add up with the lines before it.
    Broken {
        /// Its number, from 1.
        line: u64,
        /// What does not add up.
        why: String,
    },
}

/// What to do with bytes that are no line, or do not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// Find out what they are.
    Judge,
    /// Leave them: somebody may be writing them just now.
    Leave,
}

/// An event as it was read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// `tickets.json`.
    pub(crate) snapshot: Snapshot,
    /// The ledger up to the last line that adds up.
    pub(crate) tally: Tally,
    /// How far `tickets.json` counts the ledger, in bytes.
    pub(crate) counted: u64,
    /// What follows.
    pub(crate) rest: Rest,
    /// What does not add up between the last counted line and the one before it: a race was here.
    fork: Option<String>,
    /// Whether there is a ledger with at least one line.
    pub(crate) opened: bool,
    /// Where the ledger ends, its padding included: newlines behind the last line, which the next lines
    /// overwrite.
    pub(crate) length: u64,
    /// `tickets.json` had no contents, and is to be rebuilt from the ledger.
    pub(crate) rebuilt: bool,
    /// Which `tickets.json` and which ledger were read.
    version: Version,
    /// When `tickets.json` was last looked at, whether it is still that version.
    looked: Instant,
    /// How many bytes were followed the last time: so many, and some more, are expected the next.
    stride: usize,
    ledger: Option<FileId>,
}

/// Whoever is about to write a line under the lock need not look at `tickets.json` again when it did so
/// that short a while ago: the ledger is what counts. Whoever replaces `tickets.json` always looks.
///
/// Nor whether the ledger's name still means the ledger, when it did so *under the lock* that short a while
/// ago: whoever gives the name to another ledger holds the lock for longer before.
pub(crate) const FRESH: Duration = Duration::from_millis(1);

impl Reading {
    /// Reads `tickets.json` and the ledger's tail.
    pub(crate) fn take(files: &EventFiles, ledger: Option<&LedgerFile>) -> Result<Self> {
        let looked = Instant::now();
        let (snapshot, version) = Snapshot::look(&files.count)?;
        let Some(ledger) = ledger else {
            return without_ledger(snapshot, version, files);
        };
        let rebuilt = snapshot.is_none();
        let snapshot = match snapshot {
            Some(snapshot) => snapshot,
            None => rebuilt_from(ledger, files)?,
        };
        let problem = |e| Error::io("read", &files.ledger, e);
        let length = Attributes::of_handle(&ledger.file).map_err(problem)?.length;
        let (base, fork) = base(&snapshot, ledger, length, files)?;
        let mut reading = Self {
            fork,
            counted: base.bytes,
            opened: base.bytes > 0,
            tally: base,
            snapshot,
            rest: Rest::Clean,
            length: base.bytes,
            rebuilt,
            version,
            stride: 0,
            looked,
            ledger: Some(ledger.id),
        };
        if base.bytes > length {
            reading.tally.bytes = length;
            reading.rest = Rest::Unterminated {
                with_it: reading.tally,
            };
            return Ok(reading);
        }
        reading.follow(ledger, files, length, Tail::Judge)?;
        Ok(reading)
    }

    /// Reads the ledger from its first line on, whatever the count says that it counts.
    pub(crate) fn from_the_start(files: &EventFiles, ledger: &LedgerFile) -> Result<Self> {
        let opening = ledger.first_line(files)?.map_or(0, |opening| opening.left);
        let (snapshot, version) = Snapshot::look_whatever_it_says(&files.count)?;
        let snapshot = snapshot.unwrap_or_else(|| Snapshot::fresh(opening));
        let mut reading = Self {
            snapshot: snapshot.restarted(opening),
            tally: Tally {
                left: opening,
                ..Tally::default()
            },
            counted: 0,
            rest: Rest::Clean,
            length: 0,
            fork: None,
            opened: false,
            rebuilt: true,
            version,
            stride: 0,
            looked: Instant::now(),
            ledger: Some(ledger.id),
        };
        reading.follow(ledger, files, u64::MAX, Tail::Judge)?;
        Ok(reading)
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
            let (snapshot, version) = Snapshot::look(&files.count)?;
            if !before.recount(snapshot, version, files, ledger)? {
                return Self::take(files, Some(ledger));
            }
        }
        before.looked = now;
        before.read_up_to(length, files, ledger)?;
        Ok(before)
    }

    /// The same for whoever is about to write a line: without a look at `tickets.json` where one was taken
    /// just now.
    pub(crate) fn again_to_write(
        before: Option<Self>,
        files: &EventFiles,
        ledger: &LedgerFile,
        length: Option<u64>,
    ) -> Result<Self> {
        match (before, length) {
            (Some(mut before), Some(length))
                if before.looked.elapsed() < FRESH && before.is_firm_on(ledger, length) =>
            {
                before.read_up_to(length, files, ledger)?;
                Ok(before)
            }
            (before, length) => Self::again(before, files, ledger, length),
        }
    }

    /// The same where the line goes into padding that was looked through before: reads what came since, and
    /// looks at nothing else. `false`: that is not enough, look at all of it.
    pub(crate) fn goes_on_in_padding(
        &mut self,
        files: &EventFiles,
        ledger: &LedgerFile,
        now: Instant,
    ) -> bool {
        now.saturating_duration_since(self.looked) < FRESH && self.follow_in_padding(files, ledger)
    }

    /// Reads on as far as padding was seen, if there is some. `false`: the end may lie elsewhere by now, or
    /// something is no line; so far nothing but whole lines was read.
    fn follow_in_padding(&mut self, files: &EventFiles, ledger: &LedgerFile) -> bool {
        let length = self.length;
        if !self.is_padded() || !self.is_firm_on(ledger, length) {
            return false;
        }
        let followed = self.follow(ledger, files, length, Tail::Leave);
        matches!(followed, Ok(true)) && self.has_room()
    }

    /// Whether a line of any length finds room in the padding: then it does not matter where the file ends.
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
            self.follow(ledger, files, length, Tail::Leave)?;
        }
        Ok(())
    }

    /// The same before the lock is there, as far as it goes.
    pub(crate) fn read_ahead(&mut self, files: &EventFiles, ledger: &LedgerFile) {
        if self.is_firm_on(ledger, u64::MAX) {
            // Whoever has the lock reads it again, and tells.
            let _ = self.read_on(files, ledger);
        }
    }

    /// The same reading, for whoever does not hold the event's lock: what is no line may be one that somebody
    /// is just writing.
    pub(crate) fn leaving_the_rest(mut self) -> Self {
        self.rest = Rest::Clean;
        self
    }

    fn read_up_to(&mut self, length: u64, files: &EventFiles, ledger: &LedgerFile) -> Result<()> {
        if self.tally.bytes < length {
            self.rest = Rest::Clean;
            self.follow(ledger, files, length, Tail::Judge)?;
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
        let (snapshot, version) = Snapshot::look(&files.count)?;
        let counted = snapshot.as_ref().and_then(|snapshot| snapshot.counted);
        if counted.is_none_or(|counted| counted.bytes < end) {
            return Ok((self, false));
        }
        if self.is_firm_on(ledger, u64::MAX) && self.recount(snapshot, version, files, ledger)? {
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
        snapshot: Option<Snapshot>,
        version: Version,
        files: &EventFiles,
        ledger: &LedgerFile,
    ) -> Result<bool> {
        let Some(snapshot) = snapshot else {
            return Ok(false);
        };
        let Some(counted) = snapshot.counted else {
            return Ok(false);
        };
        if counted.bytes > self.tally.bytes {
            let length = self.length;
            self.follow(ledger, files, counted.bytes, Tail::Judge)?;
            self.length = length.max(self.tally.bytes);
        }
        let read = (self.tally.seq, self.tally.bytes, self.tally.left);
        let fits = self.rest == Rest::Clean
            && read == (counted.seq, counted.bytes, snapshot.ticket)
            && self.tally.sold == counted.sold;
        if fits {
            self.counted = counted.bytes;
            self.snapshot = snapshot;
            self.version = version;
            self.rebuilt = false;
        }
        Ok(fits)
    }

    /// Whether everything added up, nothing was left over, and it is of this ledger, which has this length.
    fn is_firm_on(&self, ledger: &LedgerFile, length: u64) -> bool {
        self.rest == Rest::Clean
            && self.fork.is_none()
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
    pub(crate) fn published(mut self, snapshot: Snapshot, version: Version) -> Self {
        self.counted = self.tally.bytes;
        self.snapshot = snapshot;
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
        tail: Tail,
    ) -> Result<bool> {
        let from = self.tally.bytes;
        let followed = self.follow_lines(ledger, files, length, tail);
        let line = 512;
        self.stride = (self.tally.bytes - from) as usize + line;
        followed
    }

    fn follow_lines(
        &mut self,
        ledger: &LedgerFile,
        files: &EventFiles,
        length: u64,
        tail: Tail,
    ) -> Result<bool> {
        let problem = |e| Error::io("read", &files.ledger, e);
        let mut stretches = Stretches::new(&ledger.file, self.tally.bytes)
            .until(length)
            .expecting(self.stride);
        let mut skim = Skim::default();
        let known = self.length;
        while let Some(stretch) = stretches.next().map_err(problem)? {
            let opened = self.tally.seq > 0 || !skim.is_empty();
            if opened && stretch.terminated && stretch.bytes.is_empty() {
                // Looked through once; it only shrinks from the front as long as the length is the same.
                let end = match length {
                    length if length == known => length,
                    length => ledger.length().unwrap_or(length),
                };
                let (start, file) = (stretch.start, &ledger.file);
                if end == known || is_blank(file, start, end).map_err(problem)? {
                    self.land(&mut skim, tail);
                    self.length = end.max(self.tally.bytes);
                    return Ok(true);
                }
            }
            if skim.takes(&self.tally, &stretch) {
                continue;
            }
            if !self.land(&mut skim, tail) {
                return Ok(false);
            }
            match one_more(&self.tally, &stretch) {
                _ if tail == Tail::Leave && !stretch.terminated => return Ok(false),
                Ok(tally) => {
                    check_stock(&self.snapshot, &tally, self.counted, files)?;
                    if !stretch.terminated {
                        // Only a newline proves that the line is whole: an append that crosses a
                        // page boundary is seen growing.
                        self.rest = Rest::Unterminated { with_it: tally };
                        return Ok(false);
                    }
                    self.tally = tally;
                    self.opened = true;
                }
                Err(_) if tail == Tail::Leave => return Ok(false),
                Err(why) => {
                    let first = (stretch.start, is_whole(&stretch));
                    self.rest =
                        rest(&self.tally, first, (ledger, &mut stretches), why).map_err(problem)?;
                    return Ok(false);
                }
            }
        }
        let landed = self.land(&mut skim, tail);
        self.length = self.tally.bytes;
        Ok(landed)
    }

    /// Whether there is padding behind the last line.
    pub(crate) fn is_padded(&self) -> bool {
        self.length > self.tally.bytes
    }

    /// Takes over what was skimmed; `false`: it does not add up.
    fn land(&mut self, skim: &mut Skim, tail: Tail) -> bool {
        match skim.land(&self.tally) {
            Ok(tally) => {
                self.opened |= tally.seq > 0;
                self.tally = tally;
                true
            }
            Err(_) if tail == Tail::Leave => false,
            Err(why) => {
                let line = self.tally.seq + 1;
                self.rest = Rest::Broken { line, why };
                false
            }
        }
    }

    /// The reading, if every line adds up or a crash or an editor explains the last bytes.
    pub(crate) fn sound(self, files: &EventFiles) -> Result<Self> {
        match (&self.fork, &self.rest) {
            (Some(why), _) => Err(broken(files, self.tally.seq, why)),
            (None, Rest::Broken { line, why }) => Err(broken(files, *line, why)),
            _ => Ok(self),
        }
    }
}

/// A count without contents, as it was when the event opened.
fn rebuilt_from(ledger: &LedgerFile, files: &EventFiles) -> Result<Snapshot> {
    match ledger.first_line(files)? {
        Some(opening) => Ok(Snapshot::fresh(opening.left)),
        None => Snapshot::read(&files.count),
    }
}

fn without_ledger(
    snapshot: Option<Snapshot>,
    version: Version,
    files: &EventFiles,
) -> Result<Reading> {
    let snapshot = match snapshot {
        Some(snapshot) => snapshot,
        None => Snapshot::read(&files.count)?,
    };
    if let Some(counted) = snapshot.counted
        && counted.seq > 0
    {
        let message = format!(
            "is missing, but {} counts {} of its lines",
            files.count.display(),
            counted.seq
        );
        return Err(disagreement(message, &files.ledger, 0));
    }
    Ok(Reading {
        tally: Tally {
            left: snapshot.ticket,
            ..Tally::default()
        },
        snapshot,
        counted: 0,
        rest: Rest::Clean,
        length: 0,
        fork: None,
        opened: false,
        rebuilt: false,
        version,
        stride: 0,
        looked: Instant::now(),
        ledger: None,
    })
}

/// The tally at the line that `tickets.json` counts last, and what does not add up between that
/// line and the one before it.
fn base(
    snapshot: &Snapshot,
    ledger: &LedgerFile,
    length: u64,
    files: &EventFiles,
) -> Result<(Tally, Option<String>)> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let start = Tally {
        left: snapshot.ticket,
        ..Tally::default()
    };
    let Some(counted) = snapshot.counted.filter(|counted| counted.seq > 0) else {
        return Ok((start, None));
    };
    let last = if counted.bytes <= length {
        line_before(&ledger.file, counted.bytes).map_err(problem)?
    } else if counted.bytes == length + 1 {
        unterminated_end(ledger, length).map_err(problem)?
    } else {
        None
    };
    let bytes = last.unwrap_or_default();
    let line = Line::parse(&bytes, None).ok();
    let Some(line) = line.filter(|line| line.record.seq == counted.seq) else {
        if replaced(ledger, counted.seq, counted.bytes).map_err(problem)? {
            // A reset that was killed after its commit, before it wrote the new count.
            return Ok((start, None));
        }
        let count = files.count.display();
        let (seq, bytes) = (counted.seq, counted.bytes);
        let message = if counted.bytes > length {
            format!(
                "has {length} bytes, but {count} counts {bytes} of them: it is cut short, or belongs to another count"
            )
        } else {
            format!("has no line {seq} that ends at byte {bytes}, where {count} counts it")
        };
        return Err(disagreement(message, &files.ledger, seq));
    };
    known_bad!(DriftBelieved => return Ok((Tally { seq: counted.seq, bytes: counted.bytes, left: snapshot.ticket, sold: counted.sold, sum: line.sum }, None)));
    if line.record.left != snapshot.ticket {
        let message = format!(
            "says {} left, but line {} of {} says {}: somebody changed the count by hand, or sold without the ledger",
            snapshot.ticket,
            counted.seq,
            files.ledger.display(),
            line.record.left
        );
        return Err(disagreement(message, &files.count, 1).hint(DRIFT));
    }
    let start_of_line = counted.bytes - bytes.len() as u64 - 1;
    let fork = fork(ledger, &line, &bytes, start_of_line).map_err(problem)?;
    let tally = Tally {
        seq: counted.seq,
        bytes: counted.bytes,
        left: snapshot.ticket,
        sold: counted.sold,
        sum: line.sum,
    };
    Ok((tally, fork))
}

/// What does not add up between a line and the one before it.
fn fork(
    ledger: &LedgerFile,
    line: &Line<'_>,
    bytes: &[u8],
    start: u64,
) -> std::io::Result<Option<String>> {
    let before = match start {
        0 => Tally::default(),
        start => {
            let before = line_before(&ledger.file, start)?.unwrap_or_default();
            let Ok(before) = Line::parse(&before, None) else {
                return Ok(Some("the line before it is none".to_owned()));
            };
            Tally {
                seq: before.record.seq,
                bytes: start,
                left: before.record.left,
                // No line says how many are sold; here it is enough that a cancellation may follow.
                sold: match line.record.op {
                    Op::Cancel => line.record.quantity.unsigned_abs(),
                    _ => 0,
                },
                sum: before.sum,
            }
        }
    };
    let checked = before
        .after(line, start)
        .and_then(|_| Line::parse(bytes, Some(before.sum)));
    Ok(checked.err())
}

/// The last line of a ledger that does not end in a newline.
fn unterminated_end(ledger: &LedgerFile, length: u64) -> std::io::Result<Option<Vec<u8>>> {
    let from = length.saturating_sub(MAX_LINE as u64);
    let mut stretches = Stretches::new(&ledger.file, from);
    let mut last = None;
    while let Some(stretch) = stretches.next()? {
        last = (!stretch.terminated).then(|| stretch.bytes.to_vec());
    }
    Ok(last)
}

/// Whether the ledger's opening line says that it took the place of one counted up to there.
fn replaced(ledger: &LedgerFile, seq: u64, bytes: u64) -> std::io::Result<bool> {
    Ok(first_line(&ledger.file)?
        .and_then(|line| line.replaces)
        .is_some_and(|replaced| replaced.seq == seq && replaced.bytes == bytes))
}

/// The opening line of a ledger.
#[derive(Debug)]
pub(crate) struct FirstLine {
    /// How many tickets it opened with.
    pub(crate) left: u64,
    /// Its sum: which ledger it is.
    pub(crate) sum: Sum,
    /// The ledger that it took the place of.
    pub(crate) replaces: Option<Replaced>,
}

/// The opening line, if it is sound.
fn first_line(ledger: &File) -> std::io::Result<Option<FirstLine>> {
    let mut stretches = Stretches::new(ledger, 0);
    let Some(first) = stretches.next()? else {
        return Ok(None);
    };
    Ok(Line::parse(first.bytes, Some(Tally::default().sum))
        .ok()
        .filter(|line| line.record.op == Op::Open)
        .map(|line| FirstLine {
            left: line.record.left,
            sum: line.sum,
            replaces: line.record.replaces,
        }))
}

impl LedgerFile {
    fn length(&self) -> Option<u64> {
        let own = Attributes::of_handle(&self.file).ok();
        own.map(|own| own.length)
    }

    /// Whether the name means this file now.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        matches!(FileId::of_name(path), Ok(Some(id)) if id == self.id)
    }

    /// The opening line, if it is sound.
    pub(crate) fn first_line(&self, files: &EventFiles) -> Result<Option<FirstLine>> {
        first_line(&self.file).map_err(|e| Error::io("read", &files.ledger, e))
    }
}

fn one_more(tally: &Tally, stretch: &Stretch<'_>) -> std::result::Result<Tally, String> {
    let line = Line::parse(stretch.bytes, Some(tally.sum))?;
    tally.after(&line, stretch.end)
}

/// A count that is not tied to the ledger must be the stock that the ledger opens with.
fn check_stock(snapshot: &Snapshot, tally: &Tally, counted: u64, files: &EventFiles) -> Result<()> {
    let tied = snapshot.counted.is_some_and(|counted| counted.seq > 0);
    if counted > 0 || tied || tally.seq != 1 || tally.left == snapshot.ticket {
        return Ok(());
    }
    let message = format!(
        "says {} left and counts no sale, but {} opens with {}: somebody changed the count by hand",
        snapshot.ticket,
        files.ledger.display(),
        tally.left
    );
    Err(disagreement(message, &files.count, 1).hint(DRIFT))
}

/// What to do about a count that was changed by hand.
const DRIFT: &str = "the ledger is the truth: 'tickets audit --repair' writes the count anew from it, \
                     and 'tickets adjust +N --reason TEXT' changes the stock";

/// What the first stretch that does not add up is: the torn end of the ledger, or a break in it.
///
/// A crash leaves bytes that are no line, and nothing after them; a power cut leaves holes too. Where a
/// whole line follows anything else, or stands there itself, something else happened.
fn rest(
    tally: &Tally,
    (start, whole): (u64, bool),
    (ledger, stretches): (&LedgerFile, &mut Stretches<'_>),
    why: String,
) -> std::io::Result<Rest> {
    let line = tally.seq + 1;
    let broken = Rest::Broken { line, why };
    if whole {
        return Ok(broken);
    }
    // Mostly padding, in which a line by line search would take its time.
    if is_blank(&ledger.file, stretches.at(), u64::MAX)? {
        return Ok(Rest::Torn { from: start });
    }
    while let Some(stretch) = stretches.next()? {
        if is_whole(&stretch) {
            known_bad!(HoleRefused => return Ok(broken));
            // A power cut, or something else.
            let hole = begins_with_a_hole(&ledger.file, tally)?;
            return Ok(if hole {
                Rest::Torn { from: start }
            } else {
                broken
            });
        }
    }
    Ok(Rest::Torn { from: start })
}

fn is_whole(stretch: &Stretch<'_>) -> bool {
    Line::parse(stretch.bytes, None).is_ok()
}

pub(crate) fn broken(files: &EventFiles, line: u64, why: &str) -> Error {
    disagreement(
        format!(
            "this line does not add up: {why}. A race without a lock leaves such lines, and so does a damaged file"
        ),
        &files.ledger,
        line,
    )
}

fn disagreement(message: String, file: &Path, line: u64) -> Error {
    Error::new(Kind::Integrity, message)
        .at(file, line, 0)
        .hint("nothing was sold; 'tickets audit' says more, 'tickets reset' starts afresh and puts the old ledger away, or put the right file back")
}

/// Opens the ledger; `None` when there is none.
pub(crate) fn open_ledger(files: &EventFiles, access: Access<'_>) -> Result<Option<LedgerFile>> {
    match try_open_regular(&files.ledger, access)? {
        None => Ok(None),
        Some((file, own)) => Ok(Some(LedgerFile { id: own.id, file })),
    }
}
