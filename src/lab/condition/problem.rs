//! What is wrong with a condition.

use std::fmt;

use super::facts::Fact;
use crate::error::{Error, Kind};

/// What is wrong with a condition, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The column in characters, from 1; one behind the last where something is missing.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "column {} of the condition: {}",
            self.column, self.message
        )
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::new(Kind::Usage, problem.to_string()).hint(problem.hint)
    }
}

pub(super) fn problem(
    column: usize,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Problem {
    Problem {
        column,
        message: message.into(),
        hint: hint.into(),
    }
}

/// The names that a condition may have.
pub(super) fn names() -> String {
    Fact::ALL.map(Fact::name).join(", ")
}

/// A word of somebody else's, as long as it need be.
pub(super) fn brief(word: &str) -> String {
    if word.chars().count() <= 30 {
        return format!("{word:?}");
    }
    let head: String = word.chars().take(29).collect();
    format!("{:?}", head + "…")
}
