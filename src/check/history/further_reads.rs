//! Reads beside those that operations acted by: each is of a version on the chain, and saw what that holds.

use std::collections::{HashMap, HashSet};

use super::chain::Chain;
use super::findings::Findings;
use super::reads::FirstReaders;
use super::sums::Sums;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, FurtherRead, Operation, UNSAID};

/// Checks them, and counts what could not be judged.
pub(super) fn check(
    evidence: &Evidence,
    chain: &Chain,
    sums: &Sums<'_>,
    readers: &mut FirstReaders,
    findings: &mut Findings<'_>,
) {
    if evidence.further_reads.is_empty() {
        return;
    }
    let (meant, cut_behind) = (meant(evidence), evidence.cut_behind());
    let mut unjudged = 0;
    // What each version's checksum is by what was read, where the ledger does not tell.
    let mut sum_of = sums_read(evidence);
    // An operation may read one version as often as it likes.
    let mut told: HashSet<(u32, Anomaly, u64)> = HashSet::new();
    let mut add = |kind: Anomaly, read: &FurtherRead| {
        if told.insert((read.operation, kind, read.version)) {
            findings.add(kind, &[read.operation], read.version);
        }
    };
    for read in &evidence.further_reads {
        if chain.left(read.version).is_none() {
            let is_nobodys = read.version < evidence.first || !meant.contains(&read.version);
            let is_cut = evidence.ledger.is_some() && read.version > cut_behind;
            if is_nobodys && !is_cut && !chain.is_open(read.version) {
                add(Anomaly::DirtyRead, read);
            } else {
                unjudged += 1;
            }
            continue;
        }
        readers.read(evidence, read.version, read.operation);
        let is_other =
            read.seen != UNSAID && !chain.may_leave(read.version, read.seen.cast_signed());
        let differs = read.sum.map(|sum| sums.are_other(read.version, sum));
        if is_other || differs == Some(Some(true)) {
            if !is_told(evidence, chain, read) {
                add(Anomaly::TornRead, read);
            }
        } else if differs == Some(None)
            && let Some(sum) = read.sum
        {
            let is_unlike = *sum_of.entry(read.version).or_insert(sum) != sum;
            unjudged += u64::from(is_unlike);
        }
    }
    findings.verdict.unjudged_reads = unjudged;
}

/// The checksums that the final count and those reads tell that operations acted by, the first of each version.
fn sums_read(evidence: &Evidence) -> HashMap<u64, u64> {
    let last = evidence.last.zip(evidence.last_sum);
    let last = last.map(|(last, sum)| (last.seq, sum));
    let reads = evidence.sums.iter();
    let reads = reads.filter_map(|(at, sum)| Some((evidence.operation(*at)?.read, *sum)));
    let mut all = HashMap::new();
    for (version, sum) in last.into_iter().chain(reads) {
        all.entry(version).or_insert(sum);
    }
    all
}

/// The versions that somebody meant to write, or that the ledger has.
fn meant(evidence: &Evidence) -> HashSet<u64> {
    let wrote = evidence.operations.iter().map(|did| did.write);
    let earlier = evidence.earlier_intents.iter().map(|intent| intent.write);
    let lines = evidence.ledger.iter().flatten().map(|line| line.seq);
    wrote.chain(earlier).chain(lines).collect()
}

/// Whether the same is found of the read that its operation acted by.
fn is_told(evidence: &Evidence, chain: &Chain, read: &FurtherRead) -> bool {
    let did = evidence.operation(read.operation);
    let holds =
        |did: &Operation| did.seen == UNSAID || chain.may_leave(did.read, did.seen.cast_signed());
    did.is_some_and(|did| did.read == read.version && !holds(did))
}
