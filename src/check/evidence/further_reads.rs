//! What an operation read beside the read that it acts by: before that, as who compares and swaps until it succeeds does, or
//! after it had written.

use super::cut::is_untold;
use super::model::{CommittedLine, Evidence};
use super::open_operations::OpenOperations;
use super::operation::{NONE, UNSAID};

/// A read of an operation that it did not act by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FurtherRead {
    /// The operation's index.
    pub operation: u32,
    /// The version that it read.
    pub version: u64,
    /// When it had read it, ns.
    pub read_at: u64,
    /// How many it saw left, or [`UNSAID`].
    pub seen: u64,
    /// The checksum of what it read.
    pub sum: Option<u64>,
    /// Whether it had written before. Else it read again before it did.
    pub is_after: bool,
}

/// A version that an operation read or wrote, and when that was done, ns, or [`UNSAID`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) version: u64,
    pub(crate) at: u64,
    /// How many it saw left, or [`UNSAID`].
    pub(crate) seen: u64,
    pub(crate) is_write: bool,
}

impl Evidence {
    /// What an operation read beside what it acted by, in that order.
    pub fn further_reads_of(&self, operation: u32) -> impl Iterator<Item = &FurtherRead> + Clone {
        let from = self
            .further_reads
            .partition_point(|read| read.operation < operation);
        let own = self.further_reads.iter().skip(from);
        own.take_while(move |read| read.operation == operation)
    }

    /// Until when an operation read what made no sense, ns, as often as it says so.
    pub fn torn_reads_of(&self, operation: u32) -> impl Iterator<Item = u64> + Clone {
        let from = self.torn_reads.partition_point(|read| read.0 < operation);
        let own = self.torn_reads.iter().skip(from);
        let own = own.take_while(move |read| read.0 == operation);
        own.map(|read| read.1)
    }

    /// All that an operation read, and what it wrote as far as it says so, one after the other.
    pub(crate) fn touched(&self, operation: u32) -> Vec<Touched> {
        let Some(did) = self.operation(operation) else {
            return Vec::new();
        };
        let further = |is_after: bool| {
            let reads = self.further_reads_of(operation);
            let reads = reads.filter(move |read| read.is_after == is_after);
            reads.map(|read| Touched {
                version: read.version,
                at: read.read_at,
                seen: read.seen,
                is_write: false,
            })
        };
        let read = Touched {
            version: did.read,
            at: did.read_at,
            seen: did.seen,
            is_write: false,
        };
        let lines = self.ledger.as_deref();
        let is_on = |lines: &[CommittedLine]| lines.iter().any(|line| line.is_of(did));
        let is_there = is_untold(did, self.cut_behind()) || lines.is_some_and(is_on);
        let wrote = did.wrote != UNSAID && !did.is_denied() && is_there;
        let wrote = wrote.then_some(Touched {
            version: did.write,
            at: did.wrote,
            seen: UNSAID,
            is_write: true,
        });
        let all = further(false).chain([read]).chain(wrote);
        let all = all.chain(further(true));
        all.filter(|one| one.version != UNSAID).collect()
    }
}

/// What was read of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadCount {
    version: u64,
    seen: u64,
    sum: Option<u64>,
    at: u64,
    /// How many steps of its operation stand before it with the same stamp.
    nth: u8,
}

impl ReadCount {
    pub(super) fn new(
        version: u64,
        left: Option<u64>,
        sum: Option<u64>,
        (at, nth): (u64, u8),
    ) -> Self {
        Self {
            nth,
            version,
            seen: left.unwrap_or(UNSAID),
            sum,
            at,
        }
    }

    fn further(self, operation: u32, is_after: bool) -> FurtherRead {
        FurtherRead {
            operation,
            version: self.version,
            read_at: self.at,
            seen: self.seen,
            sum: self.sum,
            is_after,
        }
    }
}

/// Takes a read: it is what its operation acts by from now on, unless that has written already. Whether a read after `intend` looks
/// whether the write was done, or is what the next `intend` goes by, is known by what comes behind it: until then it waits.
pub(super) fn take_read(
    evidence: &mut Evidence,
    open: &mut OpenOperations,
    index: u32,
    read: ReadCount,
) {
    let Some(did) = evidence.operations.get(index as usize) else {
        return;
    };
    if did.wrote != UNSAID {
        evidence.further_reads.push(read.further(index, true));
    } else if did.intend != UNSAID {
        open.wait(index, read);
    } else {
        act_by(evidence, open, index, read);
    }
}

/// The reads since the last `intend` were made to go on by: the last of them is what the operation acts by from now on.
pub(super) fn go_on_by(evidence: &mut Evidence, open: &mut OpenOperations, index: u32) {
    for read in open.waiting(index) {
        act_by(evidence, open, index, read);
    }
}

/// The reads since the last `intend` looked whether its write was done. Where that says when it was, who looked was before it as
/// long as it saw an older version; who saw one that lies between what was read and what was written looked at somebody else's, and
/// has no place in that order.
pub(super) fn looked(evidence: &mut Evidence, open: &mut OpenOperations, index: u32) {
    let Some(did) = evidence.operations.get(index as usize) else {
        return;
    };
    for read in open.waiting(index) {
        let is_after = did.wrote == UNSAID || read.version >= did.write;
        if is_after || read.version <= did.read {
            let read = read.further(index, is_after);
            evidence.further_reads.push(read);
        }
    }
}

/// As [`looked`], of all operations that are not over.
pub(super) fn all_looked(evidence: &mut Evidence, mut open: OpenOperations) {
    for operation in open.that_wait() {
        looked(evidence, &mut open, operation);
    }
}

fn act_by(evidence: &mut Evidence, open: &mut OpenOperations, index: u32, read: ReadCount) {
    let Some(did) = evidence.operations.get_mut(index as usize) else {
        return;
    };
    let at = (did.read_at, did.order.0[0]);
    let mut before = ReadCount::new(did.read, Some(did.seen), None, at);
    (did.read, did.read_at, did.seen) = (read.version, read.at, read.seen);
    did.order.0[0] = read.nth;
    before.sum = replace_sum(evidence, open, index, read.sum);
    if before.version != UNSAID {
        evidence.further_reads.push(before.further(index, false));
    }
}

/// The checksum of what an operation read, if it says one, in place of that of an earlier read, which is given.
fn replace_sum(
    evidence: &mut Evidence,
    open: &mut OpenOperations,
    index: u32,
    sum: Option<u64>,
) -> Option<u64> {
    let place = sum.map(|_| evidence.sums.len());
    let before = open.read_sum(index, place);
    let before = before.and_then(|place| evidence.sums.get_mut(place));
    let before = before.map(|before| {
        before.0 = NONE;
        before.1
    });
    evidence.sums.extend(sum.map(|sum| (index, sum)));
    before
}
