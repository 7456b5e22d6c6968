//! The verdict of recorded runs, beside a search through all orders; and evidence of any kind.

mod assumed;
mod certain;
mod contradicted;
mod counted;
mod denied;
mod equal_stamps;
mod foreign;
mod forged;
mod further_reads;
mod histories;
mod hostile;
mod in_between;
mod last;
mod left_out;
mod lessons;
mod lock_runs;
mod lock_shares;
mod lock_wishes;
mod locks;
mod named;
mod orders;
mod other_locks;
mod racing;
mod read_again;
mod retries;
mod seldom;
mod since;
mod sums;
mod tried_again;
mod unjudged;
mod unsaid;
mod upgrades;
mod waits;

/// Evidence of every kind, for the fuzzers.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let bad = named::anomalies();
    let bad = bad.into_iter().map(|(_, text, _)| text.into_bytes());
    let nonsense = hostile::nonsense();
    let nonsense = nonsense.into_iter().map(|(text, _)| text.into_bytes());
    bad.chain(nonsense)
        .chain([hostile::clean().into_bytes()])
        .collect()
}
