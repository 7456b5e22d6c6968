//! What somebody asks for, as a command line and as lines of a ledger.

use serde_json::Value;

use crate::event::Prepared;
use crate::task::Task;

/// A task, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) task: Task,
    key: &'static str,
    /// How long the buyer's name is, in bytes; 0: the usual one.
    name: usize,
}

impl From<Task> for Request {
    fn from(task: Task) -> Self {
        Self {
            task,
            key: "k",
            name: 0,
        }
    }
}

impl Request {
    /// A sale under this key to a buyer with so long a name.
    pub(crate) const fn of_long_name(key: &'static str, name: usize) -> Self {
        Self {
            task: Task::Book,
            key,
            name,
        }
    }

    /// The command line.
    pub(crate) fn line(&self, prepared: &Prepared) -> String {
        match self.name {
            0 => self.task.line(prepared),
            name => format!("--json book {} --key {}", "e".repeat(name), self.key),
        }
    }

    /// What the line of a sale has that no other line has.
    pub(crate) fn mark(&self) -> String {
        format!("\"key\":\"{}\"", self.key)
    }

    /// How often these lines say that it was done.
    pub(crate) fn times(&self, prepared: &Prepared, lines: &[Value]) -> usize {
        let says = |line: &&Value| self.task.is_on(line, prepared, self.key);
        lines.iter().filter(says).count()
    }
}
