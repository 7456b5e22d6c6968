//! Judges a run from its final state: the ledger lines that it appended, and the count that it left behind.
//!
//! Every sale writes the version after the one it read (its `seq`). So two sales with one `seq`
//! read the same version, and the one that wrote last overwrote the other: a lost update. No search
//! over orders is needed.

mod conservation;
mod judge;
mod lost_update;
mod model;

pub use judge::judge;
pub use model::{FinalState, StateFinding, StateVerdict, WrittenLine};

#[cfg(test)]
mod tests;
