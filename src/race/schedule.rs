//! Schedules: who makes the next step, from the first to the last. Pure.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind};

pub use super::class::Class;

/// The most buyers of a schedule.
pub const MAX_BUYERS: usize = 12;

/// The most steps of a schedule that is read.
const MAX_STEPS: usize = 10_000;

/// One step of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// This buyer, from 0, makes its next step.
    Go(usize),
    /// This one is killed before it.
    Die(usize),
}

impl Grant {
    /// Who.
    #[must_use]
    pub fn buyer(self) -> usize {
        match self {
            Self::Go(buyer) | Self::Die(buyer) => buyer,
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Go(buyer) => write!(f, "{buyer}"),
            Self::Die(buyer) => write!(f, "{buyer}x"),
        }
    }
}

impl FromStr for Grant {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, grant): (_, fn(usize) -> Self) = match text.strip_suffix('x') {
            Some(number) => (number, Self::Die),
            None => (text, Self::Go),
        };
        match number.parse() {
            Ok(buyer) if buyer < MAX_BUYERS => Ok(grant(buyer)),
            _ => Err(()),
        }
    }
}

/// Who makes each step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Grants(pub Vec<Grant>);

impl Grants {
    /// How often another buyer goes on than the one before.
    #[must_use]
    pub fn switches(&self) -> usize {
        self.0
            .windows(2)
            .filter(|pair| {
                let buyer = |grant: Option<&Grant>| grant.map(|grant| grant.buyer());
                buyer(pair.first()) != buyer(pair.last())
            })
            .count()
    }
}

impl fmt::Display for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, grant) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{grant}")?;
        }
        Ok(())
    }
}

/// A schedule as it is given: by its grants, or by its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Who makes each step.
    Grants(Grants),
    /// A class of the buyers without a lock who all sell.
    Class(Class),
}

impl FromStr for Schedule {
    type Err = Error;

    /// `0 1 1 0`, or `3!:4`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || {
            Error::new(Kind::Usage, format!("{text:?} is no schedule"))
                .hint("give who makes each step, as in '0 1 1 0', or a class, as in 3!:4")
        };
        if let Some((buyers, number)) = text.split_once("!:") {
            let buyers = buyers.trim().parse().map_err(|_| bad())?;
            let number = number.trim().parse().map_err(|_| bad())?;
            return Class::numbered(buyers, number)
                .map(Self::Class)
                .ok_or_else(bad);
        }
        let grants: Result<Vec<Grant>, ()> = text
            .split([' ', ','])
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect();
        let grants = grants.map_err(|()| bad())?;
        if grants.is_empty() || grants.len() > MAX_STEPS {
            return Err(bad());
        }
        Ok(Self::Grants(Grants(grants)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in ["", "x", "3!:6", "0!:0", "99", "1 -1", "3!:", "13!:1"] {
            assert!(text.parse::<Schedule>().is_err(), "{text}");
        }
        let killed = "0 1x 0".parse::<Schedule>().unwrap();
        let grants = Grants(vec![Grant::Go(0), Grant::Die(1), Grant::Go(0)]);
        assert_eq!(grants.to_string(), "0 1x 0");
        assert_eq!(killed, Schedule::Grants(grants));
        let schedule = "0 1,1 0".parse::<Schedule>().unwrap();
        assert_eq!(
            schedule,
            Schedule::Grants(Grants([0, 1, 1, 0].map(Grant::Go).to_vec()))
        );
        assert_eq!(
            Grants([0, 0, 1, 1, 1, 1, 0, 0].map(Grant::Go).to_vec()).switches(),
            2
        );
    }
}
