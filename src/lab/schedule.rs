//! Schedules as they are given. Pure.

use std::str::FromStr;

use super::class::{Class, MAX_NAMED, factorial};
use super::step::{LabStep, LabSteps, MAX_BUYERS};
use crate::error::{Error, Kind};

/// The most steps of a schedule that is read.
const MAX_STEPS: usize = 10_000;

/// A schedule as it is given: by its steps, or by its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Who makes each step.
    Steps(LabSteps),
    /// A class of the buyers without a lock who all sell.
    Class(Class),
}

impl Schedule {
    /// Who makes each step.
    #[must_use]
    pub fn steps(&self) -> LabSteps {
        match self {
            Self::Steps(steps) => steps.clone(),
            Self::Class(class) => class.steps(),
        }
    }

    /// How many buyers it is of: those up to the highest number that it names.
    #[must_use]
    pub fn buyers(&self) -> usize {
        match self {
            Self::Steps(steps) => {
                let numbers = steps.0.iter().map(|step| step.buyer() + 1);
                numbers.max().unwrap_or(0)
            }
            Self::Class(class) => class.buyers(),
        }
    }
}

impl FromStr for Schedule {
    type Err = Error;

    /// `1 2 2 1`, or `3!:4`.
    fn from_str(text: &str) -> Result<Self, Error> {
        if let Some((buyers, number)) = text.split_once("!:") {
            return class(text, buyers.trim(), number.trim()).map(Self::Class);
        }
        let parts = text.split(|c: char| c == ',' || c.is_whitespace());
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let steps: Result<Vec<LabStep>, &str> = parts
            .iter()
            .map(|part| part.parse().map_err(|()| *part))
            .collect();
        let steps = steps.map_err(|part| {
            let what = format!("{:?} is no buyer, which are 1 to {MAX_BUYERS}", short(part));
            let error = none(text, &what);
            if let Some(apart) = apart(text) {
                return error.hint(format!("blanks stand between the steps: '{apart}'"));
            }
            match LabSteps::from_zero(&parts) {
                Some(steps) if steps.0.len() <= MAX_STEPS => error.hint(format!(
                    "buyers count from 1: '{steps}' is what counts from 0 here"
                )),
                _ => error,
            }
        })?;
        match steps.len() {
            0 => Err(none(text, "it has no step")),
            1..=MAX_STEPS => Ok(Self::Steps(LabSteps(steps))),
            many => Err(none(
                text,
                &format!("{many} steps are more than the {MAX_STEPS} that are read"),
            )),
        }
    }
}

/// A class by its name.
fn class(text: &str, buyers: &str, number: &str) -> Result<Class, Error> {
    let (Ok(buyers), Ok(number)) = (buyers.parse(), number.parse()) else {
        return Err(none(text, "before and after the '!:' stands a number"));
    };
    Class::numbered(buyers, number).ok_or_else(|| {
        let classes = match buyers {
            1..=MAX_NAMED => format!(
                "of {buyers} buyers there are 0 to {}",
                factorial(buyers).unwrap_or_default() - 1
            ),
            _ => format!("classes have names for 1 to {MAX_NAMED} buyers"),
        };
        none(text, &classes)
    })
}

/// A text of nothing but digits, each of which can be a buyer, with blanks between them.
fn apart(text: &str) -> Option<String> {
    const ROOM: usize = 40;
    let text = text.trim();
    let are_buyers = text.bytes().all(|byte| matches!(byte, b'1'..=b'9'));
    let digits = text.split("").filter(|digit| !digit.is_empty());
    let digits: Vec<&str> = digits.take(ROOM + 1).collect();
    (are_buyers && (2..=ROOM).contains(&digits.len())).then(|| digits.join(" "))
}

fn none(text: &str, why: &str) -> Error {
    let message = format!("{:?} is no schedule: {why}", short(text));
    Error::new(Kind::Usage, message)
        .hint("give who makes each step, as in '1 2 2 1', or a class, as in '3!:4'")
}

/// The beginning of a text that may be long.
fn short(text: &str) -> String {
    const ROOM: usize = 40;
    let mut short: String = text.chars().take(ROOM).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_that_counts_from_0_is_refused_with_its_translation() {
        for (text, right) in [("0 1 1 0", "'1 2 2 1'"), ("0 1x, 63", "'1 2x 64'")] {
            let error = text.parse::<Schedule>().unwrap_err();
            let hint = error.hint_text().unwrap_or_default();
            assert!(hint.contains(right), "{text}: {hint}");
        }
        let error = "1221".parse::<Schedule>().unwrap_err();
        let hint = error.hint_text().unwrap_or_default();
        assert_eq!(hint, "blanks stand between the steps: '1 2 2 1'");
        let error = "0 64".parse::<Schedule>().unwrap_err();
        assert!(
            error
                .hint_text()
                .is_some_and(|hint| hint.contains("1 2 2 1"))
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        let long = "1 ".repeat(MAX_STEPS + 1);
        for (text, why) in [
            ("", "no step"),
            ("x", "\"x\" is no buyer, which are 1 to 64"),
            (&"1".repeat(40), "1\" is no"),
            (&"1".repeat(41), "1…\" is no"),
            ("1 65 1", "\"65\" is no buyer"),
            ("1 0 0 1", "\"0\" is no buyer"),
            ("1 -1", "\"-1\" is no buyer"),
            ("3!:6", "of 3 buyers there are 0 to 5"),
            ("0!:0", "1 to 20 buyers"),
            ("21!:1", "1 to 20 buyers"),
            ("3!:", "stands a number"),
            ("99999999999999999999999!:1", "stands a number"),
            ("20!:2432902008176640000", "0 to 2432902008176639999"),
            (&long, "10001 steps"),
        ] {
            let error = text.parse::<Schedule>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
            assert!(error.chars().count() < 200, "{text}: {error}");
        }
        assert!("64 1".parse::<Schedule>().is_ok());
        let killed = "1 2x 1".parse::<Schedule>().unwrap();
        let steps = LabSteps(vec![LabStep::Go(0), LabStep::Kill(1), LabStep::Go(0)]);
        assert_eq!(steps.to_string(), "1 2x 1");
        assert_eq!(killed, Schedule::Steps(steps));
        let schedule = "1 2,2\n1".parse::<Schedule>().unwrap();
        assert_eq!(
            schedule,
            Schedule::Steps(LabSteps([0, 1, 1, 0].map(LabStep::Go).to_vec()))
        );
        assert_eq!(
            LabSteps([0, 0, 1, 1, 1, 1, 0, 0].map(LabStep::Go).to_vec()).switches(),
            2
        );
    }
}
