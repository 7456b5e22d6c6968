//! Start barrier, read barrier and parent pipe: one kind of pipe.
//!
//! The supervisor holds the writing end, each buyer reads from the other: one byte lets one buyer pass. In a
//! rush whose buyers read together, a second pipe of the same kind is the read barrier. The end of the pipe
//! means that the supervisor is gone, or wants to stop: a buyer that has not sold yet does not sell any more.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// A barrier: the supervisor's end of the pipe. Dropping it tells the buyers to stop.
#[derive(Debug)]
pub(crate) struct Barrier(PipeWriter);

impl Barrier {
    /// Makes a barrier, and the end of the pipe that buyers wait at.
    pub(crate) fn new() -> io::Result<(PipeReader, Self)> {
        let (reader, writer) = io::pipe()?;
        Ok((reader, Self(writer)))
    }

    /// Releases so many buyers. It is no error when they have died meanwhile.
    pub(crate) fn release(&mut self, buyers: usize) {
        let _ = self.0.write_all(&vec![b'!'; buyers]);
    }
}

/// Parent pipe: a buyer's end of a barrier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParentPipe<'a>(pub(crate) BorrowedFd<'a>);

impl ParentPipe<'_> {
    /// Waits at the barrier until it is released; `false`: the supervisor is gone.
    pub(crate) fn wait_for_release(self) -> bool {
        loop {
            match rustix::io::read(self.0, &mut [0; 1]) {
                Err(Errno::INTR) => {}
                result => return result == Ok(1),
            }
        }
    }

    /// Whether the supervisor is still there.
    pub(crate) fn is_open(self) -> bool {
        self.stays_open_for(Duration::ZERO)
    }

    /// Waits so long, or until the supervisor is gone: `false`.
    pub(crate) fn stays_open_for(self, time: Duration) -> bool {
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
    fn a_release_lets_one_buyer_pass_once() {
        let (reader, mut barrier) = Barrier::new().unwrap();
        barrier.release(1);
        drop(barrier);
        let parent = ParentPipe(reader.as_fd());
        assert!(parent.wait_for_release());
        assert!(!parent.wait_for_release());
    }

    #[test]
    fn the_end_of_the_rush_ends_a_pause() {
        let (reader, barrier) = Barrier::new().unwrap();
        let parent = ParentPipe(reader.as_fd());
        assert!(parent.is_open());
        drop(barrier);
        assert!(!parent.stays_open_for(Duration::from_secs(3600)));
    }
}
