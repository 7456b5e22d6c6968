//! Judgement of a history: of a run as its evidence tells it, in time linear in its length.
//!
//! Knows evidence; knows nothing of files, and of how a finding is proven or drawn.
//!
//! Every sale writes the version after the one that it read, so the order of the versions is forced, and
//! no search over orders is needed:
//!
//! 1. the chain: one writer a version, no version missing, and the counts add up along it;
//! 2. every read is of a version on the chain, and saw what that version holds;
//! 3. the order of the versions agrees with time: nobody acts on an older version after a newer one was
//!    answered;
//! 4. the lock, judged apart.
//!
//! Complete: 1 and 2 are necessary. Given them, any legal order keeps the order of the versions; that and
//! the order in time contradict one another exactly when somebody who began after an operation had ended
//! stands before it, which 3 finds.

mod chain;
mod clashing;
mod findings;
mod forks;
mod further_reads;
mod groups;
mod judge;
mod judge_once;
mod ledger_claims;
mod lock;
mod newer;
mod order;
mod phrases;
mod placing;
mod possibilities;
mod possible_forks;
mod possible_lefts;
mod reads;
mod replay;
mod seen_versions;
mod sold;
mod sums;
mod undecided;
mod unexplained;
mod unsure_fates;
mod verdict;
mod whatever_was_written;
mod words;
mod words_of_broken_locks;
mod words_of_deadlocks;
mod words_of_reads;
mod words_of_records;
mod words_of_sales;
mod words_of_versions;

pub(crate) use clashing::clashing;
pub(crate) use groups::is_grouped;
pub use groups::{OverwrittenVersion, overwritten};
pub use judge::judge;
pub use possibilities::settle;
pub(crate) use possibilities::settled;
pub(crate) use sold::too_many;
pub(crate) use unsure_fates::UnsureFates;
pub use verdict::{AnomalyCount, HistoryFinding, HistoryVerdict, MAX_TOLD};
pub use words::sentence;
pub(crate) use words_of_deadlocks::deadlock_over;
pub(crate) use words_of_versions::is_of_the_future;

#[cfg(test)]
mod may_have_written_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unanswered_tests;
