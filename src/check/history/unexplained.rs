//! How much of what was read and answered cannot be so, in one way in which those may have written who got no answer.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::verdict::HistoryVerdict;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, Operation, OperationOutcome, UNSAID};

/// So many counts of one version are told apart.
const MOST: usize = 64;

/// What an operation read, with what it was told by that: the operation, and the version.
type Read = (u32, u64);

/// How many of the reads, answers and final counts cannot be so. What was read of a version, and answered by that, is held against
/// what its writers say themselves that they left, and against the sums where they do not say so: who read what a writer says that
/// it wrote read that, whether it adds up or not, and who read what none of them left is not explained by sums that it may have
/// come about by.
pub(super) fn unexplained(evidence: &Evidence, wrote: &[u32], verdict: &HistoryVerdict) -> u64 {
    let words = Words::of(evidence, wrote);
    let reads = words.reads(evidence);
    let told = reads.iter().filter(|(_, is_so)| **is_so == Some(false));
    let mut told: HashSet<Read> = told.map(|(read, _)| *read).collect();
    let mut others = 0;
    for found in &verdict.findings {
        match (found.kind, &found.operations[..], found.version) {
            (
                Anomaly::TornRead | Anomaly::Conservation | Anomaly::FalseSoldOut,
                [at],
                Some(version),
            ) => {
                let read = (*at, version);
                if reads.get(&read) != Some(&Some(true)) {
                    told.insert(read);
                }
            }
            (Anomaly::TornRead, [_, _], _)
            | (Anomaly::StaleRead | Anomaly::DirtyRead, ..)
            | (Anomaly::Gap, _, Some(_)) => others += 1,
            _ => {}
        }
    }
    // As without a ledger: the version is missing, and who read it read what nobody wrote.
    let strange = evidence.operations.iter().map(|did| did.read);
    let strange: Vec<u64> = strange
        .filter(|read| words.is_behind_the_cut(*read))
        .collect();
    let missing: HashSet<u64> = strange.iter().copied().collect();
    let others = others + (strange.len() + missing.len()) as u64;
    let last = evidence.last;
    let last = last.and_then(|last| words.is_so(last.seq, |left| left == last.left));
    // Where it is not known what some writer of it left, it may have left that.
    let is_last_so = last.unwrap_or(true);
    told.len() as u64 + others + u64::from(!is_last_so)
}

/// What the writers of versions of which no ledger tells say that they left.
struct Words {
    /// The version behind which a ledger that was cut may have more lines, where there is one.
    behind: Option<u64>,
    lefts: BTreeMap<u64, Vec<Option<u64>>>,
    /// The checksums that are told of versions: of one that has two, what was left tells not all.
    sums: HashMap<u64, HashSet<u64>>,
}

