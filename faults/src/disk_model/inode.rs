//! A file of the model: what is durable of it, and what may be.

use std::collections::BTreeSet;

/// A change of a file's contents; `direct`: past the page cache.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Write {
        at: usize,
        bytes: Vec<u8>,
        direct: bool,
    },
    Truncate(usize),
}

/// Whether a change is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Perhaps: until it is synced.
    Pending,
    /// Perhaps, and no sync will change that: one failed, and the kernel takes it for written since.
    Doubtful,
    /// It is.
    Durable,
}

/// A file: what is durable of it, and what has been done since.
#[derive(Debug, Clone, Default)]
pub(super) struct Inode {
    base: Vec<u8>,
    changes: Vec<(usize, Change, Fate)>,
    length: usize,
    /// The blocks that hold something durable.
    written: BTreeSet<usize>,
    /// Those whose first write-back failed.
    unwritten: BTreeSet<usize>,
}

/// What a disk writes in one piece.
const SECTOR: usize = 512;

/// A file grows page by page, and a block is as long.
pub(super) const PAGE: usize = 4096;

/// The blocks of these bytes.
fn blocks(from: usize, to: usize) -> std::ops::Range<usize> {
    from / PAGE..to.div_ceil(PAGE)
}

impl Inode {
    /// One that holds this, durably.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self {
            base: bytes.to_vec(),
            length: bytes.len(),
            written: blocks(0, bytes.len()).collect(),
            ..Self::default()
        }
    }

    /// How long it is to whoever looks.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Changes it; `now`: how many events have been.
    pub(super) fn change(&mut self, now: usize, change: Change) {
        self.length = match &change {
            Change::Write { at, bytes, .. } => self.length.max(at + bytes.len()),
            Change::Truncate(length) => {
                let kept = length.div_ceil(PAGE);
                self.unwritten.retain(|block| *block < kept);
                *length
            }
        };
        self.changes.push((now, change, Fate::Pending));
    }

    /// Syncs what had been done to it before that event; `done`: whether that did not fail.
    pub(super) fn sync(&mut self, began: usize, done: bool) {
        for (at, change, is) in &mut self.changes {
            if *at >= began || *is != Fate::Pending {
                continue;
            }
            *is = match change {
                Change::Write { at, bytes, direct } => {
                    let touched = blocks(*at, *at + bytes.len());
                    let (written, unwritten) = (&mut self.written, &mut self.unwritten);
                    if !done {
                        unwritten.extend(touched.filter(|block| !written.contains(block)));
                        Fate::Doubtful
                    } else if *direct {
                        unwritten.retain(|block| !touched.contains(block));
                        written.extend(touched);
                        Fate::Durable
                    } else if touched.clone().any(|block| unwritten.contains(&block)) {
                        Fate::Doubtful
                    } else {
                        written.extend(touched);
                        Fate::Durable
                    }
                }
                Change::Truncate(_) if done => Fate::Durable,
                Change::Truncate(_) => Fate::Doubtful,
            };
        }
        let durable = |(_, _, fate): &(usize, Change, Fate)| *fate == Fate::Durable;
        let settled = self
            .changes
            .iter()
            .take_while(|change| durable(change))
            .count();
        for (_, change, _) in self.changes.drain(..settled) {
            change.apply(&mut self.base);
        }
    }

    /// All that may be in it.
    pub(super) fn states(&self) -> Vec<Vec<u8>> {
        let mut states = BTreeSet::from([self.base.clone()]);
        for (_, change, fate) in &self.changes {
            if *fate == Fate::Durable {
                states = std::mem::take(&mut states)
                    .into_iter()
                    .map(|bytes| change.on(bytes))
                    .collect();
            } else {
                let parts = states.iter().flat_map(|bytes| change.parts(bytes));
                let parts = parts.collect::<Vec<_>>();
                states.extend(parts);
            }
        }
        states.into_iter().collect()
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes, .. } => write(file, *at, bytes),
            Self::Truncate(length) => file.resize(*length, 0),
        }
    }

    /// A file's contents after this.
    fn on(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        self.apply(&mut bytes);
        bytes
    }

    /// What may be in a file after some of this.
    fn parts(&self, before: &[u8]) -> Vec<Vec<u8>> {
        let mut parts = vec![self.on(before.to_vec())];
        if let Self::Write { at, bytes, .. } = self {
            let end = at + bytes.len();
            // What stands there where nothing of the write does.
            let mut blank = before.to_vec();
            blank.resize(before.len().max(end), 0);
            if end > before.len() {
                parts.push(blank.clone());
            }
            let ends = (at + 1..end).filter(|end| end % SECTOR == 0);
            for middle in ends.filter(|end| end % PAGE == 0 || end - at <= SECTOR) {
                let mut first = blank.clone();
                first[*at..middle].copy_from_slice(&bytes[..middle - at]);
                if middle % PAGE == 0 && middle >= before.len() {
                    parts.push(first[..middle].to_vec());
                }
                let mut second = blank.clone();
                second[middle..end].copy_from_slice(&bytes[middle - at..]);
                parts.extend([first, second]);
            }
        }
        parts
    }
}

fn write(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[at..end].copy_from_slice(bytes);
}
