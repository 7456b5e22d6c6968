//! Steps: who goes on, or is killed, from the first to the last. Pure.

use std::fmt;
use std::str::FromStr;

/// The most buyers of a schedule: each is a process, for each processor.
pub const MAX_BUYERS: usize = 64;

/// One step of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabStep {
    /// This buyer, from 0, makes its next step.
    Go(usize),
    /// This one is killed before it.
    Kill(usize),
}

impl LabStep {
    /// Who.
    #[must_use]
    pub fn buyer(self) -> usize {
        match self {
            Self::Go(buyer) | Self::Kill(buyer) => buyer,
        }
    }
}

impl fmt::Display for LabStep {
    /// The buyer's number, from 1: user-1 makes step `1`, and is killed before it at `1x`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Go(buyer) => write!(f, "{}", buyer + 1),
            Self::Kill(buyer) => write!(f, "{}x", buyer + 1),
        }
    }
}

impl FromStr for LabStep {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, step): (_, fn(usize) -> Self) = match text.strip_suffix('x') {
            Some(number) => (number, Self::Kill),
            None => (text, Self::Go),
        };
        match number.parse() {
            Ok(number @ 1..=MAX_BUYERS) => Ok(step(number - 1)),
            _ => Err(()),
        }
    }
}

/// Who makes each step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct LabSteps(pub Vec<LabStep>);

impl LabSteps {
    /// How often another buyer goes on than the one before.
    #[must_use]
    pub fn switches(&self) -> usize {
        self.0
            .windows(2)
            .filter(|pair| {
                let buyer = |step: Option<&LabStep>| step.map(|step| step.buyer());
                buyer(pair.first()) != buyer(pair.last())
            })
            .count()
    }
}

impl LabSteps {
    /// The same of steps that count buyers from 0. `None`: they are none.
    pub(super) fn from_zero(text: &[&str]) -> Option<Self> {
        let step = |part: &&str| {
            let (number, kills) = match part.strip_suffix('x') {
                Some(number) => (number, true),
                None => (*part, false),
            };
            let buyer = number.parse().ok().filter(|buyer| *buyer < MAX_BUYERS)?;
            Some(if kills {
                LabStep::Kill(buyer)
            } else {
                LabStep::Go(buyer)
            })
        };
        text.iter().map(step).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Display for LabSteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{step}")?;
        }
        Ok(())
    }
}
