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
    /// This one makes its next step, which is to read its clock, and that is past the time in question.
    Late(usize),
    /// The lease of the lock that this one holds ends, and it does not know.
    LeaseEnd(usize),
}

impl LabStep {
    /// Who.
    #[must_use]
    pub fn buyer(self) -> usize {
        match self {
            Self::Go(buyer) | Self::Kill(buyer) | Self::Late(buyer) | Self::LeaseEnd(buyer) => {
                buyer
            }
        }
    }
}

impl fmt::Display for LabStep {
    /// The buyer's number, from 1: user-1 makes step `1`, is killed before it at `1x`, its clock is late at `1t`, and its
    /// lease ends before it at `1e`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Go(buyer) => write!(f, "{}", buyer + 1),
            Self::Kill(buyer) => write!(f, "{}x", buyer + 1),
            Self::Late(buyer) => write!(f, "{}t", buyer + 1),
            Self::LeaseEnd(buyer) => write!(f, "{}e", buyer + 1),
        }
    }
}

impl FromStr for LabStep {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, step) = parts(text);
        match number.parse() {
            Ok(number @ 1..=MAX_BUYERS) => Ok(step(number - 1)),
            _ => Err(()),
        }
    }
}

/// A step of the buyer of this index.
type StepOf = fn(usize) -> LabStep;

/// The number of a step as it is written, and which step the letter behind it makes of that.
fn parts(text: &str) -> (&str, StepOf) {
    let steps: [(char, StepOf); 3] = [
        ('x', LabStep::Kill),
        ('t', LabStep::Late),
        ('e', LabStep::LeaseEnd),
    ];
    let mut steps = steps.into_iter();
    let found = steps.find_map(|(letter, step)| Some((text.strip_suffix(letter)?, step)));
    found.unwrap_or((text, LabStep::Go))
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
            let (number, step) = parts(part);
            let buyer = number.parse().ok().filter(|buyer| *buyer < MAX_BUYERS)?;
            Some(step(buyer))
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
