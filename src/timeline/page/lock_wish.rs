//! What a process asks for that waits for a lock.

use super::super::model::Time;
use super::super::operation::{Doing, DrawnOperation};
use super::event::{Happening, StepEvent};

/// A lock that somebody has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LockWish {
    /// Of which file, where that is known.
    pub(super) file: Option<u64>,
    /// Whether it is got shared.
    pub(super) shared: bool,
}

impl LockWish {
    /// What an operation asks for in one of its spans.
    pub(super) fn of(time: Time, operation: &DrawnOperation, event: &StepEvent) -> Option<Self> {
        let Happening::Does(doing) = &event.what else {
            return None;
        };
        let wait = event.span.and_then(|span| operation.spans.get(span));
        doing.waits().then(|| Self {
            file: match doing {
                Doing::WaitFor(file) | Doing::Stuck(file) => Some(*file),
                // In a schedule who waits has opened the file, and gets its lock unless it is killed.
                _ if time == Time::Steps => {
                    let until = wait.map_or(event.at, |wait| wait.bounds().1);
                    let holds = operation.spans.iter().filter(|span| span.from >= until);
                    holds.filter_map(|span| span.doing.held()).next()
                }
                _ => None,
            },
            shared: wait.is_some_and(|wait| operation.is_wish_to_share(wait)),
        })
    }
}
