//! Watchdog: keeps the deadline of a buyer's process while it blocks on a lock.
//!
//! A buyer's own process may end when it has waited too long or when its rush is gone. So it blocks
//! on the lock itself, and a second thread watches. A caller that must live on has to have the lock handed
//! over from a thread that waits, which costs a context switch more for each of thousands of buyers
//! in turn.

use std::io;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::start_barrier::ParentPipe;
use crate::error::Error;
use crate::store::file::lock::guarded::DeadlineGuard;

/// Watches over the waits of this process, whose parent pipe is its standard input.
pub(super) struct Watchdog {
    shared: Arc<Mutex<WatchState>>,
    give_up: fn(u32, Option<Error>) -> !,
    buyer: u32,
}

/// What the buyer and the watchdog's thread share. The watchdog ends the process while it holds the lock of
/// this, so that a buyer that has just got its lock does not go on.
#[derive(Default)]
struct WatchState {
    watched: Option<Watched>,
    /// Whether there is a thread that watches.
    has_thread: bool,
}

impl WatchState {
    /// What to watch for; with `None` the thread ends, and counts as gone at once.
    fn next_deadline(&mut self) -> Option<Instant> {
        let deadline = self.watched.as_ref().map(|watched| watched.deadline);
        self.has_thread = deadline.is_some();
        deadline
    }
}

struct Watched {
    deadline: Instant,
    late: Box<dyn Fn() -> Error + Send>,
}

impl Watchdog {
    /// `give_up` ends the process of this buyer, with the reason, or with none when the rush is
    /// gone.
    pub(super) fn new(buyer: u32, give_up: fn(u32, Option<Error>) -> !) -> Self {
        Self {
            shared: Arc::default(),
            give_up,
            buyer,
        }
    }
}

impl DeadlineGuard for Watchdog {
    fn arm(&mut self, deadline: Instant, late: Box<dyn Fn() -> Error + Send>) -> io::Result<()> {
        let mut state = locked(&self.shared);
        state.watched = Some(Watched { deadline, late });
        if !state.has_thread {
            let (shared, give_up, buyer) = (Arc::clone(&self.shared), self.give_up, self.buyer);
            thread::Builder::new()
                .name("watchdog".into())
                .stack_size(64 * 1024)
                .spawn(move || watch(&shared, |reason| give_up(buyer, reason)))?;
            state.has_thread = true;
        }
        Ok(())
    }

    fn disarm(&mut self) {
        locked(&self.shared).watched = None;
    }
}

fn locked(shared: &Mutex<WatchState>) -> MutexGuard<'_, WatchState> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch(shared: &Mutex<WatchState>, give_up: impl Fn(Option<Error>)) {
    let stdin = io::stdin();
    let parent = ParentPipe(stdin.as_fd());
    loop {
        // Not in the head of the loop: the lock would be held through its body.
        let deadline = locked(shared).next_deadline();
        let Some(until) = deadline else { return };
        let alone = !parent.stays_open_for(until.saturating_duration_since(Instant::now()));
        let state = locked(shared);
        match &state.watched {
            Some(_) if alone => give_up(None),
            Some(watched) if watched.deadline <= Instant::now() => give_up(Some((watched.late)())),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watchdog_that_comes_too_late_leaves_the_watch_to_the_next() {
        let shared = Mutex::new(WatchState {
            watched: None,
            has_thread: true,
        });
        watch(&shared, |_| panic!("nobody waits"));
        assert!(!locked(&shared).has_thread);
    }
}
