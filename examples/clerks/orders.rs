//! A queue that counts what was put in and is not answered yet.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many notes wait at most: who wants to put another waits too.
const ROOM: usize = 3;

/// What a clerk finds in the queue.
pub(crate) enum Note {
    Order(String),
    /// For one clerk: nothing comes after it.
    GoHome,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Note>,
    /// Orders put in, less orders answered. Also those that a clerk has in its hands count.
    unanswered: usize,
    closed: bool,
}

/// Between the threads that speak for buyers and for clerks.
#[derive(Default)]
pub(crate) struct Orders {
    state: Mutex<State>,
    changed: Condvar,
}

impl Orders {
    /// The state, as soon as it is so, or the queue is closed.
    fn once(&self, it_is_so: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let not_yet = |state: &mut State| !state.closed && !it_is_so(state);
        let waited = self.changed.wait_while(state, not_yet);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while there is no room. A closed queue takes nothing.
    pub(crate) fn put(&self, note: Note) {
        let mut state = self.once(|state| state.waiting.len() < ROOM);
        if !state.closed {
            state.unanswered += usize::from(matches!(note, Note::Order(_)));
            state.waiting.push_back(note);
        }
        self.changed.notify_all();
    }

    /// Waits while there is nothing; `None` when the queue is closed.
    pub(crate) fn take(&self) -> Option<Note> {
        let note = self
            .once(|state| !state.waiting.is_empty())
            .waiting
            .pop_front();
        self.changed.notify_all();
        note
    }

    /// An order that was taken is answered.
    pub(crate) fn answered(&self) {
        self.once(|_| true).unanswered -= 1;
        self.changed.notify_all();
    }

    /// Waits until every order is answered.
    pub(crate) fn all_answered(&self) {
        drop(self.once(|state| state.unanswered == 0));
    }

    /// Nobody waits any longer.
    pub(crate) fn close(&self) {
        self.once(|_| true).closed = true;
        self.changed.notify_all();
    }
}
