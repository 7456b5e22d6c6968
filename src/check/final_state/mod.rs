//! Judgement of a final state: the ledger lines that a run appended, and the count that it left behind.
//!
//! Knows lines and sums; knows nothing of times, evidence and files.
//!
//! Every sale writes the version after the one it read (its `seq`). So two sales with one `seq`
//! read the same version, and the one that wrote last overwrote the other: a lost update. No search
//! over orders is needed.

mod conservation;
mod judge;
mod lost_update;
mod model;
mod written_upon;

pub use judge::judge;
pub use model::{FinalState, LastSale, StateFinding, StateVerdict, WrittenLine};

#[cfg(test)]
mod tests;
