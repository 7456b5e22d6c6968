//! A bounded queue between processes: a POSIX message queue, which the kernel keeps.
//!
//! It is `nix` that makes the calls: they are unsafe ones of C, which neither the standard library nor
//! `rustix` has.

use std::io;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::mqueue::{self, MQ_OFlag, MqAttr, MqdT};
use nix::sys::stat::Mode;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// The longest message, in bytes.
const LONGEST: u8 = 64;

/// One process's handle of a queue. Any process that knows the name can have another.
pub(crate) struct Queue {
    // Closed with the process: what `nix` hands out has no end of its own.
    open: MqdT,
    name: String,
    is_mine: bool,
}

impl Drop for Queue {
    /// Who made the queue takes its name away; it ends with its last handle.
    fn drop(&mut self) {
        if self.is_mine {
            let _ = mqueue::mq_unlink(self.name.as_str());
        }
    }
}

impl Queue {
    /// A new one, for so many messages.
    pub(crate) fn create(name: &str, capacity: u32) -> io::Result<Self> {
        let bounds = MqAttr::new(0, capacity.into(), LONGEST.into(), 0);
        let flags = MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL;
        Self::with(name, flags, Some(&bounds))
    }

    /// One that another process has made.
    pub(crate) fn open(name: &str) -> io::Result<Self> {
        Self::with(name, MQ_OFlag::empty(), None)
    }

    fn with(name: &str, flags: MQ_OFlag, bounds: Option<&MqAttr>) -> io::Result<Self> {
        let flags = flags | MQ_OFlag::O_RDWR | MQ_OFlag::O_NONBLOCK | MQ_OFlag::O_CLOEXEC;
        let open = mqueue::mq_open(name, flags, Mode::S_IRUSR | Mode::S_IWUSR, bounds)?;
        let (name, is_mine) = (name.to_owned(), bounds.is_some());
        Ok(Self {
            open,
            name,
            is_mine,
        })
    }

    /// Puts a message in and says whether there was room, or came to be within `wait`; `None` waits for
    /// as long as it takes. What has a higher priority is taken first; of the same, what was put first.
    pub(crate) fn put(
        &self,
        words: &str,
        priority: u32,
        wait: Option<Duration>,
    ) -> io::Result<bool> {
        let put = || mqueue::mq_send(&self.open, words.as_bytes(), priority);
        Ok(self.patiently(PollFlags::OUT, wait, put)?.is_some())
    }

    /// Takes a message, if there is one or comes to be within `wait`; `None` waits for as long as it takes.
    pub(crate) fn take(&self, wait: Option<Duration>) -> io::Result<Option<String>> {
        let mut bytes = [0; LONGEST as usize];
        let take = || mqueue::mq_receive(&self.open, &mut bytes, &mut 0);
        let taken = self.patiently(PollFlags::IN, wait, take)?;
        let words = taken.map(|length| bytes.iter().take(length).copied().collect());
        Ok(words.map(|bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned()))
    }

    pub(crate) fn is_full(&self) -> io::Result<bool> {
        let now = mqueue::mq_getattr(&self.open)?;
        Ok(now.curmsgs() == now.maxmsg())
    }

    pub(crate) fn is_empty(&self) -> io::Result<bool> {
        Ok(mqueue::mq_getattr(&self.open)?.curmsgs() == 0)
    }

    /// Tries again whenever the queue is `ready`, for another process may come first; `None` when time is up.
    fn patiently<T>(
        &self,
        ready: PollFlags,
        wait: Option<Duration>,
        mut attempt: impl FnMut() -> nix::Result<T>,
    ) -> io::Result<Option<T>> {
        let end = wait.map(|wait| Instant::now() + wait);
        loop {
            match attempt() {
                Err(Errno::EAGAIN) => {}
                done => return Ok(Some(done?)),
            }
            let rest = end.map(|end| end.saturating_duration_since(Instant::now()));
            if rest.is_some_and(|rest| rest.is_zero()) {
                return Ok(None);
            }
            let rest = rest.map(|rest| Timespec::try_from(rest).map_err(io::Error::other));
            let rest = rest.transpose()?;
            match poll(&mut [PollFd::new(&self.open, ready)], rest.as_ref()) {
                Err(error) if error != rustix::io::Errno::INTR => return Err(error.into()),
                _ => {}
            }
        }
    }
}
