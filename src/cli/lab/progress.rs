//! How far a search is.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use super::super::args::MAX_EXHAUSTIVE;
use super::super::process::Stop;
use super::super::screen::{FAINT, Screen};
use crate::lab::{Trial, explore};
use crate::span::span;
use crate::{Error, Kind, Result};

/// With more buyers than [`MAX_EXHAUSTIVE`] a search is given up beyond so many schedules: 9 without a lock
/// have 362,880.
const MOST_SCHEDULES: u64 = 50_000;

/// From so many schedules on it is told beforehand that they take long.
const LONG: u64 = 20_000;

/// From so many buyers on it is told beforehand that nobody knows how long it takes.
const UNKNOWN: usize = 6;

/// How often it is told.
const OFTEN: Duration = Duration::from_millis(200);

/// Shows how far a search is, and stops it when the process is asked to end.
pub(super) struct SearchProgress<'s> {
    stop: Stop,
    shown: bool,
    began: Instant,
    last: Instant,
    screen: &'s Screen,
    /// The command's name in JSON.
    command: &'static str,
    /// With so many buyers the search is given up beyond [`MOST_SCHEDULES`].
    bounded: Option<usize>,
    beyond: bool,
    /// How many schedules there are, where that is known.
    total: Option<u64>,
    /// What the process has found when it is asked to end is told.
    keeps: bool,
}

impl<'s> SearchProgress<'s> {
    pub(super) fn new(command: &'static str, screen: &'s Screen) -> Result<Self> {
        Ok(Self {
            stop: Stop::on_signals()?,
            shown: io::stderr().is_terminal() && !screen.quiet && !screen.json,
            began: Instant::now(),
            last: Instant::now(),
            screen,
            command,
            bounded: None,
            beyond: false,
            total: None,
            keeps: false,
        })
    }

    /// The same for a search that is to run all schedules of so many buyers.
    pub(super) fn of_all(command: &'static str, screen: &'s Screen, users: usize) -> Result<Self> {
        let bounded = (users > MAX_EXHAUSTIVE).then_some(users);
        Ok(Self {
            bounded,
            ..Self::new(command, screen)?
        })
    }

    /// That so many schedules of so many buyers are to be run, or an unknown number, and that what was found is kept
    /// when it is stopped. Where that takes long people are told before it begins.
    pub(super) fn expects(&mut self, total: Option<u64>, users: usize) {
        (self.total, self.keeps) = (total, true);
        if self.bounded.is_some() {
            return;
        }
        let long = match total {
            Some(many @ LONG..) => format!("{many} schedules are to be run"),
            None if users >= UNKNOWN => {
                "nobody knows yet how many schedules are to be run".to_owned()
            }
            _ => return,
        };
        if !self.screen.json {
            let note = format!(
                "{long}, some hundreds a second: fewer --users are sooner done, and --samples 1000 draws some at random"
            );
            self.screen.notes(&[note]);
        }
    }

    /// Whether to go on, after so many schedules.
    pub(super) fn tell(&mut self, schedules: u64) -> bool {
        if self.stop.was_told() {
            return false;
        }
        if self.bounded.is_some() && schedules > MOST_SCHEDULES {
            self.beyond = true;
            return false;
        }
        if self.shown && self.last.elapsed() > OFTEN {
            self.last = Instant::now();
            let far = how_far(schedules, self.total, self.began.elapsed());
            let keeps = if self.keeps {
                ", and tells what was found"
            } else {
                ""
            };
            self.clear();
            let mut err = anstream::stderr().lock();
            let _ = write!(err, "{FAINT}{far}; Ctrl-C stops{keeps}{FAINT:#}");
        }
        true
    }

    /// That a process was asked to end, and its exit code: for one that shows what it has done until then.
    pub(super) fn ended(&self, result: Result<()>) -> Result<Option<(Error, u8)>> {
        self.clear();
        match result {
            Ok(()) => Ok(None),
            Err(error) if error.kind() == Kind::Interrupted => {
                Ok(Some((error, self.stop.exit_code())))
            }
            Err(error) => Err(error),
        }
    }

