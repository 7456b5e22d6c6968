//! The judgement of a run of a scenario. Pure.

mod answers;
mod expected;
mod judge;
mod ledger_lines;

pub(super) use judge::judge;

#[cfg(test)]
mod tests;
