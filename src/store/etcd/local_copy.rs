//! A copy of the ledger as a file, for a while: what reads a whole ledger reads that of a cluster as any other.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};

use tempfile::TempDir;

use super::compaction::at_one_revision;
use super::deadline::Deadline;
use super::key_space::{AsOf, ClusterHead, KeySpace};
use super::wire::KeyValue;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Anchor, CountFile, Line, Tally};
use crate::store::audit::{Finding, Flaw};
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};

/// The copy, and what was seen while it was made.
pub(super) struct LocalCopy {
    /// Goes when this does.
    pub(super) directory: TempDir,
    pub(super) files: EventFiles,
    pub(super) ledger: LedgerFile,
    /// Keys that are none of a line, or not of that which stands there.
    pub(super) odd: Vec<Finding>,
    /// What the lines come to, as far as they add up, and what ties a count to them.
    pub(super) tally: Tally,
    pub(super) anchor: Anchor,
    /// The idempotency keys of those lines, with their numbers.
    pub(super) keys: HashMap<Vec<u8>, u64>,
}

/// Sees a line, and says whether it wants the next one.
type SeeLine<'a> = dyn FnMut(KeyValue) -> Result<bool> + 'a;

impl KeySpace {
    /// Copies the ledger in use and its count, as of one revision; with the ledger's generation.
    pub(super) fn current_copy(&self, deadline: Deadline) -> Result<(u64, LocalCopy)> {
        at_one_revision(|| {
            let head = self.head(deadline)?;
            let (generation, count) = (head.anchor.generation, head.count.unanchored());
            let copy = self.copy(generation, head.revision, Some(&count), deadline)?;
            Ok((generation, copy))
        })
    }

    /// Copies a ledger as of this revision. `count` goes beside it.
    pub(super) fn copy(
        &self,
        generation: u64,
        revision: u64,
        count: Option<&CountFile>,
        deadline: Deadline,
    ) -> Result<LocalCopy> {
        let ledger = self.names.ledger(generation);
        self.copy_of(generation, count, &mut |see| {
            self.walk(ledger.clone(), AsOf::Exactly(revision), deadline, see)
        })
    }

    /// The same of the ledger of this head, its lines in the order in which they were written: behind a race there are several
    /// of one number, and the count says where that one ends which it goes by.
    pub(super) fn copy_as_written(
        &self,
        head: &ClusterHead,
        generation: u64,
        deadline: Deadline,
    ) -> Result<LocalCopy> {
        let (ledger, as_of) = (self.names.ledger(generation), AsOf::Exactly(head.revision));
        let mut lines = Vec::new();
        self.walk(ledger, as_of, deadline, &mut |line| {
            lines.push(line);
            Ok(true)
        })?;
        lines.sort_by_key(|line| line.create_revision.0);
        let count = count_by(head, &lines);
        let mut lines = lines.into_iter();
        self.copy_of(generation, Some(&count), &mut |see| {
            lines.try_for_each(|line| see(line).map(drop))
        })
    }