    fn clear(&self) {
        if self.shown {
            // No colour, and so not for the stream that takes colours away.
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    /// The result, or the exit code of a process that was asked to end.
    pub(super) fn done<T>(&self, result: Result<T>) -> Result<std::result::Result<T, u8>> {
        self.clear();
        match result {
            Err(error) if error.kind() == Kind::Interrupted => {
                if let Some(users) = self.bounded.filter(|_| self.beyond) {
                    return Err(too_many(users));
                }
                self.screen.error(self.command, &error, None);
                Ok(Err(self.stop.exit_code()))
            }
            result => result.map(Ok),
        }
    }
}

/// How many schedules were run in such a time, of how many, and how long it goes on at that rate.
fn how_far(schedules: u64, total: Option<u64>, time: Duration) -> String {
    let rate = schedules as f64 / time.as_secs_f64().max(0.001);
    let Some(total) = total.filter(|total| *total >= schedules) else {
        return format!("{schedules} schedules so far, {rate:.0} a second");
    };
    let rest = (total - schedules) as f64 / rate.max(0.001);
    let rest = Duration::try_from_secs_f64(rest.ceil())
        .unwrap_or(Duration::MAX)
        .as_secs();
    // Minutes alone, where it is hours.
    let unit = if rest < 3600 { 1 } else { 60 };
    let rest = Duration::from_secs(rest.div_ceil(unit).saturating_mul(unit));
    format!(
        "{schedules} of {total} schedules, {rate:.0} a second, about {} to go",
        span(rest)
    )
}

/// An error where it is known beforehand that a search would be given up.
pub(super) fn foresee(trial: &Trial) -> Result<()> {
    if is_too_many(trial) {
        Err(too_many(trial.users))
    } else {
        Ok(())
    }
}

/// Whether it is known beforehand that not all schedules of a trial are run.
pub(super) fn is_too_many(trial: &Trial) -> bool {
    let many = |many: u64| many > MOST_SCHEDULES;
    trial.users > MAX_EXHAUSTIVE && explore::foreseen(trial).is_some_and(many)
}

/// That not all schedules are run.
fn too_many(users: usize) -> Error {
    let message = format!(
        "{users} buyers can meet in more than {MOST_SCHEDULES} ways: too many to run them all"
    );
    Error::new(Kind::Usage, message).hint(format!(
        "take a smaller --stock, or up to {MAX_EXHAUSTIVE} buyers, of whom all are run however many they \
         are; or draw some at random: the same with --samples 1000"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_a_search_is_is_told_with_how_long_it_goes_on() {
        let ten = Duration::from_secs(10);
        for (schedules, total, is) in [
            (2500, None, "2500 schedules so far, 250 a second"),
            (
                2500,
                Some(2_173_624),
                "2500 of 2173624 schedules, 250 a second, about 2h25m to go",
            ),
            (
                2500,
                Some(5000),
                "2500 of 5000 schedules, 250 a second, about 10s to go",
            ),
            (
                2500,
                Some(2500),
                "2500 of 2500 schedules, 250 a second, about 0s to go",
            ),
            (2500, Some(9), "2500 schedules so far, 250 a second"),
            (
                0,
                Some(9),
                "0 of 9 schedules, 0 a second, about 2h30m to go",
            ),
        ] {
            assert_eq!(how_far(schedules, total, ten), is);
        }
    }

    #[test]
    fn a_crowd_is_given_up_where_a_few_are_not() {
        let screen = Screen::new(true, true);
        let mut few = SearchProgress::of_all("race prove", &screen, MAX_EXHAUSTIVE).unwrap();
        assert!(few.tell(MOST_SCHEDULES + 1));
        let mut many = SearchProgress::of_all("race prove", &screen, MAX_EXHAUSTIVE + 1).unwrap();
        assert!(many.tell(MOST_SCHEDULES));
        assert!(!many.tell(MOST_SCHEDULES + 1));
        let stopped: Result<()> = Err(Error::new(Kind::Interrupted, "the search was stopped"));
        let error = many.done(stopped).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.to_string().contains("9 buyers"), "{error}");
    }
}
