//! The proof of a finding: accepted or refused by nothing but the operations that it names and plain sums.
//!
//! Knows evidence; knows nothing of [`super::judge`], but its words: it keeps no chain, goes through all of the evidence
//! again for every finding, and so is slow. A finding that it refuses is a fault of this program.

mod accept;
mod case;
mod further_reads;
mod leases;
mod sales;
mod seen;
mod shown;
mod versions;

pub use accept::accept;
