//! A condition on a run, as `oversold && switches <= 2`: parsed, and asked of the facts of a run.
//!
//! Knows facts of a run; knows nothing of schedules and processes.
//!
//! ```text
//! condition  = all { "||" all }
//! all        = not { "&&" not }
//! not        = "!" not | "(" condition ")" | comparison
//! comparison = number | number ("==" | "!=" | "<" | "<=" | ">" | ">=") number
//! number     = digits | the name of a fact
//! ```
//!
//! A number alone holds if it is not 0. A fact that a run does not have ([`Fact::Left`] where `tickets.json`
//! cannot be read) makes every comparison with it false, but for `!=`, which is true.

mod expression;
mod facts;
mod parse;
mod problem;

pub use expression::{Condition, Number, Relation};
pub use facts::{Fact, Facts};
pub use parse::LONGEST;
pub use problem::Problem;

#[cfg(test)]
mod tests;
