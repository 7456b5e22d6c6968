//! Pauses of a few milliseconds that neither a failing system call nor a wrong clock can spoil.
//!
//! `thread::sleep` panics where the system cannot sleep, and what the standard library waits for by a moment of
//! the clock (`park_timeout`) it waits for in vain where a program's clock is ten years fast.

use std::thread;
use std::time::{Duration, Instant};

use rustix::thread::{NanosleepRelativeResult, Timespec, nanosleep};

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
