//! How long buyers think, and the seed that decides it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// The longest think time.
pub const MAX_THINK: Duration = Duration::from_secs(3600);

/// A range of think times: `0ms`, or `50ms..150ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Think {
    shortest: Duration,
    longest: Duration,
}

impl Think {
    /// Think times from `shortest` to `longest`; `None` when that runs backwards or is longer
    /// than [`MAX_THINK`].
    #[must_use]
    pub fn between(shortest: Duration, longest: Duration) -> Option<Self> {
        (shortest <= longest && longest <= MAX_THINK).then_some(Self { shortest, longest })
    }

    /// The think times of so many buyers. The same seed gives the same times on every machine and
    /// in every version: the generator is Xoshiro256++ (Blackman and Vigna 2021), named, not
    /// whatever the library prefers.
    #[must_use]
    pub fn times(&self, seed: u64, buyers: u32) -> Vec<Duration> {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let (from, to) = (
            self.shortest.as_micros() as u64,
            self.longest.as_micros() as u64,
        );
        (0..buyers)
            .map(|_| {
                // Lemire's multiplication, without the rejection that evens out the last bit.
                let part = u128::from(random.next_u64()) * u128::from(to - from + 1);
                Duration::from_micros(from + (part >> 64) as u64)
            })
            .collect()
    }
}

impl Default for Think {
    /// `50ms..150ms`: long enough for a race to show, short enough to wait for.
    fn default() -> Self {
        Self {
            shortest: Duration::from_millis(50),
            longest: Duration::from_millis(150),
        }
    }
}

impl fmt::Display for Think {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", spelled(self.shortest))?;
        if self.longest > self.shortest {
            write!(f, "..{}", spelled(self.longest))?;
        }
        Ok(())
    }
}

fn spelled(time: Duration) -> String {
    if time.is_zero() {
        "0ms".to_owned()
    } else {
        humantime::format_duration(time).to_string()
    }
}

impl FromStr for Think {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = |part: &str| {
            humantime::parse_duration(part)
                .map_err(|_| format!("{part:?} is no duration: write 0ms, 1s or 50ms..150ms"))
        };
        let (shortest, longest) = match text.split_once("..") {
            Some((from, to)) => (time(from)?, time(to)?),
            None => (time(text)?, time(text)?),
        };
        Self::between(shortest, longest).ok_or_else(|| {
            if shortest > longest {
                format!("{text} runs backwards: the shorter time comes first")
            } else {
                format!(
                    "at most {} is allowed",
                    humantime::format_duration(MAX_THINK)
                )
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_on_every_machine() {
        let times = Think::default().times(7, 4);
        let expected = [55_536, 67_211, 121_758, 92_721].map(Duration::from_micros);
        assert_eq!(times, expected);
    }

    #[test]
    fn ranges_are_read_and_shown() {
        let shown = |text: &str| text.parse::<Think>().map(|think| think.to_string());
        assert_eq!(shown("50ms..150ms"), Ok("50ms..150ms".into()));
        assert_eq!(shown("0ms"), Ok("0ms".into()));
        assert_eq!(shown("1s..1s"), Ok("1s".into()));
        for (text, part) in [
            ("5..1", "no duration"),
            ("5ms..1ms", "backwards"),
            ("2h", "at most 1h"),
            ("-1s", "no duration"),
            ("", "no duration"),
            ("99999999999999999999s", "no duration"),
        ] {
            let error = shown(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
