//! A command that was struck, and what is to be judged.

use crate::event::Prepared;
use crate::program::Run;
use crate::task::Task;
use crate::test_event::TestEvent;

/// A command that was struck, and what is to be judged.
pub(crate) struct Case<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) task: Task,
    pub(crate) event: &'a TestEvent,
    /// How it ended; without a code, it was killed.
    pub(crate) run: &'a Run,
    /// How it ends when nothing strikes it.
    pub(crate) usual: Option<i32>,
    /// Whether an append may have been cut short: what is left of it is kept beside.
    pub(crate) cut: bool,
}

impl Case<'_> {
    /// Whether a part of its lines may stand there alone: an append may have been cut short, and an import that is held
    /// up writes its rows some at a time.
    pub(super) fn may_be_partly_done(&self) -> bool {
        self.cut || self.task == Task::Import
    }
}