    fn copy_of(
        &self,
        generation: u64,
        count: Option<&CountFile>,
        lines: &mut dyn FnMut(&mut SeeLine<'_>) -> Result<()>,
    ) -> Result<LocalCopy> {
        let problem = |e| Error::io("write a copy of the ledger to", &std::env::temp_dir(), e);
        let directory = tempfile::tempdir().map_err(problem)?;
        let files = EventFiles::at(&directory.path().join(format!("{}.json", self.event())))?;
        let file = File::create(&files.ledger).map_err(problem)?;
        let mut copying = Copying {
            space: self,
            out: BufWriter::new(file),
            odd: Vec::new(),
            adds_up: true,
            tally: Tally::default(),
            anchor: Anchor::of(generation),
            keys: HashMap::new(),
        };
        lines(&mut |found| {
            copying.add(&found).map_err(problem)?;
            Ok(true)
        })?;
        copying.out.flush().map_err(problem)?;
        if let Some(count) = count {
            std::fs::write(&files.count, count.render()).map_err(problem)?;
        }
        let Copying {
            odd,
            tally,
            anchor,
            keys,
            ..
        } = copying;
        let ledger = open_ledger(&files, Access::Read)
            .map_err(|error| self.not_of_the_copy(&files, generation, error))?;
        let ledger =
            ledger.ok_or_else(|| Error::new(Kind::Io, "the copy of the ledger is gone"))?;
        Ok(LocalCopy {
            directory,
            files,
            ledger,
            odd,
            tally,
            anchor,
            keys,
        })
    }

    /// The same error, about the cluster's keys instead of the copy's files.
    pub(super) fn not_of_the_copy(
        &self,
        files: &EventFiles,
        generation: u64,
        error: Error,
    ) -> Error {
        let Some(place) = error.place().cloned() else {
            return error;
        };
        if place.file == files.ledger {
            return error.at(&self.ledger_place(generation), place.line, place.column);
        }
        if place.file == files.count {
            return error.at(&self.told(&self.names.count()), place.line, place.column);
        }
        error
    }

    /// The event's name.
    pub(super) fn event(&self) -> String {
        let place = self.client.place();
        place
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }
}

/// What the count of this head says of these lines as they stand one behind the other.
pub(super) fn count_by(head: &ClusterHead, lines: &[KeyValue]) -> CountFile {
    let mut end = 0;
    let mut ends = lines.iter().map(|line| {
        end += line.value.0.len() as u64;
        (end, line)
    });
    let is_last = |line: &KeyValue| {
        let text = line.value.0.strip_suffix(b"\n").unwrap_or(&line.value.0);
        Line::parse(text, None).is_ok_and(|line| line.sum == head.tally.sum)
    };
    let found = ends.find(|(_, line)| is_last(line));
    let bytes = found.map_or(0, |(end, _)| end);
    let tally = Tally {
        bytes,
        ..head.tally
    };
    head.count.unanchored().counting(&tally)
}

struct Copying<'s> {
    space: &'s KeySpace,
    out: BufWriter<File>,
    odd: Vec<Finding>,
    adds_up: bool,
    tally: Tally,
    anchor: Anchor,
    keys: HashMap<Vec<u8>, u64>,
}

impl Copying<'_> {
    fn add(&mut self, found: &KeyValue) -> std::io::Result<()> {
        let line = found.value.0.strip_suffix(b"\n").unwrap_or(&found.value.0);
        if let Err(why) = self.check_key(found, line) {
            self.odd.push(Finding {
                kind: Flaw::Ledger,
                file: self.space.told(&found.key).display().to_string(),
                line: 0,
                text: why,
                repairable: false,
                hint: None,
            });
        }
        if self.adds_up {
            self.adds_up = self.one_more(line);
        }
        self.out.write_all(line)?;
        self.out.write_all(b"\n")
    }

    /// Whether a key is that of the line which stands there.
    fn check_key(&self, found: &KeyValue, line: &[u8]) -> std::result::Result<(), String> {
        if found.value.0.len() != line.len() + 1 || line.contains(&b'\n') {
            return Err("what stands there is not one line".to_owned());
        }
        let generation = self.anchor.generation;
        let Some((seq, sum)) = self.space.names.number_of(generation, &found.key) else {
            return Err("is the key of no line: another program put it there".to_owned());
        };
        let Ok(parsed) = Line::parse(line, None) else {
            return Err("what stands there is no line of a ledger".to_owned());
        };
        if (parsed.record.seq, parsed.sum.to_string().as_str()) != (seq, sum) {
            return Err(
                "what stands there is another line than its key says: another program changed it"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// Counts a line in, if it adds up with those before it.
    fn one_more(&mut self, line: &[u8]) -> bool {
        let end = self.tally.bytes + line.len() as u64 + 1;
        let Ok(line) = Line::parse(line, Some(self.tally.sum)) else {
            return false;
        };
        let Ok(after) = self.tally.after(&line, end) else {
            return false;
        };
        self.anchor = self.anchor.after(&line.record, &self.tally, &after);
        self.tally = after;
        if let Some(key) = line.record.key.as_deref() {
            self.keys.insert(key.as_bytes().to_vec(), line.record.seq);
        }
        true
    }
}
