//! Keeps the deadline of a buyer's process while it blocks on a lock.
//!
//! A buyer's own process may end when it has waited too long or when its rush is gone. So it blocks
//! on the lock itself, and a second thread watches. Whoever must go on has to have the lock handed
//! over from a thread that waits, which costs a context switch more for each of thousands of buyers
//! in turn.

use std::io;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::gun::Lifeline;
use crate::error::Error;
use crate::store::file::lock::Guard;

/// Watches over the waits of this process, which listens to its rush on standard input.
pub(super) struct Watchdog {
    post: Arc<Mutex<Post>>,
    give_up: fn(u32, Option<Error>) -> !,
    buyer: u32,
}

/// Whoever holds the post's lock decides: the watchdog ends the process with it in its hand, so that
/// a buyer that has just got its lock does not go on.
#[derive(Default)]
struct Post {
    watched: Option<Watched>,
    /// Whether there is a thread that watches.
    manned: bool,
}

impl Post {
    /// What to watch for; with `None` the watchdog leaves its post, in the same breath.
    fn next_deadline(&mut self) -> Option<Instant> {
        let deadline = self.watched.as_ref().map(|watched| watched.deadline);
        self.manned = deadline.is_some();
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
            post: Arc::default(),
            give_up,
            buyer,
        }
    }
}

impl Guard for Watchdog {
    fn arm(&mut self, deadline: Instant, late: Box<dyn Fn() -> Error + Send>) -> io::Result<()> {
        let mut post = at(&self.post);
        post.watched = Some(Watched { deadline, late });
        if !post.manned {
            let (shared, give_up, buyer) = (Arc::clone(&self.post), self.give_up, self.buyer);
            thread::Builder::new()
                .name("watchdog".into())
                .stack_size(64 * 1024)
                .spawn(move || watch(&shared, |reason| give_up(buyer, reason)))?;
            post.manned = true;
        }
        Ok(())
    }

    fn disarm(&mut self) {
        at(&self.post).watched = None;
    }
}

fn at(post: &Mutex<Post>) -> MutexGuard<'_, Post> {
    post.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch(shared: &Mutex<Post>, give_up: impl Fn(Option<Error>)) {
    let stdin = io::stdin();
    let lifeline = Lifeline(stdin.as_fd());
    loop {
        // Not in the head of the loop: the lock would be held through its body.
        let deadline = at(shared).next_deadline();
        let Some(until) = deadline else { return };
        let alone = !lifeline.holds_for(until.saturating_duration_since(Instant::now()));
        let post = at(shared);
        match &post.watched {
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
    fn a_watchdog_that_comes_too_late_leaves_the_post_to_the_next() {
        let post = Mutex::new(Post {
            watched: None,
            manned: true,
        });
        watch(&post, |_| panic!("nobody waits"));
        assert!(!at(&post).manned);
    }
}
