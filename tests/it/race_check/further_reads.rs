//! Reads that operations did not act by, for the random histories: for the search each is an operation of its own, which lies
//! between the same times, and before or after what its operation acted by.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use tickets::check::evidence::{Evidence, FurtherRead, Operation, OperationOutcome, UNSAID};

fn read(operation: u32, (version, seen): (u64, u64), is_after: bool) -> FurtherRead {
    FurtherRead {
        operation,
        version,
        // Under no lock.
        read_at: 0,
        seen,
        sum: None,
        is_after,
    }
}

/// Sometimes up to two reads before the one that it acts by: of the count as it is, or as it was.
pub(super) fn add(
    evidence: &mut Evidence,
    operation: u32,
    counts: [(u64, u64); 2],
    random: &mut Xoshiro256PlusPlus,
) {
    if random.random_bool(0.8) {
        return;
    }
    for count in counts {
        if random.random_bool(0.5) {
            let seen = spoilt(count, random);
            evidence.further_reads.push(read(operation, seen, false));
        }
    }
}

/// Sometimes a read behind its write.
pub(super) fn add_after(
    evidence: &mut Evidence,
    operation: u32,
    (did, version, left): (&Operation, u64, u64),
    random: &mut Xoshiro256PlusPlus,
) {
    if did.wrote != UNSAID && random.random_bool(0.1) {
        let seen = spoilt((version, left), random);
        evidence.further_reads.push(read(operation, seen, true));
    }
}

fn spoilt((version, left): (u64, u64), random: &mut Xoshiro256PlusPlus) -> (u64, u64) {
    match random.random_range(0..20) {
        0 => (version + 1, left),
        1 => (version, left + 1),
        2 => (version.saturating_sub(1), left + 1),
        _ => (version, left),
    }
}

pub(super) fn swap(evidence: &mut Evidence, one: u32, other: u32) {
    for read in &mut evidence.further_reads {
        read.operation = match read.operation {
            at if at == one => other,
            at if at == other => one,
            at => at,
        };
    }
}

/// The evidence with each further read as an operation, and which of two comes first.
pub(super) fn expanded(evidence: &Evidence) -> (Evidence, Vec<(usize, usize)>) {
    let mut all = evidence.clone();
    let mut turns = Vec::new();
    let mut last: Option<(u32, usize)> = None;
    for read in &evidence.further_reads {
        let own = read.operation as usize;
        let did = evidence.operations[own];
        let at = all.operations.len();
        let mut one = Operation::new(did.buyer, 0, did.invoke);
        (one.read, one.seen) = (read.version, read.seen);
        if did.over() != UNSAID {
            (one.outcome, one.returned) = (OperationOutcome::Query, did.over());
        }
        all.operations.push(one);
        // One turn each.
        let before = last.filter(|(of, _)| *of == read.operation);
        match (read.is_after, before) {
            (true, _) => turns.push((own, at)),
            (false, _) => turns.push((at, own)),
        }
        if let Some((_, before)) = before {
            turns.push((before, at));
        }
        last = Some((read.operation, at));
    }
    (all, turns)
}
