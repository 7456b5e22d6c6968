//! The end of processes that this one has started.

use std::io;
use std::process::Child;

use rustix::io::Errno;

/// Waits until it has ended. Where SIGCHLD is ignored nothing is left of a process that has ended, and the
/// system, asked for it, says once it is gone that there is no such child.
pub(crate) fn wait(child: &mut Child) -> io::Result<()> {
    match child.wait() {
        Err(error) if Errno::from_io_error(&error) != Some(Errno::CHILD) => Err(error),
        _ => Ok(()),
    }
}
