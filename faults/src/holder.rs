//! A process that holds an event's lock, and does nothing else.

use std::process::{Child, Command, Stdio};

use crate::test_event::{LOCK, TestEvent, eventually, held};

/// The lock is held as long as this is.
pub(crate) struct Holder(Child);

impl Holder {
    /// Whether there is no flock(1).
    pub(crate) fn missing() -> bool {
        Command::new("flock").arg("--version").output().is_err()
    }

    pub(crate) fn of(event: &TestEvent) -> Self {
        let holder = Self::waiting(event);
        eventually("the lock is held", || {
            held(&event.path(LOCK), holder.pid()).then_some(())
        });
        holder
    }

    /// One that gets the lock as soon as nobody else has it.
    pub(crate) fn waiting(event: &TestEvent) -> Self {
        let lock = event.path(LOCK);
        let mut flock = Command::new("flock");
        // The lock goes with this process: its child does not have the file.
        flock.args(["-x", "-o"]).arg(&lock).args(["sleep", "1000"]);
        let child = flock.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.unwrap())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn kill(&mut self) {
        let pid = self.pid();
        // Its sleeping child first: it would outlive it.
        let children = format!("/proc/{pid}/task/{pid}/children");
        for child in std::fs::read_to_string(children)
            .unwrap_or_default()
            .split_whitespace()
        {
            let _ = Command::new("kill").args(["-9", child]).status();
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.kill();
    }
}
