//! Lost updates between threads, and three ways to lock: 180 threads each sell one of 200 tickets.
//!
//! Prints how many are left, which should be 20: without a lock, with a lock around each step alone, with a
//! lock from the read to the write, and with a counter that notices whoever comes in between. Answers the
//! chapter's programs on the mutex between threads, and on the interpreter lock that makes one of them come
//! out right.
//!
//! ```console
//! $ cargo run --example lost_update
//! ```
//!
//! The loss is certain: nobody writes before everybody has read. An unguarded `static mut` would be the
//! chapter's own variable, but safe Rust has none: it does not compile. An atomic that is read and written
//! in two steps is as close as one can come.

use std::error::Error;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};
use std::thread;

const STOCK: u32 = 200;
const THREADS: usize = 180;

/// Runs `sell` in all threads at once.
fn all(sell: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(&sell);
        }
    });
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn without_a_lock() -> u32 {
    let (left, everybody_has_read) = (AtomicU32::new(STOCK), Barrier::new(THREADS));
    all(|| {
        let read = left.load(Relaxed);
        everybody_has_read.wait();
        left.store(read - 1, Relaxed);
    });
    left.into_inner()
}

/// A sound type in a wrong place: no read is torn and no write is, and the sales are lost all the same.
fn a_lock_around_each_step() -> u32 {
    let (left, everybody_has_read) = (Mutex::new(STOCK), Barrier::new(THREADS));
    all(|| {
        let read = *locked(&left);
        everybody_has_read.wait();
        *locked(&left) = read - 1;
    });
    *locked(&left)
}

fn a_lock_from_read_to_write() -> u32 {
    let left = Mutex::new(STOCK);
    all(|| {
        // Given back when it goes out of scope, also by a panic. A barrier here would never open: only
        // one thread at a time comes this far.
        let mut left = locked(&left);
        let read = *left;
        thread::yield_now();
        *left = read - 1;
    });
    *locked(&left)
}

fn an_atomic_counter() -> u32 {
    let left = AtomicU32::new(STOCK);
    all(|| {
        // Written only if nobody has written since it was read, which the processor sees to in one
        // step; else once more. And never below zero, which a plain `fetch_sub` would not mind.
        let _ = left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
    });
    left.into_inner()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout();
    writeln!(out, "{STOCK} tickets, {THREADS} threads that sell one each")?;
    for (how, sell, expected) in [
        ("without a lock", without_a_lock as fn() -> u32, STOCK - 1),
        (
            "a lock around each step",
            a_lock_around_each_step,
            STOCK - 1,
        ),
        ("a lock from read to write", a_lock_from_read_to_write, 20),
        ("an atomic counter", an_atomic_counter, 20),
    ] {
        let left = sell();
        writeln!(out, "{how:<25} {left:>3} left")?;
        if left != expected {
            return Err(format!("{how}: {expected} should be left").into());
        }
    }
    Ok(())
}
