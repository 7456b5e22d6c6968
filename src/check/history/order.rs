//! The order of the versions agrees with time.

use super::chain::Chain;
use super::findings::Findings;
use super::newer::Newer;
use super::reads::FirstReaders;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, NONE, Operation, UNSAID};
use crate::check::write_order::WriteOrder;

/// So many newer versions are looked at in all for those who read one that several wrote; behind that, so many for each.
const MOST: usize = 1 << 22;
const MOST_EACH: u64 = 64;

/// Everybody who began after a newer version had been answered than it read, each once, in the order in which they began; and
/// whose reads went backwards by themselves. Who read a version that several wrote is held beside each newer one: what it read
/// may have been put back after that, and is the newest count then.
pub(super) fn check(
    evidence: &Evidence,
    chain: &Chain,
    readers: &FirstReaders,
    findings: &mut Findings<'_>,
) {
    let mut walk = Walk {
        evidence,
        chain,
        readers,
        newer: Newer::of(evidence, chain, readers),
        order: None,
        looks: 0,
    };
    for (index, did) in (0..).zip(&evidence.operations) {
        if let Some((early, version)) = walk.stale(index, did) {
            findings.add(Anomaly::StaleRead, &[index, early], version);
        } else if let Some(version) = walk.backwards(index, did) {
            findings.add(Anomaly::StaleRead, &[index], version);
        }
    }
}

/// Where an operation stands among the versions: that it read one, or wrote it.
struct Place {
    version: u64,
    is_write: bool,
    /// The version that it read, and until when.
    read: u64,
    by: u64,
}

struct Walk<'a> {
    evidence: &'a Evidence,
    chain: &'a Chain,
    readers: &'a FirstReaders,
    newer: Newer,
    /// Made where it is asked for.
    order: Option<WriteOrder<'a>>,
    looks: usize,
}

impl Walk<'_> {
    /// Who had been answered with a newer version before this one began, and with which.
    fn stale(&mut self, index: u32, did: &Operation) -> Option<(u32, u64)> {
        let further = self.evidence.further_reads_of(index);
        for read in further {
            let place = Place {
                version: read.version,
                is_write: false,
                read: read.version,
                by: read.read_at,
            };
            let stale = self.stale_at(index, did, &place);
            if stale.is_some() {
                return stale;
            }
        }
        let is_write = self.chain.writer(did.write) == Some(index);
        let place = Place {
            version: if is_write { did.write } else { did.read },
            is_write,
            read: read_of(did),
            by: did.read_by(),
        };
        self.stale_at(index, did, &place)
    }

    fn stale_at(&mut self, index: u32, did: &Operation, place: &Place) -> Option<(u32, u64)> {
        let own = place.version;
        if own == UNSAID || self.chain.left(own).is_none() {
            return None;
        }
        let (early, version) = if place.is_write {
            self.newer.than_written(own)
        } else {
            self.newer.than_read(self.evidence, self.chain, own)
        }?;
        let is_over =
            |at: u32| (self.evidence.operation(at)).is_some_and(|early| early.over() < did.invoke);
        if !is_over(early) {
            return None;
        }
        if !self.chain.forks.contains_key(&place.read) {
            return Some((early, version));
        }
        let from = own + u64::from(!place.is_write);
        for version in from..=self.chain.last() {
            let writer = self.chain.writer(version).filter(|at| *at != index);
            let writer = writer.filter(|at| counts_from(self.evidence, *at));
            let reader = Some(self.readers.of_version(version)).filter(|at| *at != NONE);
            for early in writer.into_iter().chain(reader) {
                if is_over(early) && !self.is_put_back(place, early) {
                    return Some((early, version));
                }
            }
            self.looks += 1;
            if self.looks > MOST && version - from > MOST_EACH {
                break;
            }
        }
        None
    }

    /// Whether an operation itself read or wrote a newer version before it read an older one: which it was.
    fn backwards(&mut self, index: u32, did: &Operation) -> Option<u64> {
        self.evidence.further_reads_of(index).next()?;
        let mut newest = 0;
        for one in self.evidence.touched(index) {
            if self.chain.left(one.version).is_none() {
                continue;
            }
            if !one.is_write && one.version < newest {
                let is_forked = self.chain.forks.contains_key(&one.version);
                let (from, by) = (did.invoke, one.at);
                let order = self
                    .order
                    .get_or_insert_with(|| WriteOrder::of(self.evidence));
                if !(is_forked && order.may_be_put_back_between(one.version, from, by)) {
                    return Some(newest);
                }
            }
            newest = newest.max(one.version);
        }
        None
    }

    /// Whether a version that somebody read may have been written again after `early` had read or written a later one.
    fn is_put_back(&mut self, place: &Place, early: u32) -> bool {
        let evidence = self.evidence;
        let order = self.order.get_or_insert_with(|| WriteOrder::of(evidence));
        order.may_be_put_back(place.read, early, place.by)
    }
}

/// Whether others are held against what an operation wrote: what failed may have come about behind the answer.
pub(super) fn counts_from(evidence: &Evidence, writer: u32) -> bool {
    let did = evidence.operation(writer);
    !did.is_some_and(|did| did.is_denied() && did.wrote >= did.over())
}

/// The version that an operation read, as it says or as what it wrote tells.
fn read_of(did: &Operation) -> u64 {
    match did.read {
        UNSAID => did.write.saturating_sub(1),
        read => read,
    }
}
