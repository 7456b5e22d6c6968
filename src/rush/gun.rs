//! The starting gun and the lifeline: a pipe.
//!
//! One byte starts a buyer. In a rush whose buyers read together, a second pipe of the same kind is
//! the gate after the read. The end of the pipe means
//! that the rush is gone, or wants to stop: whoever has not sold yet does not sell any more.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// The end of the pipe that shoots.
#[derive(Debug)]
pub(crate) struct Gun(PipeWriter);

/// Makes a gun, and the end of the pipe that is listened to.
pub(crate) fn load() -> io::Result<(PipeReader, Gun)> {
    let (reader, writer) = io::pipe()?;
    Ok((reader, Gun(writer)))
}

impl Gun {
    /// Releases so many buyers. It is no error when they have died meanwhile.
    pub(crate) fn fire(&mut self, buyers: usize) {
        let _ = self.0.write_all(&vec![b'!'; buyers]);
    }
}

/// What a buyer listens to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifeline<'a>(pub(crate) BorrowedFd<'a>);

impl Lifeline<'_> {
    /// Waits for the next shot; `false`: the rush is gone.
    pub(crate) fn wait_for_shot(self) -> bool {
        loop {
            match rustix::io::read(self.0, &mut [0; 1]) {
                Err(Errno::INTR) => {}
                result => return result == Ok(1),
            }
        }
    }

    /// Whether the rush is still there.
    pub(crate) fn holds(self) -> bool {
        self.holds_for(Duration::ZERO)
    }

    /// Waits so long, or until the rush is gone: `false`.
    pub(crate) fn holds_for(self, time: Duration) -> bool {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let timeout = Timespec {
                tv_sec: left.as_secs().cast_signed(),
                tv_nsec: left.subsec_nanos().into(),
            };
            // No event is asked for: a hang-up is always told.
            let mut watched = [PollFd::from_borrowed_fd(self.0, PollFlags::empty())];
            match poll(&mut watched, Some(&timeout)) {
                Ok(0) => return true,
                Err(Errno::INTR) => {}
                Ok(_) | Err(_) => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn a_shot_releases_once() {
        let (reader, mut gun) = load().unwrap();
        gun.fire(1);
        drop(gun);
        let lifeline = Lifeline(reader.as_fd());
        assert!(lifeline.wait_for_shot());
        assert!(!lifeline.wait_for_shot());
    }

    #[test]
    fn the_end_of_the_rush_ends_a_pause() {
        let (reader, gun) = load().unwrap();
        let lifeline = Lifeline(reader.as_fd());
        assert!(lifeline.holds());
        drop(gun);
        assert!(!lifeline.holds_for(Duration::from_secs(3600)));
    }
}
