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
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Go(buyer) => write!(f, "{buyer}"),
            Self::Kill(buyer) => write!(f, "{buyer}x"),
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
            Ok(buyer) if buyer < MAX_BUYERS => Ok(step(buyer)),
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
