//! Backoff: how a loop waits between two looks at what another process is about to change.
//!
//! First it spins, then it gives the processor up, then it naps, each so often as the loop says: a lock that is held
//! for microseconds is free again before a nap is over, and a process that looks for longer takes the processor from
//! the one that it waits for.
//!
//! Neither a failing system call nor a wrong clock can spoil a nap: `thread::sleep` panics where the system cannot
//! sleep, and what the standard library waits for by a moment of the clock (`park_timeout`) it waits for in vain
//! where a program's clock is ten years fast.

use std::thread;
use std::time::{Duration, Instant};

use rustix::thread::{NanosleepRelativeResult, Timespec, nanosleep};

/// A few times as long as a lock is held under which nobody thinks.
const SPIN: Duration = Duration::from_micros(4);

/// What a loop has left of its pauses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    spins: u32,
    yields: u32,
    naps: u32,
    nap: Duration,
    longest: Duration,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// A few microseconds on the processor.
    Spin,
    /// The processor is given up, if anybody wants it.
    Yield,
    /// At least so long.
    Nap(Duration),
}

impl Backoff {
    /// No pause at all.
    pub(crate) const NONE: Self = Self {
        spins: 0,
        yields: 0,
        naps: 0,
        nap: Duration::ZERO,
        longest: Duration::ZERO,
    };

    /// The processor is given up again and again, without an end.
    pub(crate) const YIELDS: Self = Self::NONE.yields(u32::MAX);

    /// So many spins first.
    #[must_use]
    pub(crate) const fn spins(self, spins: u32) -> Self {
        Self { spins, ..self }
    }

    /// Then the processor is given up so often.
    #[must_use]
    pub(crate) const fn yields(self, yields: u32) -> Self {
        Self { yields, ..self }
    }

    /// Then so many naps, each twice as long as the one before, up to the longest.
    #[must_use]
    pub(crate) const fn naps(self, naps: u32, first: Duration, longest: Duration) -> Self {
        Self {
            naps,
            nap: first,
            longest,
            ..self
        }
    }

    /// Naps of one length, without an end.
    pub(crate) const fn napping(nap: Duration) -> Self {
        Self::NONE.naps(u32::MAX, nap, nap)
    }

    /// The next pause, not taken yet; `None`: there are no more.
    pub(crate) fn next(&mut self) -> Option<Pause> {
        let left = [
            (&mut self.spins, Pause::Spin),
            (&mut self.yields, Pause::Yield),
            (&mut self.naps, Pause::Nap(self.nap)),
        ];
        let (left, pause) = left.into_iter().find(|(left, _)| **left > 0)?;
        if *left < u32::MAX {
            *left -= 1;
        }
        if pause == Pause::Nap(self.nap) {
            self.nap = self.longest.min(2 * self.nap);
        }
        Some(pause)
    }

    /// Takes the next pause, if there is one.
    pub(crate) fn pause(&mut self) {
        if let Some(pause) = self.next() {
            pause.take();
        }
    }
}

impl Pause {
    /// Takes it.
    pub(crate) fn take(self) {
        match self {
            Self::Spin => spin(),
            Self::Yield => thread::yield_now(),
            Self::Nap(time) => outlast(time),
        }
    }
}

fn spin() {
    let start = Instant::now();
    while start.elapsed() < SPIN {
        std::hint::spin_loop();
    }
}

/// Lets at least so much time pass.
pub(crate) fn outlast(time: Duration) {
    let start = Instant::now();
    let mut left = Timespec {
        tv_sec: time.as_secs().cast_signed(),
        tv_nsec: time.subsec_nanos().into(),
    };
    loop {
        match nanosleep(&left) {
            NanosleepRelativeResult::Ok => return,
            NanosleepRelativeResult::Interrupted(rest) => left = rest,
            NanosleepRelativeResult::Err(_) => break,
        }
    }
    while start.elapsed() < time {
        thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_spins_then_yields_then_naps_longer_and_longer_and_ends() {
        let nap = Duration::from_millis;
        let mut backoff = Backoff::NONE.spins(1).yields(2).naps(4, nap(1), nap(3));
        let pauses: Vec<_> = std::iter::from_fn(|| backoff.next()).collect();
        let expected = [
            Pause::Spin,
            Pause::Yield,
            Pause::Yield,
            Pause::Nap(nap(1)),
            Pause::Nap(nap(2)),
            Pause::Nap(nap(3)),
            Pause::Nap(nap(3)),
        ];
        assert_eq!(pauses, expected);
        assert_eq!(backoff.next(), None);
    }

    #[test]
    fn one_without_an_end_has_none() {
        let mut backoff = Backoff::YIELDS;
        assert!((0..1000).all(|_| backoff.next() == Some(Pause::Yield)));
        assert_eq!(backoff.yields, u32::MAX);
    }
}
