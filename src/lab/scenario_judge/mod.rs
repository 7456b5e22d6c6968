//! The judgement of a run of a scenario: what each command answered, and what the lines of the ledger make of it. Pure.
//!
//! Knows answers and ledger lines; knows nothing of processes and files.

mod answers;
mod expected;
mod judge;
mod ledger_lines;

pub(super) use judge::judge;

#[cfg(test)]
mod tests;