impl Words {
    fn of(evidence: &Evidence, wrote: &[u32]) -> Self {
        let behind = evidence.cut_behind();
        let mut lefts: BTreeMap<u64, Vec<Option<u64>>> = BTreeMap::new();
        let mut unsaid: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for (at, did) in (0..).zip(&evidence.operations) {
            let has_written = did.has_written() || wrote.binary_search(&at).is_ok();
            if has_written && did.write != UNSAID && did.write > behind {
                let of_version = lefts.entry(did.write).or_default();
                // Where its answer is another than what it saw less what it took, either may be what it wrote.
                let was_told = did.outcome == OperationOutcome::Sold && did.left != UNSAID;
                let was_told = was_told.then_some(did.left);
                let own = did.left_behind().or(was_told);
                if own.is_none() {
                    unsaid
                        .entry(did.write)
                        .or_default()
                        .push(did.quantity.into());
                }
                of_version.extend(own.map(Some));
                of_version.extend(was_told.map(Some));
            }
        }
        // Who does not say what it left took it from one of the counts that were left before: where several are told, from any.
        for (version, quantities) in unsaid {
            let before = match version.checked_sub(1) {
                Some(before) if before == evidence.first => vec![Some(evidence.stock)],
                Some(before) => lefts.get(&before).cloned().unwrap_or_default(),
                None => Vec::new(),
            };
            let own = |quantity: &u64| {
                let left =
                    |before: &Option<u64>| before.map(|before| before.checked_sub(*quantity));
                before.iter().map(left).collect::<Vec<_>>()
            };
            let all: Vec<Option<Option<u64>>> = quantities.iter().flat_map(own).collect();
            let is_known = !all.is_empty() && all.iter().all(Option::is_some);
            // What is more than there was left nothing that can be read.
            let told: BTreeSet<u64> = all.into_iter().flatten().flatten().collect();
            let is_told = is_known && !told.is_empty() && told.len() <= MOST;
            let of_version = lefts.entry(version).or_default();
            of_version.extend((!is_told).then_some(None));
            of_version.extend(told.into_iter().take(MOST).map(Some));
        }
        let mut sums: HashMap<u64, HashSet<u64>> = HashMap::new();
        let read = evidence.sums.iter().filter_map(|(at, sum)| {
            let did = evidence.operation(*at)?;
            Some((did.read, *sum))
        });
        let last = evidence.last.zip(evidence.last_sum);
        for (version, sum) in read.chain(last.map(|(last, sum)| (last.seq, sum))) {
            sums.entry(version).or_default().insert(sum);
        }
        let is_cut = evidence.ledger.is_some() && evidence.last.is_none();
        Self {
            behind: is_cut.then_some(behind),
            lefts,
            sums,
        }
    }

    /// Whether somebody says that it left that; `None` where somebody who wrote that version does not say what it left.
    fn is_so(&self, version: u64, fits: impl Fn(u64) -> bool) -> Option<bool> {
        let lefts = self.lefts.get(&version)?;
        if lefts.iter().flatten().any(|left| fits(*left)) {
            return Some(true);
        }
        lefts.iter().all(Option::is_some).then_some(false)
    }

    /// Of all that was read, with what was told by it, whether it is so; `None` where that is not known.
    fn reads(&self, evidence: &Evidence) -> HashMap<Read, Option<bool>> {
        let mut reads = HashMap::new();
        let mut add = |read: Read, is_so: Option<bool>| {
            let is_so = is_so.filter(|is_so| !is_so || self.is_one_sum(read.1));
            let before = reads.entry(read).or_insert(is_so);
            *before = match (*before, is_so) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        };
        for (at, did) in (0..).zip(&evidence.operations) {
            let is_turned_away = did.outcome == OperationOutcome::SoldOut;
            if is_turned_away || did.seen != UNSAID || did.left != UNSAID {
                let is_so = self.is_so(did.read, |left| {
                    let saw = did.seen == UNSAID || did.seen == left;
                    let was_told = did.left == UNSAID || told(did) == Some(left);
                    saw && was_told && !(is_turned_away && left >= u64::from(did.quantity))
                });
                add((at, did.read), is_so);
            }
        }
        for read in evidence.further_reads.iter().filter(|it| it.seen != UNSAID) {
            let is_so = self.is_so(read.version, |left| left == read.seen);
            add((read.operation, read.version), is_so);
        }
        reads
    }

    /// Whether nobody of the run wrote a version of which a line may have been cut off: somebody else may have, which is less likely
    /// than that one of the run did who may have.
    fn is_behind_the_cut(&self, version: u64) -> bool {
        let is_behind = self.behind.is_some_and(|behind| version > behind);
        is_behind && version != UNSAID && !self.lefts.contains_key(&version)
    }

    fn is_one_sum(&self, version: u64) -> bool {
        self.sums.get(&version).is_none_or(|sums| sums.len() < 2)
    }
}

/// How many were left before an operation, as it was told.
fn told(did: &Operation) -> Option<u64> {
    let sold = match did.outcome {
        OperationOutcome::Sold => did.quantity,
        _ => 0,
    };
    did.left.checked_add(u64::from(sold))
}
