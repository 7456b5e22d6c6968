//! A condition: what is compared, and how that is put together.

use std::fmt;

use super::facts::{Fact, Facts};

/// A condition on a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// One of them holds; there are two at least.
    Any(Vec<Condition>),
    /// All of them hold; there are two at least.
    All(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// Two numbers compare so.
    Compare(Number, Relation, Number),
    /// A number is not 0.
    Holds(Number),
}

/// A number in a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// As it was given.
    Given(u64),
    /// What the run says.
    Of(Fact),
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

impl Condition {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self, facts: &Facts) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(facts)),
            Self::All(parts) => parts.iter().all(|part| part.holds(facts)),
            Self::Not(part) => !part.holds(facts),
            Self::Holds(number) => number.value(facts).is_some_and(|value| value != 0),
            Self::Compare(left, relation, right) => match (left.value(facts), right.value(facts)) {
                (Some(left), Some(right)) => relation.holds(left, right),
                _ => *relation == Relation::Unequal,
            },
        }
    }

    /// Whether a number of the run is asked for.
    #[must_use]
    pub fn asks_for(&self, fact: Fact) -> bool {
        let is_it = |number: &Number| *number == Number::Of(fact);
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().any(|part| part.asks_for(fact)),
            Self::Not(part) => part.asks_for(fact),
            Self::Holds(number) => is_it(number),
            Self::Compare(left, _, right) => is_it(left) || is_it(right),
        }
    }

    /// The largest number that is given in it.
    #[must_use]
    pub fn largest(&self) -> u64 {
        let given = |number: &Number| match number {
            Number::Given(number) => *number,
            Number::Of(_) => 0,
        };
        match self {
            Self::Any(parts) | Self::All(parts) => {
                parts.iter().map(Self::largest).max().unwrap_or(0)
            }
            Self::Not(part) => part.largest(),
            Self::Holds(number) => given(number),
            Self::Compare(left, _, right) => given(left).max(given(right)),
        }
    }
}

impl Number {
    fn value(self, facts: &Facts) -> Option<u64> {
        match self {
            Self::Given(number) => Some(number),
            Self::Of(fact) => facts.get(fact),
        }
    }
}

impl Relation {
    pub(super) const ALL: [Self; 6] = [
        Self::Equal,
        Self::Unequal,
        Self::AtMost,
        Self::AtLeast,
        Self::Below,
        Self::Above,
    ];

    fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Unequal => left != right,
            Self::Below => left < right,
            Self::AtMost => left <= right,
            Self::Above => left > right,
            Self::AtLeast => left >= right,
        }
    }

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, sign) = match self {
            Self::Any(parts) => (parts, "||"),
            Self::All(parts) => (parts, "&&"),
            Self::Not(part) => {
                return match **part {
                    Self::Not(_) | Self::Holds(_) => write!(f, "!{part}"),
                    _ => write!(f, "!({part})"),
                };
            }
            Self::Compare(left, relation, right) => {
                return write!(f, "{left} {} {right}", relation.sign());
            }
            Self::Holds(number) => return write!(f, "{number}"),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                write!(f, " {sign} ")?;
            }
            match part {
                Self::Any(_) | Self::All(_) => write!(f, "({part})")?,
                _ => write!(f, "{part}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(number) => write!(f, "{number}"),
            Self::Of(fact) => f.write_str(fact.name()),
        }
    }
}
